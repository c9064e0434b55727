/**
 * Taking everything along, and leaving for good.
 *
 * Promises: nothing goes by one press; what goes, what stays and when is said before; taking it back is as easy as
 * asking for it.
 *
 * @module
 */
import { Button, ButtonLink, Field, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame } from './models.ts';
import { paths } from './paths.ts';
import { reading } from './standing.ts';
import { useWords } from './words.ts';

export interface LeaveModel {
  readonly balanceMinutes: number;
  readonly leaving: {
    /** What has to be typed; empty once it was. */
    readonly word: string;
    readonly goesAt: Date | null;
    readonly waitsFor: '' | 'exchanges' | 'hours' | 'fund';
  } | null;
  readonly wrongWord: boolean;
}

/** What the file holds, in plain words. */
const HOLDS = ['you', 'offers', 'exchanges', 'hours', 'told', 'desk', 'doors'] as const;

export function LeavePage({ frame, model }: { frame: Frame; model: LeaveModel }) {
  const { t } = frame.words;
  const { leaving } = model;
  return (
    <Page frame={frame} title={t('leave.title')} at={paths.me}>
      <h1>{t('leave.heading')}</h1>
      <p class="lead read mt-s">{t('leave.lead')}</p>
      <section class="section" aria-labelledby="take">
        <h2 id="take">{t('leave.take')}</h2>
        <p class="read">{t('leave.takeText')}</p>
        <p class="acts mt-s">
          <a class="btn" href={paths.everything} download>
            {t('leave.file')}
          </a>
          <a class="link" href={`${paths.me}#for-paper`}>
            {t('leave.statement')}
          </a>
        </p>
        <h3 class="mt">{t('leave.what')}</h3>
        <ul class="list-rule read mt-s">
          {HOLDS.map((kind) => (
            <li>{t(`leave.in.${kind}`)}</li>
          ))}
        </ul>
      </section>
      <section class="section" aria-labelledby="leave">
        {leaving === null ? (
          <First frame={frame} balanceMinutes={model.balanceMinutes} />
        ) : leaving.goesAt === null ? (
          <Second frame={frame} word={leaving.word} wrong={model.wrongWord} />
        ) : (
          <Waiting frame={frame} goesAt={leaving.goesAt} waitsFor={leaving.waitsFor} />
        )}
      </section>
    </Page>
  );
}

function First({ frame, balanceMinutes }: { frame: Frame; balanceMinutes: number }) {
  const { t } = useWords();
  return (
    <>
      <h2 id="leave">{t('leave.leave')}</h2>
      <p class="read">{t('leave.leaveText', { bank: frame.bank.name })}</p>
      <p class="read mt-xs">{t('leave.elsewhere')}</p>
      {balanceMinutes > 0 ? (
        <p class="read mt-xs">
          {t('leave.hours')} <a href={paths.give}>{t('leave.give')}</a>
        </p>
      ) : null}
      <Form action={paths.leave} csrf={frame.csrf} class="form mt">
        <p>
          <Button quiet>{t('leave.begin')}</Button>
        </p>
      </Form>
    </>
  );
}

function Second({ frame, word, wrong }: { frame: Frame; word: string; wrong: boolean }) {
  const { t } = useWords();
  return (
    <>
      <h2 id="leave">{t('leave.second')}</h2>
      <p class="read">{t('leave.leaveText', { bank: frame.bank.name })}</p>
      <p class="mt">
        {t('leave.secondText')} <strong class="voice t-2">{word}</strong>
      </p>
      <Form action={paths.confirmLeaving} csrf={frame.csrf}>
        <Field
          id="word"
          name="word"
          label={t('leave.word')}
          value=""
          error={wrong ? t('leave.wrongWord') : undefined}
          required
          more={{ autocomplete: 'off', autocapitalize: 'none', maxlength: 50 }}
        />
        <p class="acts">
          <Button quiet>{t('leave.confirm')}</Button>
        </p>
      </Form>
      <Back frame={frame} label={t('leave.no')} />
    </>
  );
}

function Waiting(props: { frame: Frame; goesAt: Date; waitsFor: '' | 'exchanges' | 'hours' | 'fund' }) {
  const { frame, goesAt, waitsFor } = props;
  const { t, day } = useWords();
  return (
    <>
      <h2 id="leave">{t('leave.waiting', { day: day(goesAt, reading(frame)) })}</h2>
      <p class="read">{t('leave.waitingText')}</p>
      {waitsFor === '' ? null : (
        <p class="read mt-xs">
          <strong>{t(`leave.wait.${waitsFor}`)}</strong>
        </p>
      )}
      <Back frame={frame} label={t('leave.back')} />
      {waitsFor === 'exchanges' ? (
        <p class="mt">
          <ButtonLink href={paths.home} quiet>
            {t('page.navHome')}
          </ButtonLink>
        </p>
      ) : null}
    </>
  );
}

function Back({ frame, label }: { frame: Frame; label: string }) {
  return (
    <Form action={paths.stay} csrf={frame.csrf} class="plain mt">
      <Button>{label}</Button>
    </Form>
  );
}

export interface LeavingDeskModel {
  readonly members: readonly {
    readonly id: string;
    readonly name: string;
    readonly goesAt: Date | null;
    readonly balanceMinutes: number;
    readonly fundPays: boolean;
    readonly waitsFor: '' | 'exchanges' | 'hours' | 'fund';
  }[];
}

/** For the desk: who leaves, and what only the desk can say. */
export function LeavingDeskPage({ frame, model }: { frame: Frame; model: LeavingDeskModel }) {
  const { t, day, short } = frame.words;
  return (
    <Page frame={frame} title={t('leave.deskTitle')} at={paths.members}>
      <h1>{t('leave.deskTitle')}</h1>
      {model.members.length === 0 ? <p class="read mt">{t('leave.deskNone')}</p> : null}
      <ul class="list-rule mt">
        {model.members.map(({ id, name, goesAt, balanceMinutes, fundPays }) => {
          const hours = short(Math.abs(balanceMinutes));
          const says =
            balanceMinutes === 0
              ? t('leave.deskEven')
              : t(balanceMinutes > 0 ? 'leave.deskLeft' : 'leave.deskHours', { hours });
          return (
            <li>
              <h2 class="t-3">
                {t('leave.deskWhen', { name, day: goesAt === null ? '' : day(goesAt, reading(frame)) })}
              </h2>
              <p>{says}</p>
              {balanceMinutes < 0 && fundPays ? <p>{t('leave.deskPays')}</p> : null}
              {balanceMinutes < 0 && !fundPays ? (
                <Form action={paths.fundPays(id)} csrf={frame.csrf} class="plain">
                  <Button quiet>{t('leave.deskPay')}</Button>
                </Form>
              ) : null}
            </li>
          );
        })}
      </ul>
    </Page>
  );
}
