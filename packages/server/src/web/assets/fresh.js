// Keeps a page fresh without opening it anew. Without this script the browser does it by itself.
// Reads <main data-fresh="address" data-seconds="2" data-say="sentence">; the address answers with HTML
// that holds such a <main>. It waits while the tab is hidden, a <details> is open or a field has the focus.

const look = () => document.querySelector('main[data-fresh]');

function resting() {
  const active = document.activeElement;
  return (
    document.hidden ||
    document.querySelector('main details[open]') !== null ||
    (active?.closest('main') && active.matches('input, select, textarea'))
  );
}

/** Swaps what has changed: parts one by one where both sides have them, else the whole. */
function swap(old, fresh) {
  const parts = [...old.querySelectorAll('[data-part]')];
  const same = parts.length > 0 && parts.every((part) => find(fresh, part) !== null);
  if (!same) old.innerHTML = fresh.innerHTML;
  else for (const part of parts) swapPart(part, find(fresh, part));
  for (const picture of old.querySelectorAll('[data-labelled]')) {
    const label = fresh
      .querySelector(`[data-labelled="${CSS.escape(picture.dataset.labelled)}"]`)
      ?.getAttribute('aria-label');
    if (label) picture.setAttribute('aria-label', label);
  }
  for (const { name, value } of [...fresh.attributes]) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
}

const find = (root, part) => root.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);

function swapPart(old, fresh) {
  if (old.innerHTML === fresh.innerHTML) return;
  if (!('keyed' in old.dataset)) {
    old.innerHTML = fresh.innerHTML;
    return;
  }
  // What stays is left alone, so that an hour on its way goes on from where it is.
  const kept = new Map([...old.children].map((child) => [child.dataset.key, child]));
  old.replaceChildren(...[...fresh.children].map((child) => kept.get(child.dataset.key) ?? child));
}

async function refresh() {
  const main = look();
  if (main === null) return;
  if (!resting()) {
    try {
      const answer = await fetch(main.dataset.fresh, { credentials: 'same-origin', cache: 'no-store' });
      const text = answer.ok ? await answer.text() : '';
      const page = new DOMParser().parseFromString(text, 'text/html');
      const fresh = page.querySelector('main');
      if (fresh !== null && !resting()) show(main, fresh, page.title);
    } catch {
      // The computer at the other end is off. It is asked again.
    }
  }
  setTimeout(refresh, Number(look()?.dataset.seconds ?? 2) * 1000);
}

function show(main, fresh, title) {
  const before = main.dataset.say;
  const after = fresh.dataset.say ?? fresh.querySelector('h1')?.textContent ?? '';
  swap(main, fresh);
  if (title) document.title = title;
  const place = document.getElementById('fresh-say');
  if (place !== null && before && after !== before) place.textContent = after;
}

setTimeout(refresh, Number(look()?.dataset.seconds ?? 2) * 1000);
