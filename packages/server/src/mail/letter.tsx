/**
 * A letter: the same words as plain text and as simple HTML, and the headers around them.
 *
 * Promises: nothing is loaded from anywhere and nobody learns who opened it; every word is escaped. The same row of the
 * outbox always makes the same Message-ID, so that a mail program can tell a second copy.
 *
 * @module
 */
import type { mail } from '../db/schema.ts';

export type MailRow = typeof mail.$inferSelect;

/** What a mail server is given. */
export interface Letter {
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly date: Date;
  readonly headers: Readonly<Record<string, string>>;
}

interface Sender {
  /** The bank's name, on one line. */
  readonly name: string;
  readonly host: string;
  readonly address: string;
}

export function letterOf(row: MailRow, from: Sender): Letter {
  return {
    from: { name: from.name, address: from.address },
    to: row.to,
    subject: row.subject,
    text: `${row.text}\n`,
    html: `<!doctype html>${String(<Body subject={row.subject} text={row.text} language={row.language} />)}`,
    messageId: `<${row.id.toLowerCase()}@${from.host.replace(/:\d+$/, '')}>`,
    date: row.createdAt,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'Content-Language': row.language,
      ...(row.unsubscribe !== null && {
        'List-Unsubscribe': `<${row.unsubscribe}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

const RIGHT_TO_LEFT = new Set(['ar', 'fa', 'he', 'ur']);

function Body({ subject, text, language }: { subject: string; text: string; language: string }) {
  const dir = RIGHT_TO_LEFT.has(language.split('-')[0] ?? '') ? 'rtl' : 'ltr';
  return (
    <html lang={language} dir={dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{subject}</title>
      </head>
      <body style="margin:0;padding:1.5em;max-width:34em;font:18px/1.6 sans-serif">
        {text.split(/\n{2,}/).map((paragraph) => (
          <Paragraph lines={paragraph.split('\n')} />
        ))}
      </body>
    </html>
  );
}

function Paragraph({ lines }: { lines: readonly string[] }) {
  return (
    <p style="margin:0 0 1.2em">
      {lines.map((line, index) => (
        <>
          {index === 0 ? null : <br />}
          {/^https?:\/\/\S+$/.test(line) ? (
            <a href={line} style="display:inline-block;padding:.4em 0;word-break:break-all">
              {line}
            </a>
          ) : (
            line
          )}
        </>
      ))}
    </p>
  );
}
