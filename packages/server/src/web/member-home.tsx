/**
 * A member's first page: what waits, how their hours stand, and who could come next.
 *
 * Promises: giving and asking stand side by side and weigh the same; people come before figures; whatever needs nothing
 * from the reader is said to need nothing.
 *
 * @module
 */
import { Towns } from './home.tsx';
import { Page } from './layout.tsx';
import type { Frame, MemberHomeModel, OfferBrief, RestSlip, WaitSlip } from './models.ts';
import { BeadKey, Beads, Dial, Half, Slip, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { reading } from './standing.ts';
import { balanceInWords, sayEmpty, sayMoved } from './statement.tsx';
import { useWords } from './words.ts';

export function MemberHome({ frame, model }: { frame: Frame; model: MemberHomeModel }) {
  const { words, bank } = frame;
  const { t, weekday, capital } = words;
  const { moved, waiting, told, resting, thanks } = model;
  const empty = moved.givenMinutes === 0 && moved.cameMinutes === 0;
  return (
    <Page frame={frame} title={t('home.title')} at={paths.home}>
      <p class="meta">{capital(weekday(frame.now, reading(frame)))}</p>
      <h1 class="display">{t('home.greeting', { name: model.name })}</h1>
      {empty ? (
        <p class="lead read mt">{sayEmpty(words, bank)}</p>
      ) : (
        <>
          <p class="lead read mt">
            {sayMoved(words, moved)} {balanceInWords(words, model.balanceMinutes, false)}.
          </p>
          <div class="mt">
            <Beads givenMinutes={moved.givenMinutes} cameMinutes={moved.cameMinutes} size="hero" />
          </div>
          <BeadKey />
          <p>
            <a class="link" href={paths.me}>
              {t('home.everyHour')}
            </a>
          </p>
        </>
      )}
      <TwoWays />

      <section class="section" aria-labelledby="waits">
        <h2 id="waits">{t('home.waits', { n: waiting.length })}</h2>
        {waiting.length > 0 ? <Slips frame={frame} waiting={waiting} /> : <p class="read">{t('home.nothing')}</p>}
        {told.length > 0 ? (
          <>
            <h3 class="mt">{t('home.wait.new')}</h3>
            <ul class="list-rule mt-s">
              {told.map(({ href, text }) => (
                <li>
                  <a href={href}>{text}</a>
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {resting.length > 0 ? (
          <>
            <h3 class="mt">{t('home.rests')}</h3>
            <div class="slips mt-s">
              {resting.map((each) => (
                <Rest frame={frame} resting={each} />
              ))}
            </div>
          </>
        ) : null}
      </section>

      <section class="section two two--main">
        <div>
          <h2>{t('home.mine')}</h2>
          {model.about ? (
            <p class="read" dir="auto">
              {model.about}
            </p>
          ) : null}
          <Offers offers={model.mine} />
          <p>
            <a class="link" href={paths.newOffer}>
              {t('home.add')}
            </a>
            <br />
            <a class="link" href={paths.profile}>
              {t('profile.edit')}
            </a>
          </p>
        </div>
        {thanks === null ? null : (
          <figure class="note">
            <blockquote class="quote" dir="auto">
              {thanks.text}
            </blockquote>
            <figcaption class="meta mt">
              {t('thanks.for', { name: thanks.name, title: thanks.title })}
              <br />
              <a href={paths.thanks}>{t('home.allThanks')}</a>
            </figcaption>
          </figure>
        )}
      </section>

      <section class="section" aria-labelledby="people">
        <h2 id="people">{t('home.people')}</h2>
        {model.others.length > 0 ? <Offers offers={model.others} /> : <p class="read">{t('home.noOffers')}</p>}
        <p>
          <a class="link" href={paths.find}>
            {t('home.all')}
          </a>
        </p>
      </section>
      <Towns frame={frame} partners={model.partners} />
    </Page>
  );
}

/** Asking is a gift too: it lets somebody give. */
export function TwoWays() {
  const { t } = useWords();
  return (
    <section class="section" aria-labelledby="ways">
      <h2 id="ways">{t('home.waysBoth')}</h2>
      <Whole label={t('home.waysBoth')} hero>
        <Half state="there" href={`${paths.find}?kind=need`} title={t('home.giveTime')} text={t('home.giveTimeHint')} />
        <Half state="ink" href={paths.find} title={t('home.ask')} text={t('home.askHint')} />
      </Whole>
    </section>
  );
}

export function Offers({ offers }: { offers: readonly OfferBrief[] }) {
  const { t } = useWords();
  return (
    <ul class="list-rule mt-s">
      {offers.map(({ href, kind, title, who }) => (
        <li>
          <a href={href} dir="auto">
            <strong>{title}</strong>
          </a>
          <br />
          <span class="meta">
            {t(kind === 'offer' ? 'home.offers' : 'home.needs')}
            {who ? (
              <>
                {' · '}
                <bdi>{who}</bdi>
              </>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What waits for whoever looks. */
export function Slips({ frame, waiting }: { frame: Frame; waiting: readonly WaitSlip[] }) {
  const { t, short } = useWords();
  const { theme } = frame.bank;
  return (
    <div class="slips">
      {waiting.map(({ what, href, name, title, minutes }) => {
        const hours = short(minutes);
        const said = {
          asked: t('home.wait.asked', { name, title }),
          change: t('home.wait.change', { name, title }),
          claimed: t('home.wait.claimed', { name, title, hours }),
          disputed: t('home.wait.disputed', { name, title }),
          gift: t('home.wait.gift', { name, hours }),
          application: t('home.wait.application', { name }),
        };
        const text = {
          asked: t('home.wait.askedText', { hours }),
          change: t('home.wait.changeText'),
          claimed: t('home.wait.claimedText'),
          disputed: t('home.wait.disputedText'),
          gift: t('home.wait.giftText'),
          application: t('home.wait.applicationText'),
        };
        return (
          <Slip
            dial={<Dial start={theme} end={null} />}
            stub={t('home.stub.yours')}
            title={<a href={href}>{said[what]}</a>}
          >
            <p>{text[what]}</p>
          </Slip>
        );
      })}
    </div>
  );
}

function Rest({ frame, resting }: { frame: Frame; resting: RestSlip }) {
  const { t, short, moment } = useWords();
  const { theme } = frame.bank;
  const { what, href, name, title, startTime } = resting;
  const hours = short(resting.minutes);
  const agreed = what === 'agreed';
  return (
    <Slip
      rest
      dial={<Dial start={theme} end={agreed ? theme : null} />}
      stub={t(agreed ? 'home.stub.both' : 'home.stub.theirs')}
      title={
        <a href={href}>{agreed ? t('home.rest.agreed', { name, title }) : t('home.rest.waiting', { name, title })}</a>
      }
    >
      <p>
        {agreed
          ? startTime === null
            ? t('home.rest.agreedAnyTime', { hours })
            : t('home.rest.agreedText', { hours, when: moment(startTime, reading(frame)) })
          : t('home.rest.waitingText')}
      </p>
    </Slip>
  );
}
