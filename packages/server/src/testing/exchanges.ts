/** Exchanges between Moira, who asks, and Una, brought to a state by the operations of the API. */
import type { Town } from './town.ts';

const WAY = ['proposed', 'agreed', 'claimed', 'disputed', 'confirmed'] as const;

/** The id of a new exchange. Una gives and has recorded 10 minutes; what is disputed Moira has contested. */
export async function exchangeAt(town: Town, state: (typeof WAY)[number]): Promise<string> {
  const call = async (word: string, body: object): Promise<string> => {
    const { status, body: answer } = await town.call('POST', `/api/exchanges${word}`, { ...body, reason: 'They rang' });
    if (status >= 300) throw new Error(`${word}: ${JSON.stringify(answer)}`);
    return answer.id;
  };
  const ask = { member: 'moira', to: 'una', side: 'receiver', minutes: 10, content: 'Tea' };
  const id = await call('', ask);
  const far = WAY.indexOf(state);
  const [answers, recorded] = [
    { side: 'receiver', n: 1 },
    { side: 'giver', n: 2 },
  ];
  if (far >= 1) await call(`/${id}/accept`, { side: 'giver', answers });
  if (far >= 2) await call(`/${id}/record`, { side: 'giver', minutes: 10 });
  if (state === 'disputed')
    await call(`/${id}/contest`, { side: 'receiver', answers: recorded, because: 'It was five.' });
  if (state === 'confirmed') await call(`/${id}/confirm`, { side: 'receiver', answers: recorded });
  return id;
}
