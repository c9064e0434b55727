/**
 * Everything that the pages say about agreements and invitations.
 *
 * Promises: as `words.ts`. These pages are read at the desks of two towns, so nothing here says yes for
 * anybody, and every sentence is one that both towns could have written.
 *
 * @module
 */
import { firstName, short } from './format.ts';

export const answers = {
  yes: 'Yes, we honour their hours',
  no: 'No, not like this',
  withdraw: 'Take our yes back',
  withdrawHint: (town: string) => `${town} has not answered yet. If you take it back, they are told.`,
};

export const agreement = {
  title: (a: string, b: string) => `${a} and ${b}`,
  heading: {
    active: (a: string, b: string) => `${a} and ${b} honour each other’s hours`,
    offered: (a: string, b: string) => `${a} and ${b} may honour each other’s hours`,
    suspended: (a: string, b: string) => `${a} and ${b} take no new hours just now`,
    declined: (a: string, b: string) => `${a} and ${b} did not agree`,
    withdrawn: (a: string, b: string) => `The invitation between ${a} and ${b} was taken back`,
    closed: (a: string, b: string) => `${a} and ${b} have ended their agreement`,
  },
  readers: {
    all: 'Anyone in either town may read it.',
    soon: 'Once both have said yes, anyone in either town may read it.',
    desks: 'Only the desks of the two towns may read it.',
  },
  yeses: (number: 0 | 1 | 2) => ['No yes yet', 'One yes, one to come', 'Two yeses'][number] ?? '',
  saidYes: (name: string) => `${name} said yes`,
  waitingFor: (name: string) => `Waiting for ${name} to say yes`,
  yourTurn: (name: string) => `Your turn, ${firstName(name)}`,
  saidNothing: (name: string) => `${name} has not said yes`,
  articles: 'What both sign',
  limitsTitle: 'How far we lean on each other',
  limits: (a: string, b: string) => `${a} and ${b}, side by side`,
  honours: (town: string) => `${town} honours up to`,
  limitText:
    'At the limit new hours wait; nobody’s own hours are touched. Either town may change its own figure on any day.',
  buildersTitle: 'Who builds the bridge',
  builders: (ours: string, us: string, theirs: string, them: string) =>
    `${ours} in ${us} and ${theirs} in ${them}. When something does not fit, they look at it together.`,
  yesHint: (name: string) => `Press here, ${firstName(name)}`,
};

/** What the desk can change while an agreement is in force. */
export const changing = {
  title: 'What we can change',
  limit: (town: string) => `How many hours do we honour from ${town}?`,
  limitHint: 'In whole hours. What was promised before still arrives.',
  limitButton: 'Change our figure',
  stopText: (town: string) =>
    `Is something wrong, or do you need time? Then take no new hours from ${town} for now. Hours on their way still arrive, nothing that was given is lost, and you can let them in again on any day.`,
  stop: 'Take no new hours for now',
  resumeText: (town: string) => `We take no new hours from ${town} for now.`,
  resume: 'Let new hours in again',
};

export const invite = {
  title: 'Invite a town',
  heading: 'Invite a town to honour our hours',
  lead: 'You make a link and send it to their coordinator. They read what you offer, say yes, and you say yes. Two yeses.',
  make: 'Make an invitation',
  paste: 'Open an invitation',
  pasteLead: 'Has another town sent you a link? Paste it here. You see what they offer before you answer.',
  hours: 'How many hours do we honour from them?',
  hoursHint: (suggested: number) =>
    `In whole hours. ${Math.floor(suggested / 60)} is a good start for a bank of our size.`,
  hoursMissing: 'Write a whole number of hours.',
  builder: 'Who builds the bridge on our side?',
  builderHint: 'One person, with first and last name.',
  builderMissing: 'Write a name. An agreement needs one person on each side.',
  makeButton: 'Make the link',
  link: 'The link that they sent',
  linkMissing: 'Paste the whole link, from https on.',
  openButton: 'Read what they offer',
  made: 'The invitation is ready',
  madeText: (minutes: number, when: string) =>
    `It offers ${short(minutes)} and can be used once, until ${when}. Copy it now: it is not shown again.`,
  madeLabel: 'Send this to their coordinator',
  open: 'Invitations that nobody has used yet',
  openLine: (minutes: number, when: string) => `${short(minutes)}, until ${when}`,
};

export const opened = {
  title: (town: string) => `${town} invites us`,
  heading: (town: string, minutes: number) => `${town} honours up to ${short(minutes)} from us`,
  lead: (builder: string, town: string, when: string) =>
    `${builder} builds the bridge in ${town}. The invitation is open until ${when}.`,
  theirWords: 'What both would sign',
  answer: 'Our half',
  yes: 'Yes, we honour their hours too',
  yesHint: (town: string) => `${town} is asked for the second yes`,
  no: 'Not now',
};

/** What people see who open an invitation link in a browser. */
export const invited = {
  title: (us: string) => `${us} invites your town`,
  heading: (us: string, minutes: number) => `${us} would honour up to ${short(minutes)} from your town`,
  lead: (builder: string, us: string, when: string) =>
    `${builder} builds the bridge in ${us}. The invitation can be used once, until ${when}.`,
  how: 'How to answer',
  howText:
    'This page is for the coordinator of another timebank. Copy the link, go to the desk of your own bank, and paste it under “Open an invitation”. You read everything once more there before you say yes.',
  link: 'The link to paste',
};
