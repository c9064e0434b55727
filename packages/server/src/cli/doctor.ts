/**
 * `evenhour doctor`: checks what each bank of a node promises about itself.
 *
 * A data folder belongs to one process. While the node runs on it, the node is asked, with the operator's token.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { Banks } from '../bank/bank.ts';
import { DatabaseError } from '../db/database.ts';
import { bank as bankTable } from '../db/schema.ts';
import { Partners } from '../delivery/partners.ts';
import { createOutgoing } from '../federation/outgoing.ts';
import { readConfig } from '../node/config.ts';
import { type Check, examine } from '../node/doctor.ts';
import type { NodeContext } from '../node/env.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { fail, findBank, withDatabase } from './common.ts';

export async function doctorCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: { token: { type: 'string' } }, allowPositionals: true });
  const [name, ...more] = positionals;
  if (more.length > 0) return fail('use: evenhour doctor [BANK] [--token TOKEN]');
  if (values.token !== undefined) return askNode(name, values.token);
  try {
    return await examineHere(name);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'folder_in_use') throw error;
    return fail(
      "the node is running and has the data folder to itself. Ask it: evenhour doctor https://town.example --token TOKEN, with the token of that bank's operator.",
    );
  }
}

async function examineHere(name: string | undefined): Promise<number> {
  return withDatabase(async (config, database) => {
    const named = name === undefined ? null : await findBank(database, name);
    if (typeof named === 'string') return fail(named);
    const rows = named === null ? await database.db.select().from(bankTable) : [named];
    if (rows.length === 0) return fail('this node hosts no bank yet; set EVENHOUR_ORIGIN or use: evenhour bank add');
    const banks = new Banks(database, createSeal(readSecret(config.secret, config.dataFolder)));
    await banks.reload();
    const outgoing = createOutgoing({ allowedOrigins: config.allowPrivateOrigins, userAgent: 'Evenhour' });
    const node = { config, database, banks, partners: new Partners(database), outgoing } as NodeContext;
    // Whoever could open the folder knows that no node runs on it.
    const running = database.kind === 'postgres';
    let well = true;
    for (const { id, origin } of rows) {
      const bank = banks.byId(id);
      if (bank === undefined) return fail(`${origin} could not be opened`);
      if (rows.length > 1) process.stdout.write(`${origin}\n`);
      well = tell(await examine(node, bank, { running })) && well;
    }
    outgoing.close();
    if (!running)
      process.stdout.write(
        'The node is not running: whether partners answer, and where the address leads, was not looked at.\n',
      );
    return well ? 0 : 1;
  });
}

async function askNode(origin: string | undefined, token: string): Promise<number> {
  const at = origin ?? readConfig(process.env).origin;
  if (at === undefined || !URL.canParse(at)) return fail('name the bank by its address, such as https://town.example');
  const answer = await fetch(new URL('/api/doctor', at), { headers: { authorization: `Bearer ${token}` } }).catch(
    (error: Error) => error,
  );
  if (answer instanceof Error)
    return fail(
      `${at} does not answer (${whyOf(answer)}). Look whether the address is the one of the bank, the node runs, and the proxy in front of it has a certificate. While the node is stopped: evenhour doctor`,
    );
  const body = (await answer.json().catch(() => null)) as { items?: Check[]; title?: string } | null;
  if (answer.status === 401 || answer.status === 403)
    return fail(
      `${at} does not know this token as its operator's. The first one is in the file operator-token in the data folder of the node; another one: evenhour token ${new URL(at).host}`,
    );
  if (!answer.ok || body?.items === undefined)
    return fail(
      `what answers at ${at} is no bank of Evenhour, or cannot answer now (${answer.status}${body?.title === undefined ? '' : `: ${body.title}`}). Check the address`,
    );
  return tell(body.items) ? 0 : 1;
}

function whyOf({ cause, message }: Error): string {
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : message;
}

/** Prints checks. Returns whether all are well. */
function tell(checks: readonly Check[]): boolean {
  for (const check of checks) {
    process.stdout.write(`${check.ok ? 'well ' : 'WRONG'}  ${check.says}\n`);
    if (check.fix !== undefined) process.stdout.write(`       ${check.fix}\n`);
  }
  return checks.every((check) => check.ok);
}
