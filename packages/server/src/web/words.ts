/**
 * Everything that the pages say, in one place, so that it can be translated.
 *
 * Promises: members are spoken to in short sentences of the present tense, with the member as the one
 * who acts, and never in the words of the software. An hour that leaves a member is *given*; an hour
 * that arrives has *come*. What is short is "to give", never less than nothing. Refusals are in
 * `refusal-words.ts`, agreements and invitations in `agreement-words.ts`, the live page in `live-words.ts`.
 *
 * @module
 */
import { capital, count, firstName, long, short, spoken } from './format.ts';
import type { Difference } from './models.ts';

/** Who is meant, with the town when it is another one: `Rosa in Gràcia`. */
export function inTown(who: string, town: string | null | undefined): string {
  return town ? `${who} in ${town}` : who;
}

export const common = {
  skip: 'Skip to the page',
  motto: 'one hour is one hour',
  mainNav: 'Main',
  nav: {
    home: 'Home',
    towns: 'Towns',
    give: 'Give',
    me: 'Hours',
    console: 'Desk',
    members: 'Members',
    invite: 'Invite',
    signIn: 'Sign in',
  },
  operatorName: 'The desk',
  ring: (bridgeBuilder: string) => `No screen today? Ring the office and ${firstName(bridgeBuilder)} does it with you.`,
  alsoByPhone: 'Everything on this page can be done by telephone or on paper.',
  signOut: 'Sign out',
  live: 'The three towns, live',
  runsOn: (bank: string) => `${bank} runs on Evenhour`,
  source: 'Source and licence',
  plain: { name: 'Evenhour', motto: 'towns that honour each other’s hours' },
};

export const home = {
  title: 'Home',
  heading: 'Your hour is worth as much as anyone’s',
  lead: (bank: string) =>
    `${bank} is a timebank. You give an hour of your time and somebody has an hour for you: a lift, a language, a leaking tap. Every hour is the same.`,
  members: (members: number) =>
    members === 1 ? 'One member so far.' : `${capital(count(members, 'member', 'members'))} so far.`,
  ways: 'Where would you like to begin?',
  give: 'Give hours',
  giveHint: 'Somebody had time for you. Let your hours go to them.',
  hours: 'See my hours',
  hoursHint: 'What went from you, what came to you, and what is open.',
  towns: 'Towns that honour our hours',
  noTowns: (bridgeBuilder: string) => `None yet. ${firstName(bridgeBuilder)} can invite a first one.`,
  allTowns: 'How we stand with each town',
  walkIn: 'Walk in as somebody',
  walkInLead: 'These neighbours are made up. Nothing you do here is real, so try everything.',
  walkInDesk: 'Looks after the desk: the other towns, and whether the books are in order',
  walkInAs: (name: string) => `Walk in as ${firstName(name)}`,
};

/** How it stands with a town, as members are told. `until` is a time in words. */
export const standing = {
  open: (town: string) => `${town} honours our hours, and we honour theirs.`,
  more: (town: string, minutes: number) => `${town} honours ${short(minutes)} more from us.`,
  full: (town: string, bridgeBuilder: string) =>
    `${town} cannot take more hours from us just now. You lose nothing; ${firstName(bridgeBuilder)} knows.`,
  waiting: (town: string) => `Waiting for ${town} to greet us back. New hours wait with us; nothing is lost.`,
  off: (town: string, when: string) => `${town}’s computer is off. We try again ${when}. Nothing is lost.`,
  offSince: (town: string, since: string, when: string) =>
    `${town}’s computer has been off since ${since}. We try again ${when}. Nothing is lost.`,
  silent: (town: string) => `${town} was never heard of. New hours wait; what was given is in our books.`,
  silentSince: (town: string, since: string) =>
    `${town} was not heard of since ${since}. New hours wait until it is; what was given is in our books.`,
  suspendedByThem: (town: string) => `${town} takes no new hours from us just now. Hours on their way still arrive.`,
  suspendedByUs: (town: string) => `We take no new hours from ${town} just now. Hours on their way still arrive.`,
  agreeing: (town: string) => `Waiting for both yeses. Hours can go to ${town} once they are there.`,
  ended: (town: string) => `Our agreement with ${town} has ended. Hours already given stay given.`,
  halted: (why: string, both: string) => `${why} New hours wait while ${both} look. Nothing is lost.`,
};

