/**
 * Every page, rendered with made-up towns: it is safe, whole, labelled, and speaks to people.
 */
import type { Child } from 'hono/jsx';
import { describe, expect, it } from 'vitest';
import { AgreementPage } from './agreement.tsx';
import { ConsolePage } from './console.tsx';
import { DemoFragment, DemoNotFound, DemoPage } from './demo.tsx';
import { ErrorPage, NotFoundPage } from './error.tsx';
import { GivenPage, GivePage } from './give.tsx';
import { BankHome } from './home.tsx';
import { InvitationPage, InviteOpenedPage } from './invitation.tsx';
import { sayEvent } from './live-words.ts';
import { LossesPage } from './losses.tsx';
import { MemberHome } from './member-home.tsx';
import { MembersPage } from './members.tsx';
import type { Frame, RefusalView } from './models.ts';
import { PositionsPage } from './positions.tsx';
import { ProofPage } from './proof.tsx';
import * as s from './samples.ts';
import * as a from './samples-agreements.ts';
import { SignInPage } from './sign-in.tsx';
import { StatementPage } from './statement.tsx';
import { wordsOf } from './words.ts';

/** Pages by name. `change` is applied to all that a page is given. */
type Change = <T>(value: T) => T;
type Case = readonly [name: string, audience: 'member' | 'inside', page: (change: Change) => Child];

const cases: readonly Case[] = [
  ['home', 'member', (c) => <BankHome frame={c(s.guest)} model={c(s.homeModel)} />],
  ['home of a member', 'member', (c) => <MemberHome frame={c(s.moira)} model={c(s.memberHome)} />],
  ['home of somebody new', 'member', (c) => <MemberHome frame={c(s.moira)} model={c(s.emptyHome)} />],
  ['home of a plain bank', 'member', (c) => <BankHome frame={c(s.plain)} model={c(s.homeModel)} />],
  ['towns', 'member', (c) => <PositionsPage frame={c(s.moira)} model={c(s.positionsModel)} />],
  ['statement', 'member', (c) => <StatementPage frame={c(s.moira)} model={c(s.statementModel)} />],
  ['first statement', 'member', (c) => <StatementPage frame={c(s.moira)} model={c(s.emptyStatement)} />],
  ['give', 'member', (c) => <GivePage frame={c(s.moira)} model={c(s.giveModel)} />],
  ['give, refused', 'member', (c) => <GivePage frame={c(s.moira)} model={c(s.giveRefused)} />],
  ['given', 'member', (c) => <GivenPage frame={c(s.moira)} model={c(s.givenModel)} url="/given/1" />],
  ['proof', 'inside', (c) => <ProofPage frame={c(s.moira)} model={c(s.proofModel)} />],
  ['agreement', 'member', (c) => <AgreementPage frame={c(s.moira)} model={c(a.agreementModel)} />],
  ['agreement, not heard of', 'member', (c) => <AgreementPage frame={c(s.fiona)} model={c(a.agreementHalted)} />],
  ['agreement, two figures', 'member', (c) => <AgreementPage frame={c(s.moira)} model={c(a.agreementDisputed)} />],
  ['agreement, ended', 'member', (c) => <AgreementPage frame={c(s.fiona)} model={c(a.agreementEnded)} />],
  ['losses', 'member', (c) => <LossesPage frame={c(s.moira)} model={c(a.lossesModel)} />],
  ['agreement, our turn', 'member', (c) => <AgreementPage frame={c(s.fiona)} model={c(a.agreementOurTurn)} />],
  ['invitation', 'member', (c) => <InvitationPage frame={c(s.fiona)} model={c(a.invitationModel)} />],
  ['invitation, opened', 'member', (c) => <InviteOpenedPage frame={c(s.fiona)} model={c(a.inviteOpenedModel)} />],
  ['members', 'member', (c) => <MembersPage frame={c(s.fiona)} model={c(s.membersModel)} />],
  ['desk', 'member', (c) => <ConsolePage frame={c(s.fiona)} model={c(s.consoleModel)} />],
  [
    'sign in',
    'member',
    (c) => (
      <SignInPage
        frame={c(s.guest)}
        model={c({ refused: true, who: 'moira@', wrong: 'No.', next: '/me', demoMembers: s.demoMembers })}
      />
    ),
  ],
  ['error', 'member', (c) => <ErrorPage frame={c(s.guest)} model={{ status: 500, refusal: null }} />],
  ['not found', 'member', (c) => <NotFoundPage frame={c(s.guest)} />],
  ['live, nothing there', 'inside', (c) => <DemoNotFound towns={3} sourceUrl={c('https://example.org/')} />],
  ['live', 'inside', (c) => <DemoPage model={c(s.demoModel)} />],
  ['live, a message open', 'inside', (c) => <DemoPage model={c(s.demoOpened)} />],
];

