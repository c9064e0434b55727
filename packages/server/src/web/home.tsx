/**
 * The public first page of a bank: what it is, two ways in, what people offer, and the towns that honour its hours.
 *
 * Promises: nothing here needs signing in, and asking weighs as much as giving. The desk has no hours of its own, so it
 * is not led to any.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { firstName } from './format.ts';
import { Button, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import { Offers, Slips, TwoWays } from './member-home.tsx';
import type { DemoMember, Frame, HomeModel, PartnerBrief } from './models.ts';
import { Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayStanding } from './standing.ts';
import { useWords } from './words.ts';

/** Of more members than these it is said that they are more: counting all costs more the more there are. */
export const MOST_COUNTED = 1_000;
/** So many of a demo's people are seen at once. */
export const WALK_IN_AT_ONCE = 6;
/** What the choice of the desk is called in the form of a demo. No member's id looks like it. */
export const DESK = 'operator';

export function BankHome({ frame, model }: { frame: Frame; model: HomeModel }) {
  const { bank, viewer } = frame;
  const { t, number, capital } = frame.words;
  const { memberCount } = model;
  return (
    <Page frame={frame} title={t('home.title')} at={paths.home}>
      <h1 class="display">{t('home.heading')}</h1>
      <p class="lead read mt-s">{t('home.lead', { bank: bank.name })}</p>
      {memberCount > 0 ? (
        <p class="mt-s">
          {memberCount > MOST_COUNTED
            ? t('home.manyMembers', { count: number(MOST_COUNTED) })
            : capital(t('home.members', { members: memberCount, count: number(memberCount) }))}
        </p>
      ) : null}

      {viewer.kind === 'guest' && model.demoMembers.length > 0 ? (
        <section class="section" aria-labelledby="walk-in">
          <h2 id="walk-in">{t('home.walkIn')}</h2>
          <p class="read">{t('home.walkInLead')}</p>
          <WalkIn members={model.demoMembers} csrf={frame.csrf} />
        </section>
      ) : null}

      {viewer.kind === 'operator' ? (
        <section class="section" aria-labelledby="waits">
          <h2 id="waits">{t('home.waits', { n: model.waiting.length })}</h2>
          <Slips frame={frame} waiting={model.waiting} />
        </section>
      ) : (
        <>
          <TwoWays />
          <section class="section">
            <Whole label={t('home.join')}>
              <Half state="mine" href={paths.join} title={t('home.join')} text={t('home.joinHint')} />
              <Half state="mine" href={paths.signIn} title={t('home.signIn')} text={t('home.signInHint')} />
            </Whole>
          </section>
        </>
      )}

      {model.offers.length > 0 ? (
        <section class="section" aria-labelledby="offers">
          <h2 id="offers">{t('home.offersHere')}</h2>
          <Offers offers={model.offers} />
        </section>
      ) : null}
      <Towns frame={frame} partners={model.partners} />
    </Page>
  );
}

/** How each town stands, for whoever looks. */
export function Towns({ frame, partners }: { frame: Frame; partners: readonly PartnerBrief[] }) {
  const { t } = useWords();
  return (
    <section class="section" aria-labelledby="towns">
      <h2 id="towns">{t('home.towns')}</h2>
      {partners.length === 0 ? <p>{t('home.noTowns', { name: firstName(frame.bank.bridgeBuilder) })}</p> : null}
      <ul class="list-rule mt-s">
        {partners.map(({ town, standing, theyHonourMoreMinutes }) => (
          <li>
            <div class="stand">
              <Emblem theme={town.theme} />
              <div>
                <h3>{town.name}</h3>
                <p>
                  {sayStanding(
                    frame,
                    town,
                    standing,
                    theyHonourMoreMinutes === undefined ? {} : { theyHonourMoreMinutes },
                  )}
                </p>
              </div>
            </div>
          </li>
        ))}
      </ul>
      <p>
        <a class="link" href={paths.towns}>
          {t('home.allTowns')}
        </a>
      </p>
    </section>
  );
}

/** In a demo: one button for each made-up neighbour. */
export function WalkIn({ members, csrf }: { members: readonly DemoMember[]; csrf: string }) {
  const { t } = useWords();
  const others = members.slice(WALK_IN_AT_ONCE);
  return (
    <>
      <People members={members.slice(0, WALK_IN_AT_ONCE)} csrf={csrf} />
      {others.length === 0 ? null : (
        <details>
          <summary>{t('home.walkInOthers')}</summary>
          <People members={others} csrf={csrf} />
        </details>
      )}
    </>
  );
}

function People({ members, csrf }: { members: readonly DemoMember[]; csrf: string }) {
  const { t } = useWords();
  return (
    <ul class="people">
      {members.map((member) => (
        <li>
          <div>
            <h3>{member.name}</h3>
            {member.about ? <p>{member.about}</p> : null}
          </div>
          <Form action={paths.signInDemo} csrf={csrf} class="people__act">
            <input type="hidden" name="member" value={member.id} />
            <Button quiet>
              {member.id === DESK ? t('home.walkInAtDesk') : t('home.walkInAs', { name: firstName(member.name) })}
            </Button>
          </Form>
        </li>
      ))}
    </ul>
  );
}
