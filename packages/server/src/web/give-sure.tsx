/**
 * One page before hours are given: both sentences, side by side, and a yes.
 *
 * Promises: nothing has moved yet, and what was typed can still be changed.
 *
 * @module
 */
import { Button, Form } from './forms.tsx';
import { Page } from './layout.tsx';
import type { Frame, GiveSureModel, GiveValues } from './models.ts';
import { Half, Whole } from './parts.tsx';
import { paths } from './paths.ts';
import type { Words } from './words.ts';

export function GiveSurePage({ frame, model }: { frame: Frame; model: GiveSureModel }) {
  const { words } = frame;
  const { t, short, capital } = words;
  const { to, town, minutes, values } = model;
  // The whole name: there may be two of the first.
  const who = to.fund ? sayFund(words, to.town) : to.name;
  return (
    <Page frame={frame} title={t('give.sureTitle')} at={paths.give}>
      <h1>{t('give.sureHeading')}</h1>
      {values.what ? <p class="lead read mt-s">{t('given.what', { what: values.what })}</p> : null}
      <div class="mt">
        <Whole label={t('give.sureHalves')} hero>
          <Half state="there" town={frame.bank} title={sayAfter(words, model.afterMinutes)} />
          <Half state="open" town={town} title={capital(sayMore(words, who, minutes))} />
        </Whole>
      </div>
      {model.asks ? <p class="read mt">{t('give.sureAsks', { who })}</p> : null}
      <Form action={paths.give} csrf={frame.csrf} class="form mt">
        <input type="hidden" name="key" value={model.key} />
        {carried(values).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {to.fund && to.town === null ? (
          <div class="choose">
            <label>
              <input type="checkbox" name="unnamed" value="yes" checked={values.unnamed === 'yes'} />
              <span>{t('give.unnamed')}</span>
            </label>
          </div>
        ) : null}
        <p class="acts">
          <Button id="sure" name="sure" value="yes">
            {t('give.sure', { hours: short(minutes) })}
          </Button>
          <Button quiet name="change" value="yes">
            {t('give.change')}
          </Button>
        </p>
      </Form>
    </Page>
  );
}

function sayFund({ t }: Words, town: string | null): string {
  return town === null ? t('give.ourFund') : t('give.theirFund', { town });
}

function sayMore({ t, spoken }: Words, who: string, minutes: number): string {
  return t('give.theyWillHave', { who, amount: spoken(minutes) });
}

function sayAfter({ t, pieces }: Words, minutes: number): string {
  if (minutes === 0) return t('give.youWillBeEven');
  // A figure stays with its unit, however large it is written.
  const hours = pieces(Math.abs(minutes))
    .map((piece) => piece.trim().replaceAll(' ', '\u00a0'))
    .join(' ');
  return minutes > 0 ? t('give.youWillHave', { hours }) : t('give.youWillGive', { hours });
}

/** What the form had, without what is asked here. */
function carried({ unnamed: _asked, ...values }: GiveValues): [string, string][] {
  return Object.entries(values);
}
