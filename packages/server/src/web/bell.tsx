/**
 * The bell in the band: how much is new.
 *
 * Promises: the count is in the page and needs no script; it is said in words to whoever does not see it.
 *
 * @module
 */
import { paths } from './paths.ts';
import { useWords } from './words.ts';

const MOST = 99;

/** `count` of what was told and not opened. */
export function Bell({ count }: { count: number }) {
  const { t } = useWords();
  return (
    <a class="bell" href={paths.notices}>
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <path d="M24 7v3M12 35c3-4 3-8 3-13a9 9 0 0 1 18 0c0 5 0 9 3 13Z" />
        <path class={count > 0 ? 'bell__on' : undefined} d="M20 38a4 4 0 0 0 8 0Z" />
      </svg>
      {count > 0 ? <span aria-hidden="true">{count > MOST ? `${MOST}+` : count}</span> : null}
      <span class="vh">{t('notices.bell', { n: count })}</span>
    </a>
  );
}
