/**
 * The desk's pages of members: who asks to join, who belongs, somebody new; and of one member, who acts for them and
 * by what they come in.
 *
 * Promises: what was typed is kept when something is wrong with it; whoever waits comes first.
 *
 * @module
 */
import { Button, Field, Form } from './forms.tsx';
import { NewcomerFields } from './join.tsx';
import { Page } from './layout.tsx';
import type { DeskMemberModel, Frame, MembersModel } from './models.ts';
import { paths } from './paths.ts';
import { FindForm } from './profile.tsx';

export function MembersPage({ frame, model }: { frame: Frame; model: MembersModel }) {
  const { csrf } = frame;
  const { t } = frame.words;
  const { values, errors, members } = model;
  return (
    <Page frame={frame} title={t('members.title')} at={paths.members}>
      <h1>{t('members.heading')}</h1>
      <p class="acts mt-s">
        <a class="link" href={paths.joinLinks}>
          {t('members.invite')}
        </a>
        <a class="link" href={paths.deskHats}>
          {t('members.deskHats')}
        </a>
        <a class="link" href={paths.leavingDesk}>
          {t('leave.deskTitle')}
        </a>
      </p>
      <Applications frame={frame} applications={model.applications} />
      <section class="section" aria-labelledby="list">
        <h2 id="list">{t('members.list')}</h2>
        <FindForm frame={frame} action={paths.members} search={model.search} />
        {members.length === 0 ? (
          <p class="read mt">{model.search === '' ? t('members.none') : t('people.noneFound')}</p>
        ) : null}
        <ul class="people">
          {members.map(({ id, name, handle, resting }) => (
            <li>
              <div>
                <h3>
                  <a href={paths.member(id)}>{name}</a>
                </h3>
                <p>
                  {handle}
                  {resting ? ` (${t('members.resting')})` : ''}
                </p>
              </div>
            </li>
          ))}
        </ul>
        {model.firstHref || model.moreHref ? (
          <p class="acts mt">
            {model.firstHref ? (
              <a class="link" href={model.firstHref}>
                {t('members.first')}
              </a>
            ) : null}
            {model.moreHref ? (
              <a class="link" href={model.moreHref}>
                {t('members.more')}
              </a>
            ) : null}
          </p>
        ) : null}
      </section>
      <section class="section stack" aria-labelledby="add">
        <h2 id="add">{t('members.add')}</h2>
        <p class="read">{t('members.addLead')}</p>
        <Form action={paths.members} csrf={csrf} class="form form--narrow">
          <NewcomerFields frame={frame} values={values} errors={errors} forOther />
          <Field
            id="handle"
            name="handle"
            label={t('members.handle')}
            value={values.handle}
            hint={t('members.handleHint')}
            error={errors.handle}
            more={{ autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 64 }}
          />
          <p>
            <Button>{t('members.addButton')}</Button>
          </p>
        </Form>
      </section>
    </Page>
  );
}

