/** Whatever a page shows or does is an operation of the API, or it is written here why a program has no use for it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { routesOfPages } from '../hostile/scene.ts';
import { createApi } from './app.ts';

/** By the route: the operations by which a program does or sees the same, or why there is none. */
type Written = Readonly<Record<string, readonly string[] | string>>;

const FORM = 'a form to fill in, which shows nothing that is in the books';
const ONCE = 'shows once more what the operation before it has answered';

/** What forms do. */
const FORMS: Written = {
  '/agreements/:id/answer': ['acceptAgreement', 'declineAgreement', 'withdrawAgreement'],
  '/agreements/:id/change': ['changeAgreement'],
  '/agreements/:id/close': ['closeAgreement'],
  '/agreements/:id/follow': ['inviteSuccessor'],
  '/card': ['signInByCard'],
  '/console/applications/:id': ['decideApplication'],
  '/console/fund/:id/answer': ['answerFundRequest'],
  '/console/hats/give': ['giveHat'],
  '/console/hats/take': ['takeHat', 'dropWaitingHat'],
  '/console/invitations': ['invite'],
  '/console/invitations/accept': ['offerAgreement'],
  '/console/invitations/open': ['readInvitation'],
  '/console/leaving/:id/fund': ['letFundPay'],
  '/console/members': ['takeIn', 'addMember'],
  '/console/members/:id/card': ['issueCard'],
  '/console/members/:id/card/end': ['revokeCard'],
  '/console/members/:id/status': ['setMemberStatus'],
  '/console/places': ['setPlace'],
  '/console/places/end': ['endPlace'],
  '/console/places/nowhere': ['setPlace'],
  '/console/slips/new': ['writeDown'],
  '/exchanges': ['askExchange'],
  '/exchanges/:id': [
    ...['acceptExchange', 'declineExchange', 'counterExchange', 'withdrawExchange', 'cancelExchange'],
    ...['recordHours', 'changeRecord', 'confirmHours', 'contestHours', 'settleDispute', 'putExchangeRight'],
    ...['sayInExchange', 'giveContact', 'thankForExchange', 'showThanks'],
  ],
  '/fund/ask': ['askFund'],
  '/fund/requests/:id/withdraw': ['withdrawFundRequest'],
  '/gatherings': ['createGathering'],
  '/gatherings/:id/cancel': ['cancelGathering'],
  '/gatherings/:id/change': ['changeGathering'],
  '/gatherings/:id/credit': ['markPresent', 'creditGathering'],
  '/gatherings/:id/here/:code': ['signIn'],
  '/gatherings/:id/leave': ['withdrawFromGathering'],
  '/gatherings/:id/seat': ['signUp'],
  '/gatherings/mine/calendar': ['renewCalendar'],
  '/gifts/:id/answer': ['answerGift'],
  '/gifts/rule': ['setGiftRule'],
  '/give': ['give'],
  '/given/:id/back': ['takeBack'],
  '/join': ['join'],
  '/join/:id': ['join'],
  '/language': 'keeps in the browser in which language its pages are; a program says what it wants with each question',
  '/leave': ['askToLeave'],
  '/leave/confirm': ['confirmLeaving'],
  '/leave/stay': ['stay'],
  '/me/doors/address': ['requestAddress'],
  '/me/doors/address/code': ['changeAddress'],
  '/me/doors/end': ['endSession'],
  '/me/doors/end-others': ['endOtherSessions'],
  '/me/doors/passkey': ['addPasskey'],
  '/me/doors/passkey/name': ['renamePasskey'],
  '/me/doors/passkey/options': ['offerPasskey'],
  '/me/doors/passkey/remove': ['removePasskey'],
  '/me/hats': ['wearHat'],
  '/me/invitations': ['makeJoinLink'],
  '/me/invitations/:id/end': ['revokeJoinLink'],
  '/me/profile': ['updateMember'],
  '/notices/read': ['readNotices'],
  '/notices/wishes': ['setWishes'],
  '/offers': ['createOffer', 'setOfferPicture'],
  '/offers/:id/change': ['updateOffer', 'setOfferPicture', 'endOfferPicture'],
  '/offers/:id/end': ['endOffer'],
  '/offers/:id/pause': ['pauseOffer'],
  '/offers/:id/renew': ['renewOffer'],
  '/offers/:id/renew/:token': ['renewOfferByLetter'],
  '/receipt/:id/end': ['withdrawReceipt'],
  '/receipt/:id/share': ['shareReceipt'],
  '/sign-in': ['requestCode', 'signInByCard'],
  '/sign-in/code': ['signInByCode'],
  '/sign-in/demo': 'walks in as somebody who is made up, where everybody is',
  '/sign-in/link/:id': ['signInByLink'],
  '/sign-in/passkey': ['signInByPasskey'],
  '/sign-in/passkey/options': ['askForPasskey'],
  '/sign-out': ['listSessions', 'endSession'],
  '/slip/:id/objection': ['objectBySlip'],
  '/slips/:id/objection': ['objectToAct'],
  '/slips/:id/settle': ['settleObjection'],
  '/stop/:id': ['stopMail'],
  '/thanks/:id': ['showThanks'],
};