const render = async (page: Child) => String(await (page as { toString(): string | Promise<string> }).toString());
const same: Change = (value) => value;

/** Fields that hold a word of the program's own, never somebody's text. */
const ownWords = new Set(
  'theme kind status code direction step because timeZone length id key csrf from to chosenTown by name readers'.split(
    ' ',
  ),
);
const evil = '<x-evil a="1">&\'';

/** Puts markup into every text that a person, a partner or a document could have written. */
function poisoned<T>(value: T, key = ''): T {
  if (typeof value === 'string') return (ownWords.has(key) && key !== 'name' ? value : `${value}${evil}`) as T;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  if (key === 'words') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, poisoned(v, k)])) as T;
}

const asks = (form: string) => /^<form [^>]*method="get"/.test(form);

const isFrame = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && 'words' in value && 'viewer' in value;

/** Leaves no Latin letter: what is still one in an Arabic page stands in the program. */
const mask = (text: string) => text.replaceAll(/\p{Script=Latin}/gu, 'ж');
/** Masks every text that a person, a partner or a document could have written. */
function masked<T>(value: T, key = ''): T {
  const isWord = ownWords.has(key) && (key === 'timeZone' || /^[a-z][\w-]*$/i.test(String(value)));
  if (typeof value === 'string') return (isWord && key !== 'name' ? value : mask(value)) as T;
  if (Array.isArray(value)) return value.map((item) => masked(item, key)) as T;
  if (value === null || typeof value !== 'object' || value instanceof Date || key === 'words') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, masked(v, k)])) as T;
}

const tags = (html: string, name: string) => html.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? [];
const attribute = (tag: string, name: string) => tag.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1];

