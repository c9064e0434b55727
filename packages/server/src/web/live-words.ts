/**
 * Everything that the live page of the three towns says.
 *
 * Promises: this page is for people who want to look inside, so it is in English only, and may also speak of
 * journals, signatures and lines in books.
 *
 * @module
 */
import type { ActName, LiveEvent, Party } from './models.ts';
import { wordsOf } from './words.ts';

const { list, long, short } = wordsOf('en');

const of = (party: Party) => `${party.name} in ${party.town.name}`;

export const live = {
  title: 'Three towns, live',
  motto: (towns: number) => (towns === 3 ? 'three towns, one hour' : 'towns that honour each other’s hours'),
  nav: { live: 'Live', walkIn: 'Walk in', breakIt: 'Break it', message: 'Message' },
  heading: 'Three towns, and every hour comes out even',
  lead: (towns: readonly string[]) =>
    `What one person gives, another receives. Add up all the hours in ${list(towns)} and you get `,
  checked: (time: string) => `. Checked at ${time}.`,
  hold: 'Hold still',
  run: 'Let it run',
  held: 'The page holds still. The towns go on.',
  key: 'an hour on its way wears the colour of the town that gave it',
  clocks: (clocks: readonly string[], hours: readonly string[]) =>
    `Clocks around the figure 0. ${clocks.join(', ')}. ${hours.length === 0 ? 'No hours are on their way.' : `${hours.join('. ')}.`}`,
  clock: (town: string, time: string, on: boolean) => `${town} ${time}${on ? '' : ', plug pulled'}`,
  travels: (minutes: number, from: string, to: string) => `${long(minutes)} from ${from} to ${to}`,
  waits: (minutes: number, from: string, to: string) => `${long(minutes)} from ${from} waits for ${to}`,
  off: 'plug pulled',
  even: 'even',
  sums: 'Why it is always 0',
  sumsLead:
    'Members, community funds and hours on their way, in all three towns together. The clocks show an hour for some seconds, so that you can see it; in the books it has mostly arrived by then.',
  members: 'Members',
  funds: 'Community funds',
  underway: 'On their way',
  together: 'All together',
  notZero: 'This should never happen: an hour is in one book and not in the other.',
  pairs: 'What stands between each two',
  pairsLead: 'Each town counts for itself. The two figures must be the same.',
  says: (town: string, on: boolean) => (on ? `${town} says` : `${town} said`),
  lastSaid: (town: string) => `That is what ${town} said before its plug was pulled.`,
  lastKnown: (towns: readonly string[]) =>
    `${list(towns)} ${towns.length === 1 ? 'is' : 'are'} counted as known last, before the plug was pulled.`,
  toGive: (from: string, to: string, minutes: number) => `${from} has ${short(minutes)} to give to ${to}.`,
  pairEven: (a: string, b: string) => `${a} and ${b} are even.`,
  pairOff: 'One of them has not heard the latest yet.',
  log: 'What just happened',
  nothingYet: 'Nothing yet. Press a button: an hour sets out at once.',
  open: 'Open the message',
  walkIn: 'Walk in',
  walkInLead: 'Each town has a site of its own. Go in as somebody who lives there and give an hour.',
  walkInOff:
    'Now and then a town’s plug is pulled for a quarter of a minute, but of no town that somebody has looked at in the last two minutes. If one does not open, wait a moment and try again.',
  breakIt: 'Break it yourself',
  breakLead: 'Nothing here is real, so be rough.',
  where: 'In which town?',
  message: 'One message, opened',
  noMessage: 'Open any message in the list of what just happened, and see what both towns signed and wrote down.',
  inWords: 'In words:',
  gave: (giver: Party, receiver: Party, minutes: number) => `${of(giver)} gave ${of(receiver)} ${long(minutes)}.`,
  unsigned: (town: string) =>
    `No line is signed yet: ${town} has not answered. The hours are put aside where they come from.`,
  close: 'Close the message',
  holdsStill: 'The page holds still while a message is open.',
  footLead: 'Free software for timebanks that want to honour each other’s hours.',
  footText: 'Each town keeps its own members, its own rules and its own books. No money, no chain, no middle.',
  source: 'Source and licence',
  toStart: 'Go to the live page',
};

export const acts: Record<ActName, { readonly label: string; readonly hint: string }> = {
  send: { label: 'Send an hour from here', hint: 'Somebody gives an hour to somebody in another town.' },
  plug: { label: 'Pull its plug, or put it back', hint: 'Hours for this town wait at the door. Nothing is lost.' },
  replay: { label: 'Send its last message twice', hint: 'The other town counts it once.' },
  forge: { label: 'Forge an hour in its name', hint: 'Signed with the wrong key. Nothing moves.' },
  limit: { label: 'Ask for more than is honoured', hint: 'The other town’s limit holds.' },
};

/** From a second on, milliseconds are no figure for people. */
function took(ms: number): string {
  if (ms < 1000) return `${ms} milliseconds`;
  const seconds = Math.round(ms / 1000);
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}

/** What just happened: who did what, then what came of it. */
export function sayEvent(event: LiveEvent): { readonly title: string; readonly text: string } {
  switch (event.kind) {
    case 'sent':
      return {
        title: `${of(event.giver)} gives ${of(event.receiver)} ${short(event.minutes)}.`,
        text: event.what ? `“${event.what}”` : '',
      };
    case 'settled':
      return {
        title: `${of(event.receiver)} has ${short(event.minutes)} from ${event.giver.name}.`,
        text: `Both banks signed. It took ${took(event.tookMs)}.`,
      };
    case 'returned':
      return {
        title: `${short(event.minutes)} came back to ${of(event.giver)}.`,
        text: `${event.receiver.town.name} could not take it (${event.code}). Nothing was lost.`,
      };
    case 'plug_out':
      return { title: `${event.town}’s plug is pulled.`, text: 'Hours for it wait at the door and try again.' };
    case 'plug_in':
      return { title: `${event.town} is back.`, text: 'The towns greet each other, and what waited goes on.' };
    case 'replayed':
      return {
        title: 'The same message came twice.',
        text: `${event.to} counted what ${event.from} sent once, and said so.`,
      };
    case 'forged':
      return {
        title: `Somebody forged an hour from ${event.pretended}.`,
        text: `${event.to} checked the signature. It did not come from ${event.pretended}. Nothing moved.`,
      };
    case 'limit':
      return {
        title: `${event.from} asked ${event.to} for ${short(event.minutes)}.`,
        text: `${event.to} honours ${short(event.honoursMinutes)} more. Nothing moved; nobody lost anything.`,
      };
    case 'note':
      return { title: event.title, text: event.text };
  }
}
