import { expect, test } from 'vitest';
import { foldGift, type GiftAccept, type GiftCancel, type GiftReject } from './gift.ts';

const offer = { id: 'o', exchange: 'x' };
const to = { id: 'm', exchange: 'x', object: 'o' } as const;
const yes: GiftAccept = { ...to, kind: 'GiftAccept', payeeRef: 'r', payeeName: 'Rosa' };
const no: GiftReject = { ...to, kind: 'GiftReject', code: 'unknown_payee' };
const back: GiftCancel = { ...to, kind: 'GiftCancel', code: 'limit_reached', answered: false };

test.each<[string, Parameters<typeof foldGift>[1], Parameters<typeof foldGift>[2], string]>([
  ['nothing', null, null, 'offered'],
  ['a yes', yes, null, 'accepted'],
  ['a no', no, null, 'declined'],
  ['a take-back', null, back, 'cancelled'],
  ['a take-back that crosses a yes', yes, back, 'cancelled'],
  ['a take-back that crosses a no', no, back, 'cancelled'],
  ['a yes to another offer', { ...yes, object: 'another' }, null, 'offered'],
  ['a yes in another exchange', { ...yes, exchange: 'another' }, null, 'offered'],
  ['a take-back of another offer', null, { ...back, object: 'another' }, 'offered'],
  ['a take-back in another exchange', yes, { ...back, exchange: 'another' }, 'accepted'],
])('after %s a gift is %s', (_name, answer, cancel, state) => {
  expect(foldGift(offer, answer, cancel)).toBe(state);
});
