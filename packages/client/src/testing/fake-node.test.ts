import { expect, test } from 'vitest';
import { createClient } from '../index.ts';
import { type FakeNode, type FakeNodeOptions, fakeNode } from './index.ts';

function bank(options: FakeNodeOptions = {}): {
  node: FakeNode;
  operator: ReturnType<typeof createClient>;
  ana: ReturnType<typeof createClient>;
} {
  const node = fakeNode({
    members: ['ana', 'ben'],
    partners: [{ host: 'gracia.example', members: ['rosa'] }],
    ...options,
  });
  const as = (token: string) =>
    createClient({ baseUrl: node.baseUrl, token, fetch: node.fetch, sleep: async () => {} });
  return { node, operator: as(node.token), ana: as(node.tokenFor('ana')) };
}

test('an opening balance comes from the fund and the books sum to zero', async () => {
  const { operator } = bank({
    members: [
      { handle: 'ana', name: 'Ana Vidal', balanceMinutes: 300 },
      { handle: 'ben', balanceMinutes: -60 },
    ],
  });
  const [ana] = (await operator.members.list().all()).filter(({ handle }) => handle === 'ana');
  expect(ana).toMatchObject({ name: 'Ana Vidal', balance: { balanceMinutes: 300, heldMinutes: 0 } });
  expect((await operator.members.get('ben')).balance?.balanceMinutes).toBe(-60);
  expect((await operator.bank()).books).toMatchObject({ membersMinutes: 240, fundsMinutes: -240, sumMinutes: 0 });
  expect(await operator.members.statement('ben').all()).toMatchObject([{ direction: 'given', minutes: 60 }]);
});

test('a lost answer does nothing twice', async () => {
  const { node, ana } = bank();
  node.loseAnswers(2);
  await ana.give({ to: 'ben', minutes: 60 });
  expect(node.requests).toBe(3);
  expect((await ana.members.get('ana')).balance?.balanceMinutes).toBe(-60);
  node.loseAnswers(3);
  await expect(ana.give({ to: 'ben', minutes: 60 })).rejects.toMatchObject({ code: 'network' });
  expect((await ana.members.get('ana')).balance?.balanceMinutes).toBe(-120);
});

test('a refusal that was asked for comes once, or as often as was said', async () => {
  const { node, ana } = bank();
  node.refuseNext('shutting_down');
  await ana.give({ to: 'ben', minutes: 60 });
  expect(node.requests).toBe(2);
  node.refuseNext('pair_halted', { town: 'Gràcia' });
  await expect(ana.give({ to: 'ben', minutes: 60 })).rejects.toMatchObject({
    code: 'pair_halted',
    status: 409,
    facts: { town: 'Gràcia' },
  });
  node.refuseNext('backlog', {}, 3);
  await expect(ana.bank()).rejects.toMatchObject({ code: 'backlog' });
  expect((await ana.members.get('ana')).balance?.balanceMinutes).toBe(-60);
});

test('with delivery by hand a gift stays under way, its minutes aside, until it arrives', async () => {
  const { node, ana, operator } = bank({ delivery: 'manual' });
  const gift = await ana.give({ to: 'rosa@gracia.example', minutes: 90 });
  expect((await ana.transfers.waitFor(gift.id, { timeoutMs: 30 })).status).toBe('offered');
  expect((await ana.members.get('ana')).balance).toMatchObject({ balanceMinutes: 0, heldMinutes: 90 });
  expect((await operator.bank()).books.heldMinutes).toBe(90);
  await expect(ana.give({ to: 'ben', minutes: 511 })).rejects.toMatchObject({
    code: 'not_enough_hours',
    facts: { availableMinutes: 510 },
  });
  expect((await operator.agreements.list().all())[0]?.position).toMatchObject({ owesMinutes: 0, roomMinutes: 510 });
  setTimeout(() => node.deliver(), 20);
  const done = await ana.transfers.waitFor(gift.id);
  expect(done).toMatchObject({ status: 'settled', counterpartyName: 'Rosa' });
  expect((await ana.members.get('ana')).balance).toMatchObject({ balanceMinutes: -90, heldMinutes: 0 });
  expect((await operator.bank()).books).toMatchObject({ partnersMinutes: 90, sumMinutes: 0 });
});

