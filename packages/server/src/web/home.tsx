/**
 * The public first page of a bank: what it is, two ways in, and the towns that honour its hours.
 *
 * Promises: nothing here needs signing in, and asking weighs as much as giving. The desk has no
 * hours of its own, so it is not led to any.
 *
 * @module
 */
import { Emblem } from './emblems.tsx';
import { Button, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { DemoMember, Frame, HomeModel } from './models.ts';
import { Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import { sayStanding } from './standing.ts';
import { home } from './words.ts';

export function BankHome({ frame, model }: { frame: Frame; model: HomeModel }) {
  const { bank, viewer } = frame;
  return (
    <Page frame={frame} title={home.title} at={paths.home}>
      <h1 class="display">{home.heading}</h1>
      <p class="lead read mt-s">{home.lead(bank.name)}</p>
      {model.memberCount > 0 ? <p class="mt-s">{home.members(model.memberCount)}</p> : null}

      {viewer.kind === 'guest' && model.demoMembers.length > 0 ? (
        <section class="section" aria-labelledby="walk-in">
          <h2 id="walk-in">{home.walkIn}</h2>
          <p class="read">{home.walkInLead}</p>
          <WalkIn members={model.demoMembers} csrf={frame.csrf} />
        </section>
      ) : null}

      {viewer.kind === 'operator' ? null : (
        <section class="section" aria-labelledby="ways">
          <h2 id="ways">{home.ways}</h2>
          <Whole label={home.ways} hero>
            <Half state="there" href={paths.give} title={home.give} text={home.giveHint} />
            <Half state="ink" href={paths.me} title={home.hours} text={home.hoursHint} />
          </Whole>
        </section>
      )}

      <section class="section" aria-labelledby="towns">
        <h2 id="towns">{home.towns}</h2>
        {model.partners.length === 0 ? <p>{home.noTowns(bank.bridgeBuilder)}</p> : null}
        <ul class="list-rule">
          {model.partners.map(({ town, standing, theyHonourMoreMinutes }) => (
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
            {home.allTowns}
          </a>
        </p>
      </section>
    </Page>
  );
}

/** In a demo: one button for each made-up neighbour. */
export function WalkIn({ members, csrf }: { members: readonly DemoMember[]; csrf: string }) {
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
            <Button quiet>{home.walkInAs(member.name)}</Button>
          </Form>
        </li>
      ))}
    </ul>
  );
}
