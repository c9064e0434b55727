/**
 * A token of one member of each town, for programs that try the API of the demo.
 *
 * Promises: the file is readable by its owner only; a start on kept data finds it as it was, for tokens outlive a
 * start.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** Writes `tokens.json` beside the towns' data: `{ leith: { baseUrl, member, token }, … }`. */
export async function writeTokens({ towns, folder }: Pick<World, 'towns' | 'folder'>): Promise<void> {
  const each = towns.map(async ({ plan, origin, api }) => {
    const member = plan.people[0]?.handle ?? '';
    const { token } = await api.members.issueToken(member);
    return [plan.id, { baseUrl: origin, member, token }] as const;
  });
  const tokens = Object.fromEntries(await Promise.all(each));
  writeFileSync(join(folder, 'tokens.json'), `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
}
