/**
 * A receipt as one file: a page that checks itself, without any server.
 *
 * Promises: the file asks nobody for anything, and its policy lets no script and no style in but its own two; the
 * papers in it are the ones that `evenhour verify` reads.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import { assetText } from './assets.ts';
import { Sprite } from './emblems.tsx';
import type { Frame, ReceiptModel } from './models.ts';
import { BrowserCheck, Facts, Papers, ReceiptTicket } from './receipt-parts.tsx';
import { WordsContext } from './words.ts';

/** The look without the font, which is a file of its own. */
const style = assetText('look.css').replaceAll(/@font-face\s*\{[^}]*\}/g, '');
const script = assetText('check.js');
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; base-uri 'none'; form-action 'none'`;

export function ReceiptFile({ frame, model }: { frame: Frame; model: ReceiptModel }) {
  const { t, short, language, dir } = frame.words;
  return (
    <WordsContext.Provider value={frame.words}>
      {raw('<!doctype html>')}
      <html lang={language} dir={dir} data-town={frame.bank.theme} class="for-hand">
        <head>
          <meta charset="utf-8" />
          <meta http-equiv="Content-Security-Policy" content={policy} />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${t('receipt.title', { hours: short(model.minutes) })}: ${frame.bank.name}`}</title>
          {raw(`<style>${style}</style>`)}
        </head>
        <body>
          <Sprite />
          <main class="wrap">
            <h1 class="screen-only">{t('receipt.guestHeading', { bank: frame.bank.name })}</h1>
            <ReceiptTicket model={model} timeZone={frame.bank.timeZone} />
            <BrowserCheck model={model}>
              <p class="check__whole check__good lead">
                <strong>{t('receipt.fileGood')}</strong>
              </p>
              <p class="check__whole check__bad lead refused">
                <strong>{t('receipt.fileBad')}</strong>
              </p>
            </BrowserCheck>
            <noscript>
              <p class="read">{t('receipt.fileNoScript')}</p>
            </noscript>
            <Facts model={model} />
            <p class="read screen-only">{t('receipt.fileLimit', { bank: frame.bank.name })}</p>
          </main>
          <Papers documents={model.documents} />
          {raw(`<script>${script}</script>`)}
        </body>
      </html>
    </WordsContext.Provider>
  );
}
