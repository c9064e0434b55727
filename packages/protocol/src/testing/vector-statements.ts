/**
 * Vectors of the question where two banks part: what a bank states in front of an earlier entry.
 *
 * @module
 */
import { type AgreementCore, termsOf } from '../core/agreement/agreement.ts';
import type { Entry } from '../core/journal/entry.ts';
import { statementAt } from '../core/recovery/replay.ts';
import { hashOf } from '../wire/canonical.ts';
import { decodeEntry } from '../wire/entry.ts';
import type { JsonObject } from '../wire/strict-json.ts';
import type { VectorFile } from './vector-pair.ts';

/** The answers to the question about each entry of a story, and questions that have none. */
export function statementVectors({ content }: VectorFile): VectorFile {
  const core = content['core'] as unknown as AgreementCore;
  const pair = String(content['pair']);
  const stands = (content['cases'] as readonly JsonObject[]).filter(
    ({ outcome }) => outcome === 'applied' || outcome === 'breach',
  );
  const entries = stands.map(({ document }) => document as JsonObject);
  const journals: [Entry[], Entry[]] = [[], []];
  for (const document of entries) {
    const decoded = decodeEntry(core, pair, document);
    if (!decoded.ok) throw new Error(`a vector cannot be read: ${decoded.refusal.code}`);
    journals[decoded.draft.author].push({ ...decoded.draft, hash: hashOf(document) });
  }
  const terms = termsOf(core, pair, String(content['genesis']));
  const answered = journals.flat().map(
    ({ author, seq, body }): JsonObject => ({
      name: `in front of ${core.parties[author].name}'s entry ${seq}, a ${body.kind}`,
      author: core.parties[author].bank,
      seq: String(seq),
      flags: ['ownCut'],
      code: null,
      statement: statementAt(terms, journals, author, seq) as unknown as JsonObject,
    }),
  );
  const [gracia] = core.parties;
  const refused = (name: string, author: string, seq: string, code: string): JsonObject => {
    return { name, author, seq, flags: ['question'], code, statement: null };
  };
  return {
    name: 'statements.json',
    content: {
      about:
        'Take in `entries` in this order; all of them are good. Each case is the question `GET {journal}/{tail}/statement` with this `author` and `seq`.',
      core: core as unknown as JsonObject,
      pair,
      entries,
      cases: [
        ...answered,
        refused('an entry that is not written', gracia.bank, String(journals[0].length + 1), 'not_found'),
        refused('a journal of another bank', 'https://other.example/ap/bank', '1', 'invalid_request'),
        refused('no entry is the first', gracia.bank, '0', 'invalid_request'),
        refused('a number in another form', gracia.bank, '01', 'invalid_request'),
      ],
    },
  };
}