/** Why a pair stands still. Words of the core that are not here get `other`. */
export const halted: Readonly<Record<string, string>> = {
  fork: 'Two different messages came for the same place in the books.',
  chain_fault: 'A message did not follow on from the one before.',
  reconciliation: 'The two towns’ figures are not the same.',
  older_key:
    'They know a newer key of ours than our computer, which was set up again from an older copy. It is in the file that was put away when the key was changed.',
  other: 'Something between the two towns does not fit.',
};

export const towns = {
  title: 'Towns',
  heading: 'How we stand with each town',
  lead: 'Each town keeps its own books and says what stands between us. The two figures must be the same, to the minute.',
  none: (bridgeBuilder: string) =>
    `No town honours our hours yet. ${firstName(bridgeBuilder)} can invite one; it takes two yeses.`,
  says: (town: string) => `${town} says`,
  weSay: 'we say',
  same: 'the same',
  notSame: (they: number, we: number) => `They say ${short(they)}, we say ${short(we)}.`,
  difference: (town: string, { theySayMinutes, weSayMinutes, partsAtSeq }: Difference): string =>
    `${towns.notSame(theySayMinutes, weSayMinutes)}${partsAtSeq === null ? '' : ` The two towns count entry ${partsAtSeq} of ${town}’s books differently.`}`,
  compared: (when: string) => `Both books compared ${when}.`,
  notCompared: 'The two books have not been compared yet.',
  moved: 'Hours have moved since then.',
  even: (town: string) => `We and ${town} are even.`,
  weLean: (us: string, town: string, minutes: number) => `${us} has ${short(minutes)} to give to ${town}.`,
  theyLean: (us: string, town: string, minutes: number) => `${town} has ${short(minutes)} to give to ${us}.`,
  gauge: (town: string, toGive: number, theyHonour: number, weHonour: number) =>
    toGive === 0
      ? `Even. ${town} honours up to ${short(theyHonour)} from us, we honour up to ${short(weHonour)} from them`
      : toGive > 0
        ? `We lean on ${town} by ${short(toGive)} of ${short(theyHonour)}`
        : `${town} leans on us by ${short(toGive)} of ${short(weHonour)}`,
  theyHonour: (minutes: number) => `They honour up to ${short(minutes)} from us`,
  weHonour: (minutes: number) => `We honour up to ${short(minutes)} from them`,
  more: (minutes: number) => (minutes > 0 ? `${short(minutes)} more` : 'no more just now'),
  underway: 'On their way',
  asked: (minutes: number, town: string, when: string) =>
    `${short(minutes)} to ${town}: asked ${when}, waiting for an answer`,
  sent: (minutes: number, town: string, when: string) =>
    `${short(minutes)} to ${town}: given ${when}, waiting to be counted there`,
  askedUs: (minutes: number, town: string, when: string) => `${short(minutes)} from ${town}: announced ${when}`,
  sentUs: (minutes: number, town: string, when: string) =>
    `${short(minutes)} from ${town}: given ${when}, being counted here`,
  nothingUnderway: 'No hours are on their way.',
  builders: (theirs: string, ours: string) => `Bridge builders: ${theirs} there, ${ours} here`,
  agreement: 'The agreement',
  books: 'Every hour comes out even',
  booksLead: 'What one person gives, another receives. So all our books together always make 0.',
  members: 'Our members',
  funds: 'Common pots',
  partners: 'Partner towns, with us',
  other: 'Nobody’s yet',
  toGive: (minutes: number) => `${short(minutes)} to give`,
  open: (minutes: number) => `${short(minutes)} open`,
  nothing: '0 h',
  together: 'All together',
  sumOff: (minutes: number) => `${short(minutes)} do not come out. The office is looking.`,
};

