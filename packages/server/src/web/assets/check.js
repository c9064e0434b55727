/*
 * Checks a receipt in the browser: the same as the server does, with no help of the server's.
 * The page has the documents in #receipt, a list of steps, and places for what the documents say.
 */

const CONTEXT = [
  'https://www.w3.org/ns/activitystreams',
  'https://w3id.org/security/data-integrity/v2',
  'https://w3id.org/evenhour/v1',
];
const STEPS = {
  between: ['agreement', 'hold', 'holdAccept', 'post', 'receipt', 'parts', 'details'],
  inside: ['town', 'parts', 'details'],
};
const PART = ['hold', 'holdAccept', 'post', 'receipt', 'details'];
const PAPERS = {
  between: ['offer', 'accept', 'keyChanges', ...PART, 'more'],
  inside: ['key', 'town', 'details'],
};
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const encoder = new TextEncoder();

/* RFC 8785: members in the order of their names, numbers and strings as JSON.stringify writes them. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${members.join(',')}}`;
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fromBase64url(text) {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0));
  must(base64url(bytes) === text);
  return bytes;
}

function fromBase58(text) {
  let number = 0n;
  for (const sign of text) {
    const digit = BASE58.indexOf(sign);
    must(digit >= 0);
    number = number * 58n + BigInt(digit);
  }
  const bytes = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  for (let i = 0; text[i] === '1'; i++) bytes.unshift(0);
  return Uint8Array.from(bytes);
}

function must(condition) {
  if (!condition) throw new Error('it does not hold');
}

async function multihash(bytes) {
  return `u${base64url(join(Uint8Array.of(0x12, 0x20), await sha256(bytes)))}`;
}

/* Points of small order, under which one signature fits many messages, have one of these numbers. */
const SMALL = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

async function keyOf(multikey) {
  must(/^z[1-9A-HJ-NP-Za-km-z]{47}$/.test(multikey));
  const bytes = fromBase58(multikey.slice(1));
  must(bytes.length === 34 && bytes[0] === 0xed && bytes[1] === 1);
  const point = bytes.slice(2);
  const hex = [...point].map((byte, i) => (i === 31 ? byte & 127 : byte).toString(16).padStart(2, '0')).join('');
  must(!SMALL.includes(hex) && !/^(e[d-f]|f[0-9a-f])(ff){30}7f$/.test(hex));
  return crypto.subtle.importKey('raw', point, 'Ed25519', false, ['verify']);
}

async function verified(multikey, bytes, signature) {
  must(signature[0] === 'z');
  const value = fromBase58(signature.slice(1));
  must(value.length === 64);
  must(await crypto.subtle.verify('Ed25519', await keyOf(multikey), value, bytes));
}

/* A document that the holder of this key signed: FEP-8b32, eddsa-jcs-2022. */
async function mustBeSigned(document, multikey, method) {
  const { proof, ...content } = document;
  const { proofValue, ...config } = proof;
  must(canonical(document['@context']) === canonical(CONTEXT) && canonical(config['@context']) === canonical(CONTEXT));
  must(Object.keys(config).length === 6 && config.type === 'DataIntegrityProof');
  must(config.cryptosuite === 'eddsa-jcs-2022' && config.proofPurpose === 'assertionMethod');
  must(config.verificationMethod === method && typeof config.created === 'string');
  const parts = await Promise.all([config, content].map((each) => sha256(encoder.encode(canonical(each)))));
  await verified(multikey, join(...parts), proofValue);
}

/* The entries of one bank, oldest first, each under the key that held at its place. */
async function mustBeEntries(core, pair, party, entries) {
  const { bank, key, recovery, journal } = core.parties[party];
  let now = { key: key.publicKeyMultibase, recovery };
  for (const entry of entries) {
    must(entry.actor === bank && entry.pair === pair && Number.isSafeInteger(entry.seq) && entry.seq > 0);
    must(entry.id === `${journal}/${pair.slice('urn:evenhour:pair:'.length)}/${entry.epoch}/${entry.seq}`);
    await mustBeSigned(entry, now.key, key.id);
    if (entry.keyChange === undefined) continue;
    const { newKey, recoveryKey, nextRecovery, recoverySignature } = entry.keyChange;
    must((await multihash(encoder.encode(recoveryKey))) === now.recovery);
    await keyOf(newKey);
    await verified(recoveryKey, encoder.encode(canonical({ newKey, nextRecovery, pair })), recoverySignature);
    now = { key: newKey, recovery: nextRecovery };
  }
}

