/**
 * A slip: what a coordinator wrote down for a member, by whom and why, and how to say that it is not right.
 *
 * Promises: it prints alone on its sheet; the same is shown to the member, at the desk, and to whoever holds the
 * paper; a balance stands on it as it was on that day.
 *
 * @module
 */
import { BROKER_LENGTHS, type NamedAct } from '../broker/acts.ts';
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Button, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { paths } from './paths.ts';
import { Qr } from './qr.tsx';
import { sayRefusal } from './refusals.ts';
import { type Person, WhichCoordinator } from './slip-fields.tsx';
import { reading } from './standing.ts';
import { useWords, type Words } from './words.ts';

export interface SlipModel {
  readonly act: NamedAct;
  /** What the code on the paper says. */
  readonly link: string;
  /** Who looks: the member, the desk, or whoever holds the paper. */
  readonly viewer: 'member' | 'desk' | 'holder';
  readonly objectAction: string;
  /** For the desk, when the bank's own token looks: who they may be. */
  readonly coordinators: readonly Person[] | null;
  readonly refusal: RefusalView | null;
}

export function SlipPage({ frame, model }: { frame: Frame; model: SlipModel }) {
  const { words, bank } = frame;
  const { t } = words;
  const { row, memberName, memberKind } = model.act;
  const who = firstName(memberName, memberKind);
  return (
    <Page frame={frame} title={t('slip.title', { slip: row.slip })} class="for-hand">
      <div class="screen-only">
        <h1>{t('slip.paper', { slip: row.slip, who })}</h1>
        {model.viewer === 'desk' ? <p class="lead read mt-s">{t('slip.printHint', { who })}</p> : null}
        {model.refusal ? (
          <Refused
            text={sayRefusal(words, model.refusal, { bank: bank.name, bridgeBuilder: bank.bridgeBuilder, who })}
          />
        ) : null}
      </div>
      <Paper frame={frame} model={model} />
      <div class="screen-only read">
        <Objection frame={frame} model={model} />
      </div>
    </Page>
  );
}

function Paper({ frame, model }: { frame: Frame; model: SlipModel }) {
  const { bank, words } = frame;
  const { t, weekday, clock } = words;
  const { row, memberName, memberKind } = model.act;
  const who = firstName(memberName, memberKind);
  const read = onPaper(frame);
  const before = day(words, row.objectBefore, frame);
  return (
    <article class="ticket slip-paper mt" aria-label={t('slip.title', { slip: row.slip })}>
      <header class="slip-paper__head">
        <Emblem theme={bank.theme} />
        <div>
          <p class="voice t-3">{bank.name}</p>
          <p>{t('slip.title', { slip: row.slip })}</p>
        </div>
      </header>
      <div class="slip-paper__body">
        <p>{t('slip.was', { who: memberName })}</p>
        {sayDeed(words, model.act).map((line, i) => (
          <p class={i === 0 ? 'voice t-2' : ''}>{line}</p>
        ))}
        <dl class="facts mt">
          <dt>{t('slip.by')}</dt>
          <dd>{sayWriter(words, row.personName)}</dd>
          <dt>{t('slip.because')}</dt>
          <dd>{row.reason}</dd>
          <dt>{t('slip.when')}</dt>
          <dd>
            {weekday(row.at, read)}, <bdi>{clock(row.at, read.timeZone)}</bdi>
          </dd>
          <dt>{t('slip.before', { who })}</dt>
          <dd>{sayHas(words, Number(row.what['beforeMinutes']))}</dd>
          {movesLater(row) ? null : (
            <>
              <dt>{t('slip.after', { who })}</dt>
              <dd>
                <strong>{sayHas(words, Number(row.what['afterMinutes']))}</strong>
              </dd>
            </>
          )}
        </dl>
      </div>
      <div class="slip-paper__end">
        <div>
          <p>
            <strong>{t('slip.notRight', { day: before })}</strong>
          </p>
          <p>{bank.phone ? t('slip.ringAt', { phone: bank.phone }) : t('slip.openAt')}</p>
          <p class="slip-paper__link" dir="ltr">
            {model.link}
          </p>
        </div>
        <Qr text={model.link} label={t('slip.code')} />
      </div>
    </article>
  );
}

/** The hours of each guest move by themselves after the slip, and some wait for a yes. */
function movesLater({ kind, what }: NamedAct['row']): boolean {
  return kind === 'gathering' && what['did'] === 'credit';
}

/** Paper is read in other years too: its days have one. */
function onPaper(frame: Frame) {
  return { ...reading(frame), now: new Date(0) };
}

function day(words: Words, at: Date, frame: Frame): string {
  return words.day(at, onPaper(frame));
}

/** Who wrote it down: a coordinator by name, else the desk. */
export function sayWriter({ t }: Words, name: string): string {
  return name || t('slip.desk');
}