export const statement = {
  title: (name: string) => `Hours of ${name}`,
  of: (name: string, when: string) => `Hours of ${name}, ${when}`,
  looking: (minutes: number) =>
    minutes === 60
      ? 'An hour is still looking for its other half'
      : `${capital(spoken(minutes))} ${minutes < 120 ? 'is' : 'are'} still looking for their other half`,
  toGive: (minutes: number) => `${capital(spoken(minutes))} of your time to give, whenever you like`,
  even: 'Everything has found its other half',
  empty: 'No hours yet, and everything before you',
  totals: (given: number, came: number) =>
    `${capital(long(given))} went from you to others, and ${long(came)} came to you.`,
  held: (minutes: number) =>
    `${capital(spoken(minutes))} of what went from you ${minutes < 120 ? 'is' : 'are'} still on the way.`,
  emptyText: (bridgeBuilder: string, phone: string) =>
    `You have not given yet. ${firstName(bridgeBuilder)} would like to hear what people could come to you for.${phone ? ` ${phone}.` : ''}`,
  beads: (given: number, came: number, open: number) =>
    `${long(given)} went from you, ${long(came)} came to you, ${open === 0 ? 'nothing open' : `${long(open)} open`}`,
  key: { given: 'an hour that went from you', came: 'an hour that came to you', open: 'still to come or to give' },
  give: 'Give hours',
  caption: 'Every hour',
  columns: { day: 'Day', what: 'What, and with whom', given: 'Went from you', came: 'Came to you' },
  labels: { given: 'went from you', came: 'came to you' },
  to: (who: string) => `to ${who}`,
  from: (who: string) => `from ${who}`,
  noWords: 'Hours, without words',
  waiting: (town: string) => `Waiting for ${town} to answer`,
  underwayTo: (town: string) => `On its way to ${town}`,
  underwayFrom: (town: string) => `On its way from ${town}`,
  settled: 'Counted in both towns.',
  proof: 'See the proof',
  returned: 'It came back to you.',
  returnedOther: 'It went back.',
  forgotten: (town: string, who: string) =>
    `${town} lost its record of this gift. Nothing moved. ${who} can give it again.`,
  older: 'Older hours',
  newer: 'Newer hours',
  paper: (bridgeBuilder: string, phone: string) =>
    `Something missing or wrong? ${phone ? `Ring ${firstName(bridgeBuilder)} on ${phone}` : 'Ask at the office'}. One hour is one hour, whoever gave it. Hours are not wages.`,
};

export const give = {
  title: 'Give hours',
  heading: 'Who do your hours go to?',
  lead: 'Somebody had time for you, or you would like to make a gift. The hours go from you to them, the same number on both sides.',
  youHave: (balance: number) =>
    balance > 0
      ? `${capital(spoken(balance))} ${balance < 120 ? 'is' : 'are'} open with you now.`
      : balance === 0
        ? 'You are even now.'
        : `You have ${spoken(balance)} of your time to give already. You may still ask and give; Evenhour tells you if it is too much.`,
  whoLegend: 'Who is it for?',
  town: 'Town',
  ownTown: (town: string) => `${town}, here`,
  who: 'Their name',
  whoHint: 'As their town knows them, such as rosa',
  whoMissing: 'Write a name. The town needs to know who it is for.',
  lengthLegend: 'How long?',
  otherLength: 'Another length',
  hours: 'Hours',
  minutes: 'Minutes',
  lengthMissing: 'Choose how long it was, in whole minutes.',
  lengthTooLong: 'That is very long. Check the hours and minutes.',
  what: 'What is it for?',
  whatHint: 'A few words, so that both of you remember. Only you two and your towns’ offices see them.',
  whatTooLong: 'A little shorter, please: up to 300 letters.',
  howMuch: 'What the towns honour today',
  send: 'Give these hours',
};

export const given = {
  title: { waiting: 'Waiting', underway: 'On its way', settled: 'Arrived', returned: 'Came back' },
  heading: {
    waiting: (who: string) => `Waiting to go to ${who}`,
    underway: (who: string) => `On its way to ${who}`,
    settled: (who: string) => `${who} has it`,
    returned: (_who: string) => 'It came back to you',
  },
  lead: {
    waiting: 'Your hours are kept ready. You can close this page; they go by themselves.',
    underway: 'You can close this page; the hours find their way by themselves.',
    settled: 'It is whole: the same hours, counted on both sides.',
    returned: 'Nothing was taken from you.',
  },
  youGave: (minutes: number) => `You gave ${short(minutes)}`,
  youKeep: (minutes: number) => `You keep ${short(minutes)}`,
  half: {
    waiting: (who: string) => `Waiting for ${who}`,
    underway: (who: string) => `On its way to ${who}`,
    settled: (who: string) => `${who} received it`,
    returned: (who: string) => `It did not reach ${who}`,
  },
  halves: 'What left and what arrived',
  what: (what: string) => `For: ${what}`,
  way: 'How it goes',
  steps: {
    kept: 'Your hours are kept ready',
    room: (town: string) => `${town} says that there is room`,
    sent: 'They are given',
    counted: (who: string) => `${who} has them, and both towns sign`,
  },
  proof: 'See the proof',
  takeBack: 'Take it back',
  takeBackText: (who: string) => `Changed your mind? You can take it back until ${who}’s town has answered.`,
  mine: 'See my hours',
  again: 'Give again',
};