function kindOf(document) {
  return Array.isArray(document.type) ? document.type[1] : undefined;
}

async function mustBeDetails(details, detail) {
  if (details === undefined) return;
  const salt = fromBase64url(details.salt);
  must(salt.length === 32);
  must(base64url(await sha256(join(salt, encoder.encode(canonical(details.object))))) === detail);
}

function wordsOf(object = {}) {
  const text = (value) => (typeof value === 'string' ? value : null);
  return {
    giver: text(object.payerName),
    receiver: text(object.payee)?.replace(/^acct:/, '') ?? text(object.payeeName),
    what: text(object.content) ?? text(object.agreed?.terms?.content),
  };
}

/* The parts of an exchange as one: minutes of all, times of the last. */
function sumOf(parts) {
  const { givenAt, receivedAt } = parts.at(-1);
  return { minutes: parts.reduce((sum, part) => sum + part.minutes, 0), givenAt, receivedAt, parts };
}

function mustDiffer(values) {
  must(new Set(values.map(canonical)).size === values.length);
}

function partsIn({ more, ...first }) {
  return [first, ...(more ?? [])];
}

async function checkBetween(all, good) {
  const { offer, accept, keyChanges, more } = all;
  const { core } = offer;
  must(kindOf(offer) === 'HonourOffer' && kindOf(accept) === 'HonourAccept');
  must(canonical(core) === canonical(accept.core) && core.parties.length === 2);
  const pair = `urn:evenhour:pair:${base64url(await sha256(encoder.encode(canonical(core))))}`;
  must(offer.pair === pair && accept.pair === pair && offer.actor !== accept.actor);
  for (const yes of [offer, accept]) {
    const { key } = core.parties.find(({ bank }) => bank === yes.actor);
    await mustBeSigned(yes, key.publicKeyMultibase, key.id);
  }
  good('agreement');
  if (more !== undefined) {
    must(Array.isArray(more) && more.length > 0);
    for (const part of more) mustBeOf(part, PART);
  }
  const parts = partsIn(all);
  const debtor = core.parties.findIndex(({ bank }) => bank === all.hold.actor);
  must(debtor >= 0);
  const until = (party, last) => {
    const { bank } = core.parties[party];
    const before = keyChanges.filter((change) => change.actor === bank && change.seq < last.seq);
    return [...before.sort((a, b) => a.seq - b.seq), last];
  };
  const entries = async (step, kind, party, mustFit) => {
    for (const part of parts) {
      must(kindOf(part[step]) === kind && part[step].transfer === part.hold.transfer);
      await mustBeEntries(core, pair, party, until(party, part[step]));
      mustFit(part);
    }
    good(step);
  };
  const areMinutes = (minutes) => must(Number.isSafeInteger(minutes) && minutes > 0);
  await entries('hold', 'Hold', debtor, ({ hold }) => areMinutes(hold.minutes));
  await entries('holdAccept', 'HoldAccept', 1 - debtor, ({ hold, holdAccept }) => must(holdAccept.ack.seq >= hold.seq));
  await entries('post', 'Post', debtor, ({ hold, holdAccept, post }) => {
    areMinutes(post.minutes);
    must(post.minutes <= hold.minutes && post.ack.seq >= holdAccept.seq);
  });
  await entries('receipt', 'Receipt', 1 - debtor, ({ post, receipt }) => must(receipt.ack.seq >= post.seq));
  mustDiffer(parts.map(({ hold }) => hold.transfer));
  const { payerRef, payeeRef } = all.hold;
  must(typeof payerRef === 'string' && typeof payeeRef === 'string');
  for (const { hold } of parts) must(hold.payerRef === payerRef && hold.payeeRef === payeeRef);
  good('parts');
  for (const { details, hold } of parts) {
    must((details === undefined) === (all.details === undefined));
    await mustBeDetails(details, hold.detail);
  }
  if (all.details !== undefined) mustDiffer(parts.map(({ details }) => details.object.part ?? null));
  return {
    ...sumOf(
      parts.map(({ post, receipt }) => ({
        minutes: post.minutes,
        givenAt: post.proof.created,
        receivedAt: receipt.proof.created,
      })),
    ),
    from: core.parties[debtor].name,
    to: core.parties[1 - debtor].name,
    ...wordsOf(all.details?.object),
  };
}

