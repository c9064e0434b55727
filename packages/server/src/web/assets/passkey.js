/*
 * Passkeys on the pages that offer them: shows the forms that need a script, asks the device, and sends its answer.
 * A form names where its question comes from in `data-question`, and whether a key is made or used in `data-passkey`.
 */
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

async function question(form) {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  const answer = await fetch(form.dataset.question, { method: 'POST', body });
  if (!answer.ok) throw new Error(String(answer.status));
  const asked = await answer.json();
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of ['excludeCredentials', 'allowCredentials'])
    asked[list] = (asked[list] ?? []).map((known) => ({ ...known, id: bytes(known.id) }));
  return asked;
}

function written(made) {
  const { response } = made;
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return JSON.stringify({
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    clientExtensionResults: made.getClientExtensionResults(),
    response: Object.fromEntries(said),
  });
}

async function go(form) {
  const publicKey = await question(form);
  const way = form.dataset.passkey === 'make' ? 'create' : 'get';
  form.elements.answer.value = written(await navigator.credentials[way]({ publicKey }));
  form.submit();
}

if (window.PublicKeyCredential) {
  for (const mark of document.querySelectorAll('input[name="passkeys"]')) mark.value = 'yes';
  for (const shown of document.querySelectorAll('[data-with-passkey]')) shown.hidden = false;
  for (const form of document.querySelectorAll('form[data-passkey]'))
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      go(form).catch(() => {
        form.querySelector('[data-said]').hidden = false;
      });
    });
}
