/**
 * What a member does with others: what waits for them first; and the form by which somebody is asked.
 *
 * Promises: what waits is said as a sentence to answer, never as a number; a form that was refused keeps what was
 * typed.
 *
 * @module
 */
import type { Other } from '../exchange/asking.ts';
import type { ExchangeSummary } from '../exchange/view.ts';
import { Emblem } from './emblems.tsx';
import { TermsFields, type Typed } from './exchange-forms.tsx';
import { called, sayReserved, sayState, sayWhen } from './exchange-words.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView, Town } from './models.ts';
import { Dial, Slip } from './parts.tsx';
import { paths } from './paths.ts';
import { sayRefusal } from './refusals.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export interface ListedExchange {
  readonly view: ExchangeSummary;
  /** The other's town, if it is another one. */
  readonly town: Town | null;
  /** Whether it waits for the reader now. */
  readonly waits: boolean;
}

export interface ExchangesModel {
  readonly open: readonly ListedExchange[];
  readonly done: readonly ListedExchange[];
  /** Where the older ones are. */
  readonly older: string | null;
}

export function ExchangesPage({ frame, model }: { frame: Frame; model: ExchangesModel }) {
  const { t } = frame.words;
  const { open, done, older } = model;
  const [waits, rest] = [open.filter((each) => each.waits), open.filter((each) => !each.waits)];
  const empty = open.length === 0 && done.length === 0;
  return (
    <Page frame={frame} title={t('exchange.title')} at={paths.exchanges}>
      <h1>{t('exchange.heading')}</h1>
      {empty ? (
        <>
          <p class="lead read mt-s">{t('exchange.empty')}</p>
          <p class="acts mt">
            <ButtonLink href={paths.find}>{t('exchange.find')}</ButtonLink>{' '}
            <ButtonLink href={paths.newExchange} quiet>
              {t('exchange.newHeading')}
            </ButtonLink>
          </p>
        </>
      ) : (
        <>
          <Slips frame={frame} id="waits" title={t('exchange.waits')} list={waits} none={t('exchange.nothingWaits')} />
          {rest.length === 0 ? null : <Slips frame={frame} id="open" title={t('exchange.open')} list={rest} />}
          {done.length === 0 ? null : <Slips frame={frame} id="done" title={t('exchange.done')} list={done} />}
          <p class="acts mt">
            {older === null ? null : (
              <ButtonLink href={older} quiet>
                {t('exchange.older')}
              </ButtonLink>
            )}{' '}
            <ButtonLink href={paths.find} quiet>
              {t('exchange.find')}
            </ButtonLink>{' '}
            <ButtonLink href={paths.newExchange} quiet>
              {t('exchange.newHeading')}
            </ButtonLink>
          </p>
        </>
      )}
    </Page>
  );
}

function Slips(props: { frame: Frame; id: string; title: string; list: readonly ListedExchange[]; none?: string }) {
  const { id, title, list, none } = props;
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {list.length === 0 && none !== undefined ? <p>{none}</p> : null}
      <div class="stack mt">
        {list.map((each) => (
          <ExchangeSlip frame={props.frame} listed={each} />
        ))}
      </div>
    </section>
  );
}

