/** A receipt that was saved: the papers in a page, or alone as JSON. */

const PAPERS = /<script type="application\/json" id="receipt">([\s\S]*?)<\/script>/;

/**
 * The papers of a saved page; a text that is no page is taken as the papers themselves. `null` when a page has none.
 */
export function receiptIn(text: string): string | null {
  return text.trimStart().startsWith('<') ? (PAPERS.exec(text)?.[1] ?? null) : text;
}
