/**
 * Two towns that honour each other's hours and a third bank on the first one's node, with members, for
 * tests of pages.
 *
 * @module
 */
import { issueToken } from '../auth/tokens.ts';
import { type Bank, createBank } from '../bank/bank.ts';
import { connect, freePort, startTown, type Town } from './town.ts';
import { Visitor } from './visitor.ts';

export interface Streets {
  readonly leith: Town;
  readonly gracia: Town;
  /** A bank of its own on the node of Leith. */
  readonly corner: { readonly bank: Bank; readonly origin: string; readonly token: string };
  /** Leith's and Gràcia's name for their agreement. */
  readonly agreement: { readonly leith: string; readonly gracia: string };
  /** Members' tokens: moira, agnes (Leith), rosa (Gràcia), callum (the corner). */
  readonly tokens: Readonly<Record<'moira' | 'agnes' | 'rosa' | 'callum', string>>;
  visitor(at: 'leith' | 'gracia' | 'corner'): Visitor;
  stop(): Promise<void>;
}

export async function startStreets(): Promise<Streets> {
  const [first, second] = [await freePort(), await freePort()];
  const allow = [`http://127.0.0.1:${first}`, `http://localhost:${first}`, `http://127.0.0.1:${second}`];
  const leith = await startTown({ name: 'Leith', port: first, allow });
  const gracia = await startTown({ name: 'Gràcia', port: second, allow });
  const cornerOrigin = `http://localhost:${first}`;
  const { context } = leith.node;
  await createBank(leith.database, context.seal, {
    origin: cornerOrigin,
    name: 'Corner House',
    bridgeBuilder: 'Ann Low',
  });
  await context.banks.reload();
  await context.presence.look();
  const bank = context.banks.byHost(new URL(cornerOrigin).host) as Bank;
  const agreement = await connect(leith, gracia, 600, 600);
  const corner = { bank, origin: cornerOrigin, token: await issueToken(leith.database.db, bank.id, 'operator', null) };
  const tokens = {
    moira: await newMember(leith.origin, leith.token, 'moira', 'Moira Baird'),
    agnes: await newMember(leith.origin, leith.token, 'agnes', 'Agnes Tulloch'),
    rosa: await newMember(gracia.origin, gracia.token, 'rosa', 'Rosa Vidal'),
    callum: await newMember(cornerOrigin, corner.token, 'callum', 'Callum Reid'),
  };
  const places = {
    leith: () => new Visitor(leith.node, leith.origin),
    gracia: () => new Visitor(gracia.node, gracia.origin),
    corner: () => new Visitor(leith.node, cornerOrigin),
  };
  return {
    leith,
    gracia,
    corner,
    agreement: { leith: agreement.a, gracia: agreement.b },
    tokens,
    visitor: (at) => places[at](),
    async stop() {
      await Promise.all([leith.stop(), gracia.stop()]);
    },
  };
}

async function newMember(origin: string, token: string, handle: string, name: string): Promise<string> {
  const ask = async (path: string, body: unknown) => {
    const answer = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as { id: string; token: string };
  };
  const { id } = await ask('/api/members', { handle, name });
  return (await ask(`/api/members/${id}/tokens`, {})).token;
}
