/**
 * What coordinators write down for members: the lists, and the page on which it is done.
 *
 * @module
 */
import type { NamedAct } from '../broker/acts.ts';
import type { MemberRow } from '../member/members.ts';
import { ADDRESS } from '../member/people.ts';
import { CATEGORIES } from '../offer/categories.ts';
import { LENGTHS } from '../offer/offers.ts';
import { firstName } from './format.ts';
import { Button, ButtonLink, Choices, Field, Form, Refused } from './forms.tsx';
import { HoursFields } from './hours-fields.tsx';
import { Page } from './layout.tsx';
import type { Frame, RefusalView } from './models.ts';
import { Dial, Slip } from './parts.tsx';
import { paths } from './paths.ts';
import { PlaceField } from './place-field.tsx';
import { sayRefusal } from './refusals.ts';
import { sayDeed, sayWriter } from './slip.tsx';
import { NoteFields, type Person } from './slip-fields.tsx';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export interface SlipsModel {
  /** For the desk: acts that somebody has objected to and that wait. `null`: a member reads their own. */
  readonly open: readonly NamedAct[] | null;
  readonly acts: readonly NamedAct[];
  readonly olderHref: string | null;
}

export function SlipsPage({ frame, model }: { frame: Frame; model: SlipsModel }) {
  const { t } = frame.words;
  const desk = model.open !== null;
  return (
    <Page frame={frame} title={desk ? t('slip.deskTitle') : t('slip.mineTitle')} at={desk ? paths.console : paths.me}>
      <h1>{desk ? t('slip.deskHeading') : t('slip.mineHeading')}</h1>
      {desk ? (
        <p class="acts mt-s">
          <ButtonLink href={paths.newSlip}>{t('slip.deskNew')}</ButtonLink>
        </p>
      ) : null}
      {model.open !== null && model.open.length > 0 ? (
        <section class="section" aria-labelledby="open">
          <h2 id="open">{t('slip.open')}</h2>
          <Acts frame={frame} acts={model.open} />
        </section>
      ) : null}
      <section class="section" aria-labelledby="all">
        <h2 id="all" class={desk ? '' : 'vh'}>
          {desk ? t('slip.all') : t('slip.mineTitle')}
        </h2>
        {model.acts.length === 0 ? <p class="mt-s">{desk ? t('slip.deskNone') : t('slip.mineNone')}</p> : null}
        <Acts frame={frame} acts={model.acts} />
      </section>
      {model.olderHref ? (
        <p class="acts mt">
          <a class="link" href={model.olderHref}>
            {t('slip.older')}
          </a>
        </p>
      ) : null}
    </Page>
  );
}

function Acts({ frame, acts }: { frame: Frame; acts: readonly NamedAct[] }) {
  const words = useWords();
  const { t, moment } = words;
  return (
    <div class="stack mt-s">
      {acts.map((each) => {
        const { row, memberName } = each;
        const waits = row.objectedAt !== null && row.settledAt === null;
        return (
          <Slip
            dial={<Dial start={frame.bank.theme} end={waits ? null : frame.bank.theme} />}
            stub={row.slip}
            rest={!waits}
            title={<a href={paths.slip(row.id)}>{sayDeed(words, each)[0]}</a>}
          >
            <p>{t('slip.writtenDown', { who: memberName, by: sayWriter(words, row.personName), slip: row.slip })}</p>
            <p class="meta">
              {moment(row.at, reading(frame))} · {row.reason}
            </p>
          </Slip>
        );
      })}
    </div>
  );
}

/** What was typed, by the names of the fields. */
export type Typed = Readonly<Record<string, string>>;

export interface NewSlipModel {
  readonly search: string;
  readonly found: readonly Pick<MemberRow, 'id' | 'name' | 'kind' | 'about'>[];
  /** For whom, once it is chosen. */
  readonly member: Pick<MemberRow, 'id' | 'name' | 'kind' | 'place'> | null;
  /** The names of the town's places. */
  readonly places: readonly string[];
  readonly coordinators: readonly Person[] | null;
  /** Who acts for them and comes in by no address; `null`: they all do. */
  readonly withoutAddress: readonly Person[] | null;
  readonly objectDays: number;
  readonly typed: Typed;
  /** Sent with the form, so that pressing twice does it once. */
  readonly key: string;
  readonly refusal: RefusalView | null;
}