/** What pages and files show. */
const SHOWN: Written = {
  '/': [
    ...['getBank', 'listTowns', 'listNewestOffers', 'getMember', 'listTransfers', 'listExchanges', 'listWaitingGifts'],
    ...['listNotices', 'listMemberOffers', 'listThanks', 'listApplications'],
  ],
  '/agreements/:id': ['getAgreement', 'listTowns'],
  '/calendar/:id': ['getCalendar'],
  '/card': FORM,
  '/card/:id': 'hands the words of a card on to the page with its button, out of the address',
  '/console': ['listAgreements', 'examine'],
  '/console/card': ONCE,
  '/console/disputes': ['listExchanges'],
  '/console/fund': ['listFundRequests', 'getFund'],
  '/console/hats': ['listHats'],
  '/console/invitations': ONCE,
  '/console/invitations/open': ['readInvitation'],
  '/console/leaving': ['listLeaving'],
  '/console/members': ['listApplications', 'listMembers'],
  '/console/members/:id': ['getMember', 'listHats'],
  '/console/places': ['listPlaces'],
  '/console/slips': ['listActs'],
  '/console/slips/new': ['listMembers', 'listHats'],
  '/exchanges': ['listExchanges'],
  '/exchanges/:id': ['getExchange'],
  '/exchanges/new': ['getOffer', 'getMember', 'listMembers'],
  '/find': ['listOffers', 'listPlaces'],
  '/fund': ['getFund', 'listFundRequests'],
  '/gatherings': ['listGatherings'],
  '/gatherings/:id/calendar': ['getGathering'],
  '/gatherings/:id/change': ['getGathering'],
  '/gatherings/:id/credit': ['getGathering'],
  '/gatherings/:id/here/:code': ['getGathering'],
  '/gatherings/:id/sheet': ['getGathering'],
  '/gatherings/:id{[0-9A-Z]{26}}': ['getGathering'],
  '/gatherings/mine': ['listGatherings', 'getCalendar'],
  '/gatherings/new': FORM,
  '/gifts': ['listWaitingGifts'],
  '/give': ['getMember', 'listAgreements'],
  '/given/:id': ['getTransfer'],
  '/invitations/:secret': 'answers a program itself, with the draft of the agreement',
  '/join': FORM,
  '/join/:id': ['readJoinLink'],
  '/join/asked': ONCE,
  '/leave': ['getLeaving'],
  '/leave/everything': ['getEverything'],
  '/mail': 'shows letters that were only written into a folder, where nothing is posted',
  '/manifest.webmanifest': 'lets a browser install the pages',
  '/me': ['getMember', 'getStatement', 'listTransfers'],
  '/me/card': ONCE,
  '/me/doors': ['getPerson', 'listSessions', 'listPasskeys', 'listHats'],
  '/me/doors/address/code': FORM,
  '/me/doors/offer': FORM,
  '/me/hats': ['listHats'],
  '/me/invitations': ['listJoinLinks'],
  '/me/profile': ['getMember'],
  '/members': ['listMembers'],
  '/members/:id': ['getMember', 'listMemberOffers', 'listThanks'],
  '/notices': ['listNotices'],
  '/notices/:id': ['readNotices'],
  '/notices/wishes': ['getWishes'],
  '/offers': ['listMemberOffers'],
  '/offers/:id': ['getOffer'],
  '/offers/:id/change': ['getOffer'],
  '/offers/:id/renew/:token': ['renewOfferByLetter'],
  '/offers/new': FORM,
  '/offline': 'is kept by a browser for when there is no connection',
  '/pictures/:id': 'is a file, whose address the operations of offers name',
  '/proof/:id': ['getProof'],
  '/r/:id': ['openReceipt'],
  '/r/:id/file': ['openReceipt'],
  '/receipt/:id': ['getReceipt'],
  '/receipt/:id/file': ['getReceipt'],
  '/sign-in': FORM,
  '/sign-in/code': FORM,
  '/sign-in/link/:id': FORM,
  '/slip/:id': ['readSlip'],
  '/slips': ['listActs'],
  '/slips/:id': ['getAct'],
  '/statement/file': ['getStatementFile'],
  '/statement/print': ['getStatement'],
  '/stop/:id': ['stopMail'],
  '/sw.js': 'is a program for browsers',
  '/thanks': ['listThanks'],
  '/towns': ['listAgreements', 'getBank'],
  '/towns/ended': ['listAgreements', 'getBank'],
};

let operations: Readonly<Record<string, string>>;
beforeAll(async () => {
  // The document is made without a look at the database.
  const api = createApi({} as Parameters<typeof createApi>[0]);
  const { paths } = (await (await api.request('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  const all = Object.values(paths).flatMap((path) => Object.entries(path));
  operations = Object.fromEntries(all.map(([method, { operationId }]) => [operationId, method]));
});

describe.each([
  ['form', 'POST', FORMS],
  ['page and file', 'GET', SHOWN],
] as const)('every %s', (_what, method, written) => {
  test('is written here, and nothing else is', () => {
    const routes = routesOfPages().flatMap((route) => (route.method === method ? [route.path] : []));
    expect(Object.keys(written).sort()).toEqual(routes.sort());
  });

  test('names operations that are there, or a reason', () => {
    for (const [path, by] of Object.entries(written)) {
      if (typeof by === 'string') expect([path, by.length > 20]).toEqual([path, true]);
      else expect([path, by.filter((name) => operations[name] === undefined), by.length > 0]).toEqual([path, [], true]);
    }
  });
});

test('what a form does, an operation does and not only shows', () => {
  for (const [path, by] of Object.entries(FORMS))
    if (typeof by !== 'string') expect([path, by.some((name) => operations[name] === 'post')]).toEqual([path, true]);
});