function ExchangeSlip({ frame, listed }: { frame: Frame; listed: ListedExchange }) {
  const words = useWords();
  const { view, town, waits } = listed;
  const { status, side } = view;
  const reserved = status === 'agreed' || status === 'confirmed' ? sayReserved(words, view) : null;
  const yes = (each: 'giver' | 'receiver') =>
    status !== 'declined' && status !== 'cancelled' && view.waitsFor !== each && view.waitsFor !== 'both';
  const themeOf = (each: 'giver' | 'receiver') =>
    view[each].town === null ? frame.bank.theme : (town?.theme ?? 'plain');
  return (
    <Slip
      rest={!waits}
      dial={<Dial start={yes('giver') ? themeOf('giver') : null} end={yes('receiver') ? themeOf('receiver') : null} />}
      stub={view.minutes === 0 ? '' : words.short(view.minutes)}
      title={
        <a class="link" href={paths.exchange(view.id)}>
          {sayState(words, view)}
        </a>
      }
    >
      {status === 'claimed' || status === 'disputed' || status === 'confirmed' ? <p>{view.title}</p> : null}
      {view.startTime === null || status === 'declined' || status === 'cancelled' ? null : (
        <p>{sayWhen(words, view.startTime, reading(frame))}</p>
      )}
      {reserved === null || side === null ? null : <p>{reserved}</p>}
      {town === null ? null : (
        <p class="tag">
          <Emblem theme={town.theme} size="s" /> {town.name}
        </p>
      )}
    </Slip>
  );
}

export interface AskModel {
  /** Whoever is asked, if that is known already. */
  readonly other: (Pick<Other, 'name' | 'kind'> & { readonly town: Town | null }) | null;
  /** What the asker would do; `null` when they choose. */
  readonly side: 'giver' | 'receiver' | null;
  readonly offer: { readonly id: string; readonly title: string; readonly seats: boolean } | null;
  readonly to: string;
  /** Members here whom a name may mean, when it is not clear which. */
  readonly which: readonly { readonly id: string; readonly name: string; readonly place: string }[];
  readonly typed: Typed;
  readonly values: Readonly<Record<string, string>>;
  readonly refusal: RefusalView | null;
  /** The id that the exchange gets, so that asking twice begins one. */
  readonly id: string;
  readonly capMinutes: number;
  readonly availableMinutes: number | null;
  readonly standing: string | null;
  /** One that is under way already. */
  readonly already: string | null;
}

export function AskPage({ frame, model }: { frame: Frame; model: AskModel }) {
  const { words, bank } = frame;
  const { t, long } = words;
  const { other, offer, side, typed, refusal } = model;
  const name = other === null ? '' : called(other);
  const [written, host] = (typed.values['to'] ?? model.to).replace(/^@/, '').split('@');
  const title = offer?.title ?? '';
  const heading =
    other === null
      ? t('exchange.newHeading')
      : offer === null
        ? t('exchange.newHeadingTo', { name })
        : t(side === 'giver' ? 'exchange.newHeadingNeed' : 'exchange.newHeadingOffer', { name, title });
  const send =
    other === null
      ? t('exchange.newSendNobody')
      : t(side === 'giver' ? 'exchange.newSendGive' : 'exchange.newSend', { name });
  return (
    <Page frame={frame} title={t('exchange.newTitle')} at={paths.find}>
      {other?.town ? (
        <p class="tag">
          <Emblem theme={other.town.theme} size="s" /> {other.town.name}
        </p>
      ) : null}
      <h1 class="mt-s">{heading}</h1>
      {refusal === null ? null : (
        <Refused
          text={sayRefusal(words, refusal, {
            bank: bank.name,
            bridgeBuilder: bank.bridgeBuilder,
            town: other?.town?.name ?? host ?? bank.name,
            who: name || written,
          })}
        />
      )}
      {other === null ? null : <p class="lead read mt-s">{t('exchange.newLead', { name })}</p>}
      {model.already === null ? null : (
        <p class="note read mt-s">
          <a class="link" href={model.already}>
            {t('exchange.already')}
          </a>
        </p>
      )}
      <Form action={paths.exchanges} csrf={frame.csrf} class="form form--narrow mt">
        <input type="hidden" name="id" value={model.id} />
        {offer === null ? null : <input type="hidden" name="offer" value={offer.id} />}
        {offer === null ? <Whom model={model} /> : null}
        {side === null ? <WhichWay chosen={typed.values['side'] ?? 'receiver'} /> : null}
        <TermsFields
          id="ask"
          typed={typed}
          values={model.values}
          hint={t('exchange.capHint', { hours: long(model.capMinutes) })}
        />
        {model.availableMinutes === null || side === 'giver' ? null : (
          <p>
            {model.availableMinutes > 0
              ? t('exchange.available', { hours: long(model.availableMinutes) })
              : t('exchange.availableNone')}
          </p>
        )}
        {model.standing === null ? null : <p>{model.standing}</p>}
        {offer?.seats ? <Ahead name={name} gives={side === 'giver'} chosen={typed.values['ahead'] !== 'no'} /> : null}
        <p class="acts">
          <Button>{send}</Button>
        </p>
      </Form>
    </Page>
  );
}

