/**
 * Text of members on its way to servers that take it for HTML.
 *
 * @module
 */

/** The same letters, none of them markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Paragraphs and lines stay what they are; nothing of text is nothing of HTML. */
export function asHtml(text: string): string {
  if (text === '') return '';
  return escaped(text)
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>')}</p>`)
    .join('');
}