/** What was done, the most telling line first. */
export function sayDeed(words: Words, { row, memberName, memberKind }: NamedAct): string[] {
  const { t, short } = words;
  const text = (name: string) => String(row.what[name] ?? '');
  switch (row.kind) {
    case 'gift': {
      const hours = short(Number(row.what['minutes']));
      const what = text('content');
      return [t('slip.gift', { hours, to: text('to') }), ...(what === '' ? [] : [t('slip.giftFor', { what })])];
    }
    case 'offer':
      return [t(text('of') === 'need' ? 'slip.need' : 'slip.offer', { title: text('title') })];
    case 'profile':
      return [t('slip.profile', { who: firstName(memberName, memberKind), fields: sayFields(words, text('fields')) })];
    case 'address':
      return [t('slip.address')];
    case 'exchange':
      return [sayStep(words, text('did'), text('other'), text('title'), Number(row.what['minutes']))];
    case 'gathering':
      return sayAt(words, text('did'), text('title'), Number(row.what['minutes'] ?? 0));
  }
}

/** What was done at a gathering. */
function sayAt({ t, short }: Words, did: string, title: string, minutes: number): string[] {
  if (did === 'credit')
    return [
      minutes > 0 ? t('slip.gathering.credit', { title, hours: short(minutes) }) : t('slip.gathering.came', { title }),
    ];
  const known = (['list', 'back', 'change', 'cancel'] as const).find((each) => each === did) ?? 'seat';
  const gives = minutes > 0 ? [t('slip.gathering.gives', { hours: short(minutes) })] : [];
  return [t(`slip.gathering.${known}`, { title }), ...gives];
}

const DIDS = ['ask', 'accept', 'decline', 'record', 'confirm'] as const;

/** What was said in an exchange. */
function sayStep({ t, short }: Words, did: string, other: string, title: string, minutes: number): string {
  const known = DIDS.find((each) => each === did) ?? 'other';
  return t(`slip.did.${known}`, { other, title, hours: short(minutes) });
}

const FIELDS = ['about', 'speaks', 'howFar', 'whenFree', 'phone', 'reach'] as const;

function sayFields({ t, list }: Words, fields: string): string {
  const known = fields.split(' ').map((name) => FIELDS.find((each) => each === name) ?? 'other');
  return list([...new Set(known)].map((name) => t(`slip.fields.${name}`)));
}

function sayHas({ t, short }: Words, minutes: number): string {
  if (minutes === 0) return t('slip.hadEven');
  return minutes > 0 ? t('slip.had', { hours: short(minutes) }) : t('slip.hadToGive', { hours: short(-minutes) });
}

/** What was said against it, or the form to say it; and for the desk how it was put right. */
function Objection({ frame, model }: { frame: Frame; model: SlipModel }) {
  const words = useWords();
  const { t } = words;
  const { row, memberName, memberKind } = model.act;
  const who = firstName(memberName, memberKind);
  const at = (moment: Date) => words.moment(moment, reading(frame));
  const before = day(words, row.objectBefore, frame);
  if (row.objectedAt !== null)
    return (
      <section class="section">
        <p class="lead">
          {t(row.objectedHow === 'telephone' ? 'slip.objectedPhone' : 'slip.objected', {
            who,
            when: at(row.objectedAt),
          })}
        </p>
        {row.objection ? <blockquote class="mt-s">{row.objection}</blockquote> : null}
        {row.settledAt !== null ? (
          <p class="mt-s">
            {t('slip.settled', {
              by: sayWriter(words, row.settledBy ?? ''),
              when: at(row.settledAt),
              how: row.settledHow ?? '',
            })}
          </p>
        ) : model.viewer === 'desk' ? (
          <Settling frame={frame} model={model} />
        ) : (
          <p class="mt-s">{t('slip.objectedHere')}</p>
        )}
      </section>
    );
  if (frame.now > row.objectBefore) return <p class="section">{t('slip.late', { day: before })}</p>;
  return (
    <section class="section" aria-labelledby="object">
      <h2 id="object">{t('slip.objectHeading')}</h2>
      <p class="mt-s">{t('slip.objectLead', { day: before, name: firstName(frame.bank.bridgeBuilder) })}</p>
      <Form action={model.objectAction} csrf={frame.csrf} class="form mt-s">
        <Field
          id="words"
          name="words"
          type="textarea"
          label={t('slip.objectWords')}
          hint={t('slip.objectWordsHint')}
          value=""
          more={{ maxlength: BROKER_LENGTHS.objection }}
        />
        <p>
          <Button quiet>{model.viewer === 'desk' ? t('slip.objectPhone', { who }) : t('slip.object')}</Button>
        </p>
      </Form>
    </section>
  );
}

function Settling({ frame, model }: { frame: Frame; model: SlipModel }) {
  const { t } = useWords();
  return (
    <div class="mt">
      <h2>{t('slip.settleHeading')}</h2>
      <p class="mt-s">{t('slip.settleLead')}</p>
      <Form action={paths.slipSettle(model.act.row.id)} csrf={frame.csrf} class="form mt-s">
        <WhichCoordinator id="settle" coordinators={model.coordinators} />
        <Field
          id="how"
          name="how"
          label={t('slip.settleHow')}
          value=""
          required
          more={{ maxlength: BROKER_LENGTHS.settledHow }}
        />
        <p>
          <Button>{t('slip.settle')}</Button>
        </p>
      </Form>
    </div>
  );
}