test('a signal stops waiting at once', async () => {
  const { ana } = bank({ delivery: 'manual' });
  const { id } = await ana.give({ to: 'rosa@gracia.example', minutes: 90 });
  const started = Date.now();
  await expect(ana.transfers.waitFor(id, { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  expect(Date.now() - started).toBeLessThan(5000);
});

test('hours from a partner town arrive, and make room to give some back', async () => {
  const { node, operator, ana } = bank();
  const transfer = node.receive({ from: 'rosa@gracia.example', to: 'ana', minutes: 120, content: 'Bread' });
  expect(transfer).toMatchObject({
    direction: 'in',
    status: 'settled',
    counterparty: 'rosa@gracia.example',
    counterpartyName: 'Rosa',
  });
  expect(await ana.members.statement('ana').all()).toMatchObject([
    { direction: 'came', minutes: 120, content: 'Bread' },
  ]);
  expect((await operator.agreements.list().all())[0]?.position).toMatchObject({
    owesMinutes: -120,
    roomMinutes: 720,
    theirRoomMinutes: 480,
  });
  expect((await operator.bank()).books.sumMinutes).toBe(0);
});

test('caps, ceilings and suspensions refuse as they do in a bank', async () => {
  const { operator } = bank({
    ceilingMinutes: 100,
    floorMinutes: null,
    memberCapMinutes: 200,
    partners: [{ host: 'gracia.example' }, { host: 'graz.example', suspended: true }],
  });
  const give = (to: string, minutes: number) => operator.give({ from: 'ana', to, minutes });
  await expect(give('ben', 101)).rejects.toMatchObject({ code: 'account_full', facts: { roomMinutes: 100 } });
  await expect(give('eva@graz.example', 5)).rejects.toMatchObject({ code: 'pair_suspended', facts: { town: 'Graz' } });
  await give('rosa@gracia.example', 150);
  await expect(give('rosa@gracia.example', 51)).rejects.toMatchObject({
    code: 'over_member_cap',
    facts: { capMinutes: 200, leftMinutes: 50 },
  });
});

test('an agreement can be changed', async () => {
  const { operator } = bank();
  const [agreement] = await operator.agreements.list().all();
  const changed = await operator.agreements.change(agreement?.id ?? '', { grantsMinutes: 60, suspended: true });
  expect(changed.position).toMatchObject({ grantsMinutes: 60, theirRoomMinutes: 60, weSuspended: true });
});

test('what it does not know it says, and another address is nobody', async () => {
  const { node, operator, ana } = bank();
  const error = await operator.invitations
    .make({ grantsMinutes: 60, bridgeBuilder: 'Fiona' })
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'unexpected_answer', status: 501, body: expect.stringContaining('real node') });
  const away = { to: 'rosa@gracia.example', side: 'receiver', minutes: 60, content: 'Catalan' } as const;
  for (const ask of [ana.exchanges.ask(away), ana.members.named('an').all(), ana.fund.get(), ana.leave.ask('ana')])
    await expect(ask).rejects.toMatchObject({ code: 'unexpected_answer', status: 501 });
  expect(await ana.notices.list().all()).toEqual([]);
  const answer = await node.fetch(`${node.baseUrl}/api/nothing`);
  expect([answer.status, (await answer.json()).code]).toEqual([404, 'not_found']);
  await expect(node.fetch('https://elsewhere.example/api/bank')).rejects.toThrow(TypeError);
});

test('an exchange puts hours aside, and one answer that was lost does nothing twice', async () => {
  const { node, operator, ana } = bank();
  const ben = createClient({ baseUrl: node.baseUrl, token: node.tokenFor('ben'), fetch: node.fetch });
  const { id, open } = await ben.exchanges.ask({ to: 'ana', side: 'giver', minutes: 90, content: 'Bread' });
  node.loseAnswers(1);
  const agreed = await ana.exchanges.accept(id, open ?? { side: 'giver', n: 0 });
  expect(agreed).toMatchObject({ status: 'agreed', reserved: 'yes', acts: ['cancel', 'record', 'counter'] });
  expect((await ana.members.get('ana')).balance).toMatchObject({ balanceMinutes: 0, heldMinutes: 90 });
  const recorded = await ben.exchanges.record(id, { minutes: 60 });
  await ana.exchanges.confirm(id, recorded.open ?? { side: 'giver', n: 0 });
  expect((await ana.members.get('ana')).balance).toMatchObject({ balanceMinutes: -60, heldMinutes: 0 });
  expect((await operator.bank()).books).toMatchObject({ heldMinutes: 0, sumMinutes: 0 });
});

test('a gift that was not answered can be taken back', async () => {
  const { node, ana } = bank({ delivery: 'manual' });
  const { id } = await ana.give({ to: 'rosa@gracia.example', minutes: 60 });
  expect(await ana.transfers.takeBack(id)).toMatchObject({ status: 'returned', code: 'taken_back' });
  node.deliver();
  expect(await ana.transfers.get(id)).toMatchObject({ status: 'returned' });
  expect((await ana.members.get('ana')).balance).toMatchObject({ balanceMinutes: 0, heldMinutes: 0 });
  await expect(ana.transfers.takeBack(id)).rejects.toMatchObject({
    code: 'already_answered',
    facts: { status: 'returned' },
  });
});