/** Who is asked: known already, one of those whom a name may mean, or somebody by name. */
function Whom({ model: { other, to, which, typed } }: { model: AskModel }) {
  const { t } = useWords();
  if (other !== null)
    return (
      <p>
        <input type="hidden" name="whom" value={to} />
        <a class="link" href={paths.newExchange}>
          {t('give.somebodyElse')}
        </a>
      </p>
    );
  const byName = (
    <Field
      id="ask-to"
      name="to"
      label={which.length === 0 ? t('exchange.who') : t('give.who')}
      hint={t('exchange.whoHint')}
      value={typed.values['to'] ?? to}
      error={typed.errors['to'] ? t('exchange.missing') : undefined}
      required={which.length === 0}
      more={{ maxlength: 300, autocapitalize: 'none', spellcheck: 'false' }}
    />
  );
  if (which.length === 0) return byName;
  return (
    <Choices
      legend={t('exchange.who')}
      name="whom"
      chosen="other"
      options={[
        ...which.map(({ id, name, place }) => ({ value: id, label: <Neighbour name={name} place={place} /> })),
        { value: 'other', label: t('give.somebodyElse') },
      ]}
      error={t('give.whoWhich')}
    >
      <div class="other-whom">{byName}</div>
    </Choices>
  );
}

/** Two may have one name: the place tells them apart. */
function Neighbour({ name, place }: { name: string; place: string }) {
  return (
    <span>
      {name} {place === '' ? null : <span class="meta">{place}</span>}
    </span>
  );
}

/** Where many come, one act of the host records everybody: whoever takes a seat may say yes to that now. */
function Ahead({ name, gives, chosen }: { name: string; gives: boolean; chosen: boolean }) {
  const { t } = useWords();
  const ways = [
    ['yes', gives ? t('exchange.aheadGive', { name }) : t('exchange.aheadYes', { name }), chosen],
    ['no', t('exchange.aheadNo'), !chosen],
  ] as const;
  return (
    <fieldset class="field">
      <legend>{t('exchange.aheadLegend')}</legend>
      <div class="choose">
        {ways.map(([value, label, checked]) => (
          <label>
            <input type="radio" name="ahead" value={value} checked={checked} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function WhichWay({ chosen }: { chosen: string }) {
  const { t } = useWords();
  const ways = [
    ['receiver', t('exchange.sideReceive')],
    ['giver', t('exchange.sideGive')],
  ] as const;
  return (
    <fieldset class="field">
      <legend>{t('exchange.sideLegend')}</legend>
      <div class="choose">
        {ways.map(([value, label]) => (
          <label>
            <input type="radio" name="side" value={value} checked={chosen === value} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** For the desk: where two do not say the same. */
export function DisputesPage({ frame, list }: { frame: Frame; list: readonly ListedExchange[] }) {
  const { t } = frame.words;
  return (
    <Page frame={frame} title={t('exchange.deskDisputes')} at={paths.console}>
      <h1>{t('exchange.deskDisputes')}</h1>
      {list.length === 0 ? (
        <p class="lead mt-s">{t('exchange.deskNone')}</p>
      ) : (
        <h2 class="vh">{t('exchange.deskDisputes')}</h2>
      )}
      <div class="stack mt">
        {list.map((each) => (
          <ExchangeSlip frame={frame} listed={each} />
        ))}
      </div>
    </Page>
  );
}
