/** `evenhour bank rotate-key`: a new key for a bank, kept outside before anything names it. */
import { existsSync } from 'node:fs';
import { loadBank } from '../bank/bank.ts';
import { KeyFileError, makeKeys, readKeyFile, writeKeyFile } from '../bank/keys.ts';
import { mustBePresent, rotateKey } from '../bank/rotate.ts';
import { beginAnew } from '../node/node.ts';
import { createSeal, readSecret } from '../node/seal.ts';
import { fail, findBank, withDatabase } from './common.ts';

/** Run again with the same two files, it finishes what was begun and changes nothing that was done. */
export async function rotateKeyCommand([lastFile, nextFile]: string[]): Promise<number> {
  if (lastFile === undefined || nextFile === undefined)
    return fail('use: evenhour bank rotate-key FILE_WITH_THE_PRESENT_KEYS NEW_FILE');
  const last = readKeyFile(lastFile);
  return withDatabase(async (config, database) => {
    const row = await findBank(database, last.bank);
    if (typeof row === 'string') return fail(row);
    const seal = createSeal(readSecret(config.secret, config.dataFolder));
    // With no node running, nobody can say that this is not an older copy: the pairs are told when they open.
    await database.join(() => beginAnew(database.db));
    const bank = await loadBank(database.db, seal, row);
    if (!existsSync(nextFile)) {
      mustBePresent(bank.recovery, last);
      writeKeyFile(nextFile, await makeKeys(seal, row.id, row.origin, bank.key.verificationMethod));
    }
    const next = readKeyFile(nextFile);
    if (next.bank !== last.bank) throw new KeyFileError(`${nextFile} has the keys of another bank: ${next.bank}.`);
    seal.open(`${row.id} ed25519`, next.signing.sealed);
    const done = await database.transaction((tx) => rotateKey(tx, bank, last, next, []));
    await database.notify(['admin everything']);
    process.stdout.write(
      done === null
        ? `${row.name} has this key already.\n`
        : `${row.name} has a new key. Partners told: ${done.told}; to be told when they are back: ${done.waiting}.\nMove ${nextFile} to a safe place away from this machine, and keep ${lastFile} as long as you keep backups from its time: to bring such a backup back you need both.\n`,
    );
    return 0;
  });
}