export function NewSlipPage({ frame, model }: { frame: Frame; model: NewSlipModel }) {
  const { words, bank } = frame;
  const { t } = words;
  const { member, refusal, coordinators } = model;
  return (
    <Page frame={frame} title={t('slip.newTitle')} at={paths.console}>
      <h1>{member === null ? t('slip.newHeading') : t('slip.newFor', { who: member.name })}</h1>
      <p class="lead read mt-s">{t('slip.newLead', { days: model.objectDays })}</p>
      {refusal ? (
        <Refused
          text={sayRefusal(words, refusal, {
            bank: bank.name,
            bridgeBuilder: bank.bridgeBuilder,
            who: model.typed['to'] ?? member?.name,
          })}
        />
      ) : null}
      {coordinators?.length === 0 ? (
        <p class="mt">{t('slip.noCoordinators')}</p>
      ) : member === null ? (
        <Choosing model={model} />
      ) : (
        <Deeds frame={frame} model={model} id={member.id} who={firstName(member.name, member.kind)} />
      )}
    </Page>
  );
}

function Choosing({ model: { search, found } }: { model: NewSlipModel }) {
  const { t } = useWords();
  return (
    <>
      <form method="get" action={paths.newSlip} class="form form--narrow mt">
        <Field id="q" name="q" label={t('slip.search')} value={search} required more={{ maxlength: 100 }} />
        <p>
          <Button>{t('slip.find')}</Button>
        </p>
      </form>
      {search !== '' && found.length === 0 ? <p class="mt">{t('slip.nobody')}</p> : null}
      <ul class="people mt">
        {found.map(({ id, name, kind, about }) => (
          <li>
            <div>
              <strong>{name}</strong>
              {about ? <p class="meta">{about}</p> : null}
            </div>
            <ButtonLink href={`${paths.newSlip}?member=${id}`} quiet>
              {t('slip.newFor', { who: firstName(name, kind) })}
            </ButtonLink>
          </li>
        ))}
      </ul>
    </>
  );
}

interface DeedProps {
  readonly frame: Frame;
  readonly model: NewSlipModel;
  readonly id: string;
  readonly who: string;
}

function Deeds(props: DeedProps) {
  const { t } = useWords();
  const { who } = props;
  const kind = props.model.typed['kind'] ?? '';
  return (
    <div class="stack mt deeds">
      <details open={kind === 'gift' || kind === ''}>
        <summary>{t('slip.giftHeading')}</summary>
        <GiftDeed {...props} />
      </details>
      <details open={kind === 'offer'}>
        <summary>{t('slip.offerHeading')}</summary>
        <OfferDeed {...props} />
      </details>
      <details open={kind === 'profile'}>
        <summary>{t('slip.profileHeading', { who })}</summary>
        <ProfileDeed {...props} />
      </details>
      {props.model.withoutAddress === null && kind !== 'address' ? null : (
        <details open={kind === 'address'}>
          <summary>{t('slip.addressHeading')}</summary>
          <AddressDeed {...props} people={props.model.withoutAddress ?? []} />
        </details>
      )}
    </div>
  );
}

/** What every deed begins and ends with. */
function DeedForm(props: DeedProps & { kind: string; send: string; label: string; children: unknown }) {
  const { frame, model, id, kind } = props;
  const own = model.typed['kind'] === kind;
  return (
    <Form action={paths.newSlip} csrf={frame.csrf} class="form mt-s" label={props.label}>
      <input type="hidden" name="key" value={`${model.key}-${kind}`} />
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="member" value={id} />
      {props.children as never}
      <NoteFields
        id={kind}
        coordinators={model.coordinators}
        reason={(own && model.typed['reason']) || ''}
        slip={(own && model.typed['slip']) || ''}
        refusal={own ? model.refusal : null}
      />
      <p>
        <Button>{props.send}</Button>
      </p>
    </Form>
  );
}