/** What a reader reads, save the signed documents, which are quoted as they are. */
function visibleText(html: string): string {
  return html
    .replace(/<head>.*?<\/head>|<pre>.*?<\/pre>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'");
}

describe.each(cases)('%s', (_name, audience, page) => {
  it('is one document with one first heading and a title', async () => {
    const html = await render(page(same));
    expect(html).toMatch(/^<!doctype html><html lang="en" dir="ltr" data-town="(leith|plain)"/);
    expect(tags(html, 'h1')).toHaveLength(1);
    expect(tags(html, 'main')).toHaveLength(1);
    expect(html).toMatch(/<head>.*<title>[^<]+<\/title>.*<\/head>/s);
    const ids = [...html.matchAll(/\bid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('escapes every text that it shows', async () => {
    const html = await render(page(poisoned));
    expect(html).toContain('&lt;x-evil');
    expect(html).not.toMatch(/<x-evil|x-evil a="1"/);
  });

  it('has nothing inline that its policy would stop', async () => {
    const html = await render(page(same));
    expect(html).not.toMatch(/\sstyle=|<style|\son[a-z]+=|javascript:/);
    for (const script of tags(html, 'script')) expect(attribute(script, 'src')).toMatch(/^\/assets\//);
    for (const sheet of tags(html, 'link'))
      expect(attribute(sheet, 'href')).toMatch(/^\/(assets\/|manifest\.webmanifest$)/);
  });

  it('labels every field and guards every form', async () => {
    const html = await render(page(same));
    const labels = new Set(tags(html, 'label').map((label) => attribute(label, 'for')));
    const fields = [...tags(html, 'input'), ...tags(html, 'select'), ...tags(html, 'textarea')];
    for (const field of fields) {
      const type = attribute(field, 'type');
      if (type === 'hidden' || type === 'radio') continue;
      expect(labels, field).toContain(attribute(field, 'id'));
    }
    for (const radio of html.match(/.{7}<input type="radio"/g) ?? []) expect(radio).toMatch(/^<label>/);
    const forms = html.match(/<form .*?<\/form>/gs) ?? [];
    for (const form of forms.filter((each) => !asks(each)))
      expect(form).toMatch(/^<form method="post".*name="csrf" value="c5rf"/s);
    // What only asks changes nothing, and its secret would stand in the address.
    for (const form of forms.filter((each) => asks(each))) expect(form).not.toContain('csrf');
  });

  it('speaks to people', async () => {
    const text = visibleText(await render(page(same)));
    const forbidden =
      /\b(node|actor|inbox|token|wallet|transaction|user|credit|debit|pending|sync|service user|beneficiary|client|volunteer)s?\b/i;
    expect(text).not.toMatch(forbidden);
    if (audience === 'member') expect(text).not.toMatch(/\bjournals?\b/i);
    expect(text).not.toMatch(/undefined|null|NaN|\[object|[−–-]\d+ ?(h|min)\b/);
  });
});

describe.each(cases.filter(([name]) => !name.startsWith('live')))(
  '%s in another language',
  (_name, _audience, page) => {
    it.each(['es', 'ar'] as const)('%s is whole, and its own', async (language) => {
      const words = wordsOf(language);
      const html = await render(page((value) => (isFrame(value) ? { ...value, words } : value)));
      expect(html).toMatch(new RegExp(`<html lang="${language}" dir="${words.dir}"`));
      expect(visibleText(html)).not.toMatch(/undefined|null|NaN|\[object|[−–-]\d+ ?(h|min)\b|[{}#]/);
      expect(html).toContain(words.t('page.skip'));
    });

    it('says nothing but what it is given and what the Arabic catalogue says', async () => {
      const html = await render(page((value) => masked(isFrame(value) ? { ...value, words: wordsOf('ar') } : value)));
      const said = [
        visibleText(html),
        ...[...html.matchAll(/\b(?:aria-label|title|alt|placeholder)="([^"]*)"/g)].map(([, text]) => text),
      ].join(' ');
      const known = /English|Español|Evenhour|internal_error|Hold(Accept)?|Post|Receipt|rosa(\.vidal)?/g;
      expect(said.replaceAll(known, '')).not.toMatch(/\p{Script=Latin}/u);
    });
  },
);

it.each(cases.filter(([name]) => !name.startsWith('live')))('%s says where to ring', async (_name, _audience, page) => {
  const html = await render(page(same));
  expect(html).toMatch(/<footer.*<a class="tel" href="tel:01314960123">0131 496 0123<\/a>/s);
});

describe('what pages say', () => {
  const text = async (page: Child) => visibleText(await render(page)).replace(/\s+/g, ' ');

  it('puts a tick only to figures that are equal to the minute', async () => {
    const html = await render(<PositionsPage frame={s.moira} model={s.positionsModel} />);
    expect(tags(html, 'div').filter((tag) => tag.includes('"agree"'))).toHaveLength(2);
    expect(tags(html, 'div').filter((tag) => tag.includes('agree--off'))).toHaveLength(1);
    expect(html.match(/aria-label="the same"/g)).toHaveLength(2);
    expect(visibleText(html)).toContain('They say 1 h 30 min, we say 1 h.');
  });

  it('says the sum of the books with its parts', async () => {
    const said = await text(<PositionsPage frame={s.moira} model={s.positionsModel} />);
    expect(said).toContain(
      'Our members 30 h to give Community funds 2 h open Partner towns, with us 28 h open All together 0',
    );
  });

  it('says a balance in words, whichever way it leans', async () => {
    const of = (balanceMinutes: number) =>
      text(<StatementPage frame={s.moira} model={{ ...s.statementModel, balanceMinutes }} />);
    expect(await of(150)).toContain('Two and a half hours are still looking for their other half');
    expect(await of(-90)).toContain('An hour and a half of your time to give, whenever you like');
    expect(await of(0)).toContain('Everything has found its other half');
  });

  it('says which entry two towns count differently', async () => {
    const says = 'They say 30 min, we say 1 h. The two towns count entry 41 of Gràcia’s books differently.';
    expect(await text(<AgreementPage frame={s.moira} model={a.agreementDisputed} />)).toContain(says);
  });

  it('says why a gift never came that the other town has lost', async () => {
    const { lines } = s.statementModel;
    const lost = { ...(lines[2] as (typeof lines)[0]), status: 'returned' as const, proofId: null };
    const of = (refusal: RefusalView) =>
      text(<StatementPage frame={s.moira} model={{ ...s.statementModel, lines: [{ ...lost, refusal }] }} />);
    expect(await of({ code: 'terms_unknown' })).toContain(
      'Gràcia lost its record of this gift. Nothing moved. Jordi can give it again.',
    );
    expect(await of({ code: 'taken_back' })).toContain('It went back.');
  });

  it('keeps what was typed and says what to do', async () => {
    const html = await render(<GivePage frame={s.moira} model={s.giveRefused} />);
    expect(html).toContain('value="rosa"');
    expect(html).toContain('>Catalan</textarea>');
    expect(html).toMatch(/<option value="gracia" selected/);
    expect(html).toMatch(/value="other" checked/);
    expect(visibleText(html)).toContain('Gràcia honours 12 h more');
  });

  it('looks again only while hours are on their way', async () => {
    const given = (status: 'underway' | 'settled') =>
      render(<GivenPage frame={s.moira} model={{ ...s.givenModel, status }} url="/given/1" />);
    expect(await given('underway')).toContain('<noscript><meta http-equiv="refresh" content="2"/></noscript>');
    expect(await given('underway')).toContain('On its way to Rosa in Gràcia');
    expect(await given('settled')).not.toContain('refresh');
    expect(await given('settled')).toContain('Rosa in Gràcia has it');
  });

  it('asks for our yes only when it is our turn', async () => {
    const ours = await render(<AgreementPage frame={s.fiona} model={a.agreementOurTurn} />);
    expect(ours).toMatch(/<button[^>]*value="yes"/);
    expect(ours).toContain('action="/agreements/a1/answer"');
    const read = await render(<AgreementPage frame={s.moira} model={a.agreementModel} />);
    expect(read).not.toMatch(/value="yes"/);
    expect(read).toContain('aria-label="Two yeses"');
  });

  it('says who may read an agreement, and lets only the desk that offered it take it back', async () => {
    const said = { all: 'Anyone in either', soon: 'Once both have said yes', desks: 'Only the desks' };
    for (const readers of ['all', 'soon', 'desks'] as const)
      expect(await render(<AgreementPage frame={s.fiona} model={{ ...a.agreementModel, readers }} />)).toContain(
        said[readers],
      );
    const offered = { ...a.agreementModel, theirYesAt: null, status: 'offered', canWithdraw: true } as const;
    expect(await render(<AgreementPage frame={s.fiona} model={offered} />)).toMatch(/<button[^>]*value="withdraw"/);
    expect(await render(<AgreementPage frame={s.moira} model={a.agreementModel} />)).not.toContain('value="withdraw"');
  });

  it('shows no telephone where the bank has none, and leads the desk to no hours of its own', async () => {
    const silent = { ...s.moira, bank: { ...s.moira.bank, phone: '' } };
    expect(await text(<NotFoundPage frame={silent} />)).not.toMatch(/[Rr]ing |telephone/);
    expect(await text(<StatementPage frame={silent} model={s.statementModel} />)).toContain('Ask at the office.');
    expect(await text(<MemberHome frame={s.moira} model={s.memberHome} />)).toContain('See every hour');
    expect(await text(<BankHome frame={s.fiona} model={s.homeModel} />)).not.toMatch(/Give an hour|See every hour/);
  });

  it('lets only the desk change what it signed, and says which way', async () => {
    const of = (canChange: { weSuspended: boolean } | null) =>
      render(<AgreementPage frame={s.fiona} model={{ ...a.agreementModel, canChange }} />);
    expect(await of(null)).not.toContain('name="change"');
    expect(await of({ weSuspended: false })).toMatch(/name="change" value="suspend"/);
    expect(await of({ weSuspended: true })).toMatch(/name="change" value="resume"/);
  });

  it('calls an organisation whose hours are proved by all of its name', async () => {
    const giver = { ...s.proofModel.giver, name: 'Leith Shed', kind: 'organisation' as const };
    const html = await render(<ProofPage frame={s.moira} model={{ ...s.proofModel, giver }} />);
    expect(/<title>(.*?)<\/title>/.exec(html)?.[1]).toContain('Leith Shed');
  });

  it('shows a signed document as it was signed, and what is no JSON too', async () => {
    const [first] = s.proofModel.entries;
    if (first === undefined) throw new Error('no entry');
    const html = await render(
      <ProofPage frame={s.moira} model={{ ...s.proofModel, entries: [{ ...first, document: 'not json' }] }} />,
    );
    expect(html).toContain('<code>not json</code>');
  });
});

describe('the live page', () => {
  it('runs by itself, and not when it is held or a message is open', async () => {
    const run = await render(<DemoPage model={s.demoModel} />);
    expect(run).toContain('<noscript><meta http-equiv="refresh" content="3"/></noscript>');
    expect(run).toContain('data-fresh="/?fragment=1"');
    for (const model of [{ ...s.demoModel, held: true }, s.demoOpened]) {
      const still = await render(<DemoPage model={model} />);
      expect(still).not.toMatch(/http-equiv="refresh"|data-fresh=|<script/);
    }
  });

  it('answers the script with the same main', async () => {
    const fragment = await render(<DemoFragment model={s.demoModel} />);
    expect(fragment).toMatch(/^<main id="main" class="wrap" data-fresh=/);
    expect(await render(<DemoPage model={s.demoModel} />)).toContain(fragment);
  });

  it('has no heading over signed lines that are not there', async () => {
    const opened = s.demoOpened.opened;
    if (opened === null) throw new Error('no message is open');
    const of = (entries: typeof opened.entries) =>
      render(<DemoPage model={{ ...s.demoOpened, opened: { ...opened, entries } }} />);
    expect(await of(opened.entries)).toContain('The four signed lines of both towns’ books');
    expect(await of(opened.entries.slice(0, 2))).toContain('>The signed lines of both towns’ books');
    const none = await of([]);
    expect(none).toContain('No line is signed yet: Gràcia has not answered.');
    expect(none).not.toContain('signed lines of both towns’ books');
  });

  it('says at the door which town is off', async () => {
    const doors = (await render(<DemoPage model={s.demoModel} />)).match(/<a class="door".*?<\/a>/gs) ?? [];
    expect(doors.map((door) => door.includes('plug pulled'))).toEqual([false, false, true]);
  });

  it('marks figures of a town that is off as the last that are known', async () => {
    const html = await render(<DemoPage model={s.demoModel} />);
    expect(html).toContain('Galway said');
    expect(html).toContain('That is what Galway said before its plug was pulled.');
    expect(html).toContain('Leith says');
    expect(html).toContain('Galway is counted as known last');
    const towns = s.demoModel.towns.map((town) => ({ ...town, on: true }));
    expect(await render(<DemoPage model={{ ...s.demoModel, towns }} />)).not.toMatch(/Galway said|known last/);
  });

  it.each([
    [7, '7 milliseconds'],
    [999, '999 milliseconds'],
    [1000, 'a second'],
    [6241, '6 seconds'],
  ])('says %d milliseconds as people do', (tookMs, said) => {
    const giver = { name: 'Moira', town: s.moira.bank };
    const { text } = sayEvent({
      id: '1',
      at: new Date(0),
      kind: 'settled',
      giver,
      receiver: giver,
      minutes: 60,
      tookMs,
    });
    expect(text).toBe(`Both banks signed. It took ${said}.`);
  });

  it('posts each act with a town', async () => {
    const html = await render(<DemoPage model={s.demoModel} />);
    for (const act of ['send', 'plug', 'replay', 'forge', 'limit'])
      expect(html).toContain(`name="name" value="${act}"`);
    expect(html).toMatch(/name="town" value="galway" checked/);
    expect(html).toContain('action="/act"');
  });
});
