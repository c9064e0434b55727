/**
 * The community fund: what is in it, what came and went, how to give and how to ask; and the desk's answers.
 *
 * Promises: giving and asking have the same size; a grant says who, how much and why; nobody is named who does not
 * wish to be.
 *
 * @module
 */
import { FUND_LENGTHS, type Fund, type FundMove, type NamedRequest } from '../fund/fund.ts';
import { firstName } from './format.ts';
import { Button, ButtonLink, Field, Form, Refused } from './forms.tsx';
import { HoursFields } from './hours-fields.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { Dial, Half, Slip, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading } from './standing.ts';
import { useWords, type Words } from './words.ts';

/** What a form of the fund posts. */
export interface FundValues {
  readonly hours: string;
  readonly minutes: string;
  readonly text: string;
}

export interface FundModel {
  readonly fund: Fund;
  /** Whether no newer ones stand on a page before this. */
  readonly first: boolean;
  readonly giveHref: string;
  /** A member's own requests; `null` for anybody else. */
  readonly mine: readonly NamedRequest[] | null;
  readonly values: FundValues;
  /** Sent with the form, so that pressing twice asks once. */
  readonly key: string;
  readonly refusal: RefusalView | null;
}

export function FundPage({ frame, model }: { frame: Frame; model: FundModel }) {
  const { words, viewer } = frame;
  const { t } = words;
  const { fund, mine, refusal } = model;
  const whole = model.first && fund.next === null;
  return (
    <Page frame={frame} title={t('fund.title')} at={paths.fund}>
      <h1>{sayFund(words, fund.balanceMinutes)}</h1>
      <p class="lead read mt-s">{t('fund.lead')}</p>
      {refusal ? <Refused text={sayRefusal(words, refusal, placeOf(frame))} /> : null}
      <div class="mt">
        <Whole label={t('fund.ways')}>
          <Half state="mine" title={t('fund.give')} text={t('fund.giveText')} href={model.giveHref} />
          <Half
            state="ink"
            title={t('fund.ask')}
            text={t('fund.askText')}
            href={mine === null ? `${paths.signIn}?next=${encodeURIComponent(paths.fund)}` : '#ask'}
          />
        </Whole>
      </div>
      {viewer.kind === 'operator' ? (
        <p class="acts mt">
          <ButtonLink href={paths.consoleFund}>{t('fund.deskTitle')}</ButtonLink>
        </p>
      ) : null}
      <div class="two mt">
        <Moves {...{ frame, whole }} came moves={fund.moves.filter(({ came }) => came)} heading={t('fund.came')} />
        <Moves
          {...{ frame, whole }}
          came={false}
          moves={fund.moves.filter(({ came }) => !came)}
          heading={t('fund.went')}
        />
      </div>
      {fund.next === null ? null : (
        <p class="mt-s">
          <a class="link" href={`${paths.fund}?before=${fund.next}`}>
            {t('fund.older')}
          </a>
        </p>
      )}
      {mine === null ? null : <Asking frame={frame} model={model} mine={mine} />}
    </Page>
  );
}

export function sayFund({ t, spoken, short, capital }: Words, minutes: number): string {
  if (minutes === 0) return t('fund.empty');
  if (minutes < 0) return t('fund.owes', { amount: short(-minutes) });
  return capital(t('fund.has', { amount: spoken(minutes), hours: Math.floor(minutes / 60) }));
}

interface MovesProps {
  readonly frame: Frame;
  readonly came: boolean;
  /** Whether there are no others on other pages. */
  readonly whole: boolean;
  readonly heading: string;
  readonly moves: readonly FundMove[];
}