export const proof = {
  title: (giver: string, receiver: string) => `${giver} to ${receiver}`,
  heading: 'Here it is, in your hand',
  lead: 'An hour that crossed from one town to the other, signed by both. Print it, pin it up, or keep it in a drawer.',
  gave: 'gave',
  received: 'received',
  receipt: 'Receipt',
  seal: (a: string, b: string) => `${a} and ${b}, two halves of one seal`,
  checked: 'Checked: both banks signed',
  notChecked: 'Not whole yet: a signature is still missing',
  ledger: (bank: string) => `Lines in ${bank}’s own ledger`,
  columns: { at: 'When', kind: 'What', from: 'From', to: 'To', minutes: 'How long' },
  kinds: { direct: 'moves', hold: 'is kept ready', post: 'is given', void: 'goes back' },
  entries: (lines: number) =>
    lines === 4 ? 'The four signed lines of both journals' : 'The signed lines of both journals',
  entriesLead:
    'Each bank writes only in its own journal and signs every line. Each line quotes the one before it, so none can be slipped in or taken out.',
  entry: (kind: string, bank: string, seq: number) => `${kind}, written by ${bank}, number ${seq}`,
  meaning: {
    Hold: 'Keep room for this: the giver’s hours are kept ready.',
    HoldAccept: 'There is room, and we know who it is for.',
    HoldDecline: 'We cannot take this.',
    Post: 'It is given. From here on it counts between the two towns.',
    Void: 'It will not be given after all.',
    Receipt: 'It has arrived and is counted for the receiver.',
  } as Readonly<Record<string, string>>,
  hash: 'Hash',
  place: 'Place in the journal',
  placeText: (epoch: number, seq: number) => `number ${seq}, epoch ${epoch}`,
  none: 'No signed lines: both members belong to the same town, so it is in that town’s own books only.',
};

export const signIn = {
  title: 'Sign in',
  heading: 'Come in',
  lead: (bridgeBuilder: string) =>
    `Type or paste the words from your card. No card? ${firstName(bridgeBuilder)} writes you one.`,
  label: 'The words from your card',
  hint: 'Capitals and small letters count.',
  refused: 'These words are not on any card. Look for a missing letter at the start or the end.',
  button: 'Come in',
};

export const desk = {
  title: 'The desk',
  heading: (things: number) =>
    things === 0
      ? 'Nothing needs you. All is well.'
      : `${capital(count(things, 'thing needs', 'things need'))} you. The rest is well.`,
  needs: 'What needs you',
  rest: 'You can leave these alone',
  towns: 'Partner towns, side by side',
  house: 'Is the house in order?',
  well: 'well',
  notWell: 'look here',
  fix: 'What to do',
  noChecks: 'Not looked at yet. It happens by itself a moment after the start.',
  invite: 'Invite a town',
  read: 'Read and answer',
  agreement: 'Open the agreement',
  stub: {
    your_yes: 'your yes is missing',
    their_yes: 'one yes, one to come',
    halted: 'at a halt',
    silent: 'not heard of',
    unsettled: 'not settled',
    disagree: 'two figures',
    off: 'computer off',
    near_limit: 'near the limit',
  },
  yourYes: (town: string) => `${town} said yes. Now it is your turn`,
  yourYesText: 'Read what both would sign, and say yes or no. Nothing says yes for you.',
  theirYes: (town: string) => `Waiting for ${town} to say yes`,
  theirYesText: 'You said yes. Ring them if it takes long; nothing runs out.',
  halted: (town: string) => `New hours with ${town} wait`,
  silent: (town: string) =>
    `${town} was not heard of for long. Ring them; when their computer is on, hours go on by themselves.`,
  gone: 'They were not heard of for so long that you may end it alone. Ring them once more first.',
  unsettled: (town: string) => `The agreement with ${town} has ended`,
  disagree: (town: string) => `Our books and ${town}’s do not agree`,
  off: (town: string) => `${town}’s computer is off`,
  offText: (messages: number, when: string) =>
    `${messages === 0 ? 'Nothing' : capital(count(messages, 'message', 'messages'))} ${messages === 1 || messages === 0 ? 'waits' : 'wait'} for them. We try again ${when}. Nothing is lost.`,
  nearLimit: (town: string, toGive: number, limit: number) =>
    `We lean on ${town} by ${short(toGive)} of ${short(limit)}`,
  nearLimitText: (town: string) => `Nothing stops yet. Every hour that comes to us from ${town} makes room again.`,
};

export const wrong = {
  title: 'That did not work',
  notFound: 'There is nothing at this address',
  notFoundText: 'Perhaps a letter is missing. Or what was here is gone.',
  home: 'Go to the first page',
  code: (status: number, code: string | null) =>
    code ? `If you ring about it, say: ${code}, ${status}.` : `If you ring about it, say: ${status}.`,
};
