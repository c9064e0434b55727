/**
 * For the tests of whoever builds on a timebank: a bank that lives in memory.
 *
 * @module
 */
export { fakeNode } from './fake-node.ts';
export type { FakeMember, FakeNode, FakeNodeOptions, FakePartner } from './options.ts';