/** What came in, or what went out. */
function Moves({ frame, came, whole, heading, moves }: MovesProps) {
  const words = useWords();
  const { t, day } = words;
  const id = came ? 'came' : 'went';
  if (moves.length === 0 && !whole) return null;
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {moves.length === 0 ? <p class="mt-s">{came ? t('fund.cameNone') : t('fund.wentNone')}</p> : null}
      <ul class="list-rule mt-s">
        {moves.map((move) => (
          <li>
            <strong>{sayMove(words, move)}</strong>
            {move.what === 'grant' ? <p>{t('fund.grantWhy', { because: move.because })}</p> : null}
            <p class="meta">{sayWhen(words, move, day(move.at, reading(frame)))}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function sayMove({ t, short }: Words, { came, what, minutes, name, town, because }: FundMove): string {
  const amount = short(minutes);
  const place = town ?? t('fund.anotherTown');
  const way = came ? 'came' : 'went';
  switch (what) {
    case 'gift':
    case 'grant': {
      const who = name ?? (town === null ? t('fund.unnamed') : t('fund.somebodyIn', { town }));
      return came ? t('fund.gift', { amount, who }) : t('fund.grant', { amount, who });
    }
    case 'gathering':
      return because === '' ? t('fund.someGathering', { amount }) : t('fund.gathering', { amount, title: because });
    case 'dispute':
      return t('fund.dispute', { amount });
    case 'leaving':
      return t(`fund.leaving.${way}`, { amount });
    case 'test':
      return t(`fund.test.${way}`, { amount, town: place });
    case 'other':
      return t(`fund.other.${way}`, { amount });
  }
}

function sayWhen({ t }: Words, { what, decidedBy }: FundMove, day: string): string {
  if (what !== 'grant') return day;
  return decidedBy ? t('fund.decided', { day, name: decidedBy }) : t('fund.decidedDesk', { day });
}

function placeOf({ bank }: Frame) {
  return { bank: bank.name, bridgeBuilder: bank.bridgeBuilder };
}

function Asking({ frame, model, mine }: { frame: Frame; model: FundModel; mine: readonly NamedRequest[] }) {
  const { t, short } = useWords();
  const { values } = model;
  return (
    <section class="section two two--main" aria-labelledby="ask">
      <div>
        <h2 id="ask">{t('fund.askHeading')}</h2>
        <Form action={paths.fundAsk} csrf={frame.csrf} class="form mt-s">
          <input type="hidden" name="key" value={model.key} />
          <HoursFields id="fund" legend={t('fund.askHours')} hours={values.hours} minutes={values.minutes} />
          <Field
            id="text"
            name="text"
            type="textarea"
            label={t('fund.askWhat')}
            hint={t('fund.askWhatHint')}
            value={values.text}
            required
            more={{ maxlength: FUND_LENGTHS.content }}
          />
          <p>
            <Button>{t('fund.askSend')}</Button>
          </p>
        </Form>
      </div>
      {mine.length === 0 ? null : (
        <div>
          <h2>{t('fund.mine')}</h2>
          <ul class="list-rule mt-s">
            {mine.map(({ row }) => (
              <li>
                <p>{sayMine(row, short(row.minutes), t)}</p>
                <p class="meta">{row.content}</p>
                {row.status === 'waiting' ? (
                  <Form action={paths.fundWithdraw(row.id)} csrf={frame.csrf} class="mt-xs">
                    <button type="submit" class="as-link">
                      {t('fund.withdraw')}
                    </button>
                  </Form>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function sayMine({ status, because }: NamedRequest['row'], amount: string, t: Words['t']): string {
  switch (status) {
    case 'waiting':
      return t('fund.mineWaiting', { amount });
    case 'granted':
      return t('fund.mineGranted', { amount, because });
    case 'declined':
      return t('fund.mineDeclined', { amount, because });
    case 'withdrawn':
      return t('fund.mineWithdrawn', { amount });
  }
}

export interface FundDeskModel {
  readonly balanceMinutes: number;
  readonly capMinutes: number;
  readonly waiting: readonly NamedRequest[];
  /** The request whose answer was refused, and what was typed. */
  readonly refused: { readonly id: string; readonly values: FundValues; readonly refusal: RefusalView } | null;
}

export function FundDeskPage({ frame, model }: { frame: Frame; model: FundDeskModel }) {
  const { words } = frame;
  const { t, short } = words;
  const { waiting, refused } = model;
  return (
    <Page frame={frame} title={t('fund.deskTitle')} at={paths.console}>
      <h1>{t('fund.deskHeading')}</h1>
      <p class="lead read mt-s">
        {t('fund.deskLead', { amount: short(model.balanceMinutes), cap: short(model.capMinutes) })}
      </p>
      {refused ? <Refused text={sayRefusal(words, refused.refusal, placeOf(frame))} /> : null}
      {waiting.length === 0 ? <p class="mt">{t('fund.deskNone')}</p> : null}
      <div class="stack mt">
        {waiting.length > 0 ? <h2 class="vh">{t('fund.deskTitle')}</h2> : null}
        {waiting.map((each) => (
          <WaitingRequest
            frame={frame}
            request={each}
            values={refused?.id === each.row.id ? refused.values : valuesOf(each.row.minutes)}
          />
        ))}
      </div>
      <p class="mt">
        <a class="link" href={paths.fund}>
          {t('fund.link')}
        </a>
      </p>
    </Page>
  );
}

export function valuesOf(minutes: number): FundValues {
  return { hours: String(Math.floor(minutes / 60)), minutes: String(minutes % 60), text: '' };
}

function WaitingRequest(props: { frame: Frame; request: NamedRequest; values: FundValues }) {
  const { t, short } = useWords();
  const { frame, request, values } = props;
  const { row, name, kind } = request;
  const who = firstName(name, kind);
  return (
    <Slip
      dial={<Dial end={frame.bank.theme} />}
      stub={short(row.minutes)}
      title={t('fund.asks', { who: name, amount: short(row.minutes) })}
    >
      <p>{row.content}</p>
      <Form action={paths.answerRequest(row.id)} csrf={frame.csrf} class="form mt-s" label={t('fund.answer', { who })}>
        <HoursFields id={`r${row.id}`} legend={t('fund.yes')} hours={values.hours} minutes={values.minutes} />
        <Field
          id={`because-${row.id}`}
          name="text"
          label={t('fund.because')}
          hint={t('fund.becauseHint', { who })}
          value={values.text}
          required
          more={{ maxlength: FUND_LENGTHS.because }}
        />
        <p class="acts">
          <Button name="answer" value="yes">
            {t('fund.yes')}
          </Button>
          <Button quiet name="answer" value="no">
            {t('fund.no')}
          </Button>
        </p>
      </Form>
    </Slip>
  );
}