async function checkInside({ key, town, details }, good) {
  must(kindOf(town) === 'TownReceipt' && Number.isSafeInteger(town.minutes) && town.minutes > 0);
  must(town.id.startsWith(`${new URL(town.actor).origin}/`));
  must(town.proof.verificationMethod.startsWith(`${town.actor}#`));
  await mustBeSigned(town, key, town.proof.verificationMethod);
  const { id, minutes, name, at } = town;
  const parts = town.parts ?? [{ id, minutes, at }];
  must(town.parts === undefined || parts.length > 1);
  for (const part of parts) must(Number.isSafeInteger(part.minutes) && part.minutes > 0);
  good('town');
  const sum = sumOf(parts.map((part) => ({ minutes: part.minutes, givenAt: part.at, receivedAt: part.at })));
  mustDiffer(parts.map((part) => part.id));
  must(sum.minutes === minutes && parts[0].id === id && sum.givenAt === at);
  good('parts');
  await mustBeDetails(details, town.detail);
  return { ...sum, from: name, to: name, ...wordsOf(details?.object) };
}

function mustBeOf(papers, names) {
  must(Object.keys(papers).every((name) => names.includes(name)));
}

/* From the text of the documents to what they prove. Never throws. */
async function checkReceipt(text) {
  const good = [];
  let all = null;
  let facts = null;
  try {
    all = JSON.parse(text);
    must(all.format === 'evenhour-receipt/1' && Object.hasOwn(STEPS, all.kind));
    mustBeOf(all, ['format', 'kind', ...PAPERS[all.kind]]);
    const check = all.kind === 'between' ? checkBetween : checkInside;
    facts = await check(all, (step) => good.push(step));
  } catch {}
  const told = [all, ...(Array.isArray(all?.more) ? all.more : [])];
  const has = {
    parts: (all?.more ?? all?.town?.parts) !== undefined,
    details: told.some((part) => part?.details !== undefined),
  };
  const steps = STEPS[all?.kind === 'inside' ? 'inside' : 'between']
    .filter((step) => has[step] ?? true)
    .map((step) => ({ step, ok: facts !== null || good.includes(step) }));
  return { ok: facts !== null, steps, facts };
}

/* Whether this browser can check such signatures at all. */
async function canCheck() {
  try {
    await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}

async function showCheck() {
  const box = document.getElementById('check');
  const { ok, steps, facts } = await checkReceipt(document.getElementById('receipt').textContent);
  box.hidden = false;
  if (!ok && !(await canCheck())) {
    box.dataset.is = 'unable';
    return;
  }
  for (const { step, ok: good } of steps)
    for (const item of box.querySelectorAll(`[data-step="${step}"]`)) item.dataset.is = good ? 'good' : 'bad';
  for (const place of document.querySelectorAll('[data-fact]')) {
    const said = facts?.[place.dataset.fact] ?? '';
    if (place.dataset.fact === 'parts') place.textContent = [...said].map((part) => part.minutes).join(' + ');
    else if (place.dataset.fact.endsWith('At'))
      place.textContent = said.replace('T', ' ').replace(/\.\d+/, '').replace('Z', ' UTC');
    else place.textContent = String(said);
  }
  box.dataset.is = ok ? 'good' : 'bad';
  document.documentElement.dataset.receipt = ok ? 'good' : 'bad';
}

if (typeof document !== 'undefined') showCheck();