function GiftDeed(props: DeedProps) {
  const { t } = useWords();
  const { typed } = props.model;
  return (
    <DeedForm {...props} kind="gift" label={t('slip.giftHeading')} send={t('slip.giftSend')}>
      <Field
        id="to"
        name="to"
        label={t('slip.to')}
        hint={t('slip.toHint')}
        value={typed['to'] ?? ''}
        required
        more={{ maxlength: 200, autocapitalize: 'off', autocomplete: 'off' }}
      />
      <HoursFields
        id="gift"
        legend={t('give.lengthLegend')}
        hours={typed['hours'] ?? ''}
        minutes={typed['minutes'] ?? ''}
      />
      <Field id="what" name="what" label={t('slip.what')} value={typed['what'] ?? ''} more={{ maxlength: 300 }} />
    </DeedForm>
  );
}

function OfferDeed(props: DeedProps) {
  const { t } = useWords();
  const { who } = props;
  const { typed } = props.model;
  return (
    <DeedForm {...props} kind="offer" label={t('slip.offerHeading')} send={t('slip.offerSend')}>
      <Choices
        legend={t('slip.kind')}
        name="of"
        chosen={typed['of'] ?? 'offer'}
        options={[
          { value: 'offer', label: t('slip.kindOffer', { who }) },
          { value: 'need', label: t('slip.kindNeed', { who }) },
        ]}
      />
      <Field
        id="title"
        name="title"
        label={t('slip.offerTitle')}
        value={typed['title'] ?? ''}
        required
        more={{ maxlength: LENGTHS.title }}
      />
      <div class="field">
        <label for="category">{t('slip.category')}</label>
        <select id="category" name="category">
          {CATEGORIES.map((category) => (
            <option value={category} selected={category === typed['category']}>
              {t(`offers.category.${category}`)}
            </option>
          ))}
        </select>
      </div>
      <Field
        id="text"
        name="text"
        type="textarea"
        label={t('slip.offerText')}
        value={typed['text'] ?? ''}
        more={{ maxlength: LENGTHS.text }}
      />
      <PlaceField
        label={t('offers.new.place')}
        hint={t('slip.placeHint')}
        value={(typed['place'] ?? props.model.member?.place ?? '').slice(0, LENGTHS.place)}
        most={LENGTHS.place}
        places={props.model.places}
      />
    </DeedForm>
  );
}

const PROFILE = ['about', 'speaks', 'howFar', 'whenFree', 'phone', 'reach'] as const;

function ProfileDeed(props: DeedProps) {
  const words = useWords();
  const { t, capital } = words;
  const { who } = props;
  const { typed } = props.model;
  return (
    <DeedForm {...props} kind="profile" label={t('slip.profileHeading', { who })} send={t('slip.profileSend')}>
      <p class="hint">{t('slip.profileHint')}</p>
      {PROFILE.map((name) => (
        <Field
          id={`profile-${name}`}
          name={name}
          label={capital(t(`slip.fields.${name}`))}
          value={typed[name] ?? ''}
          more={{ maxlength: name === 'phone' ? 40 : 200 }}
        />
      ))}
    </DeedForm>
  );
}

/** How a refusal of an address is said, by its reason. */
const ADDRESS_SAID: Readonly<Record<string, 'slip.addressTaken' | 'slip.addressHas'>> = {
  [ADDRESS.taken]: 'slip.addressTaken',
  [ADDRESS.has]: 'slip.addressHas',
};

function AddressDeed({ people, ...props }: DeedProps & { people: readonly Person[] }) {
  const { t } = useWords();
  const { typed, refusal } = props.model;
  const { field, reason } = refusal?.facts ?? {};
  const wrong = field === 'email' || field === 'personId';
  return (
    <DeedForm {...props} kind="address" label={t('slip.addressHeading')} send={t('slip.addressSend')}>
      <p class="hint">{t('slip.addressLead')}</p>
      {people.length > 1 ? (
        <div class="field">
          <label for="address-who">{t('slip.addressWho')}</label>
          <select id="address-who" name="personId" required>
            {people.map(({ personId, name }) => (
              <option value={personId} selected={personId === typed['personId']}>
                {name}
              </option>
            ))}
          </select>
        </div>
      ) : null}
      <Field
        id="address-email"
        name="email"
        type="email"
        label={t('slip.addressEmail')}
        value={typed['email'] ?? ''}
        error={wrong ? t(ADDRESS_SAID[String(reason)] ?? 'slip.addressWrong') : undefined}
        required
        more={{ autocomplete: 'off', maxlength: 254 }}
      />
    </DeedForm>
  );
}