function Applications({ frame, applications }: { frame: Frame; applications: MembersModel['applications'] }) {
  const { t, moment } = frame.words;
  const reading = { timeZone: frame.bank.timeZone, now: frame.now };
  return (
    <section class="section" aria-labelledby="asking">
      <h2 id="asking">{t('members.asking')}</h2>
      {applications.length === 0 ? <p class="read">{t('members.askingNone')}</p> : null}
      <ul class="people">
        {applications.map((each) => (
          <li>
            <div class="stack">
              <h3>{each.name}</h3>
              {each.about === '' ? null : <p class="pre">{each.about}</p>}
              <p>
                <Ways ways={[each.phone, each.email, each.reach]} />
                <br />
                {each.inviterName === ''
                  ? t('members.askedAt', { when: moment(each.createdAt, reading) })
                  : t('members.askedBy', { when: moment(each.createdAt, reading), name: each.inviterName })}
              </p>
              <Form action={paths.application(each.id)} csrf={frame.csrf} class="form form--narrow">
                <Field
                  id={`sentence-${each.id}`}
                  name="sentence"
                  label={t('members.sentence', { name: each.name })}
                  value=""
                  hint={t('members.sentenceHint')}
                  more={{ autocomplete: 'off', maxlength: 500 }}
                />
                <div class="people__act--pair">
                  <Button name="answer" value="yes">
                    {t('members.yes')}
                    <span class="vh"> {each.name}</span>
                  </Button>
                  <Button name="answer" value="no" quiet>
                    {t('members.no')}
                    <span class="vh"> {each.name}</span>
                  </Button>
                </div>
              </Form>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One member at the desk; with `member: null` the desk itself, and who looks after it. */
export function DeskMemberPage({ frame, model }: { frame: Frame; model: DeskMemberModel }) {
  const { t } = frame.words;
  const { csrf } = frame;
  const { member, wearers, waiting, errors, values } = model;
  const title = member?.name ?? t('members.deskHats');
  const memberId = member?.id ?? '';
  return (
    <Page frame={frame} title={title} at={paths.members}>
      <p>
        <a class="link" href={paths.members}>
          {t('members.back')}
        </a>
      </p>
      <h1 class="mt-s">{title}</h1>
      {member === null ? (
        <p class="lead read mt-s">{t('members.deskLead')}</p>
      ) : (
        <MemberHead frame={frame} member={member} />
      )}
      <section class="section" aria-labelledby="wearers">
        <h2 id="wearers">{member === null ? t('members.deskWho') : t('members.who')}</h2>
        {wearers.length + waiting.length === 0 ? <p class="read">{t('members.whoNone')}</p> : null}
        <ul class="people">
          {wearers.map(({ personId, name, card, address }) => (
            <li>
              <div>
                <h3>{name}</h3>
                <p>{card ? t('members.hasCard') : t('members.noCard')}</p>
                {member === null || address ? null : (
                  <p>
                    <a class="link" href={paths.addressFor(memberId, personId)}>
                      {t('members.address')}
                      <span class="vh"> {t('members.cardFor', { name })}</span>
                    </a>
                  </p>
                )}
              </div>
              <div class="people__act--pair">
                {member === null ? null : (
                  <Form action={paths.memberCard(memberId)} csrf={csrf} class="people__act">
                    <input type="hidden" name="personId" value={personId} />
                    <Button quiet>
                      {t('members.card')}
                      <span class="vh"> {t('members.cardFor', { name })}</span>
                    </Button>
                  </Form>
                )}
                {member !== null && card ? (
                  <Form action={paths.memberCardEnd(memberId)} csrf={csrf} class="people__act">
                    <input type="hidden" name="personId" value={personId} />
                    <Button quiet>
                      {t('members.cardEnd')}
                      <span class="vh"> {t('members.cardFor', { name })}</span>
                    </Button>
                  </Form>
                ) : null}
                <Form action={paths.deskHatTake} csrf={csrf} class="people__act">
                  <input type="hidden" name="memberId" value={memberId} />
                  <input type="hidden" name="personId" value={personId} />
                  <Button quiet>
                    {t('members.take')}
                    <span class="vh"> {name}</span>
                  </Button>
                </Form>
              </div>
            </li>
          ))}
          {waiting.map(({ email, name }) => (
            <li>
              <div>
                <h3>{name}</h3>
                <p>{t('members.waiting', { email })}</p>
              </div>
              <Form action={paths.deskHatTake} csrf={csrf} class="people__act">
                <input type="hidden" name="memberId" value={memberId} />
                <input type="hidden" name="email" value={email} />
                <Button quiet>
                  {t('members.take')}
                  <span class="vh"> {name}</span>
                </Button>
              </Form>
            </li>
          ))}
        </ul>
        {member !== null && wearers.length === 0 ? (
          <Form action={paths.memberCard(memberId)} csrf={csrf} class="form mt">
            <p>
              <Button>{t('members.firstCard')}</Button>
            </p>
          </Form>
        ) : null}
      </section>
      <section class="section stack" aria-labelledby="give">
        <h2 id="give">{t('members.giveHat')}</h2>
        <p class="read">{t('members.giveHatLead')}</p>
        <Form action={paths.deskHatGive} csrf={csrf} class="form form--narrow">
          <input type="hidden" name="memberId" value={memberId} />
          <Field
            id="hat-name"
            name="name"
            label={t('members.hatName')}
            value={values.name}
            error={errors.name}
            required
            more={{ autocomplete: 'off', maxlength: 100 }}
          />
          <Field
            id="hat-email"
            name="email"
            type="email"
            label={t('members.hatEmail')}
            value={values.email}
            error={errors.email}
            required
            more={{ autocomplete: 'off', maxlength: 254 }}
          />
          <p>
            <Button quiet>{t('members.giveHatButton')}</Button>
          </p>
        </Form>
      </section>
    </Page>
  );
}

function MemberHead({ frame, member }: { frame: Frame; member: NonNullable<DeskMemberModel['member']> }) {
  const { t } = frame.words;
  const { id, about, email, phone, reach, resting } = member;
  return (
    <div class="stack mt-s">
      {about === '' ? null : <p class="lead read pre">{about}</p>}
      <p>
        <Ways ways={[phone, email, reach]} />
        {phone + email + reach === '' ? t('members.noReach') : ''}
      </p>
      <div class="acts">
        <a class="link" href={paths.person(id)}>
          {t('profile.see')}
        </a>
        <Form action={paths.memberStatus(id)} csrf={frame.csrf} class="people__act">
          <Button name="status" value={resting ? 'active' : 'suspended'} quiet>
            {resting ? t('members.wake') : t('members.rest')}
          </Button>
        </Form>
      </div>
    </div>
  );
}

/** Each in its own direction of writing, so that figures stay in their order. */
function Ways({ ways }: { ways: readonly string[] }) {
  const known = ways.filter((way) => way !== '');
  return known.map((way, n) => (
    <>
      {n > 0 ? ' · ' : ''}
      <bdi dir={/\p{L}/u.test(way) ? 'auto' : 'ltr'}>{way}</bdi>
    </>
  ));
}
