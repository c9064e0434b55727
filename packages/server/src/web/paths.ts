/**
 * Where every page and form lives.
 *
 * Promises: pages and routes read their addresses here and nowhere else, so a link cannot point
 * to an address that no route serves.
 *
 * @module
 */
const segment = encodeURIComponent;

/** Addresses at a bank's own origin. */
export const paths = {
  home: '/',
  towns: '/towns',
  losses: '/towns/ended',
  me: '/me',
  give: '/give',
  given: (id: string) => `/given/${segment(id)}`,
  takeBack: (id: string) => `/given/${segment(id)}/back`,
  proof: (id: string) => `/proof/${segment(id)}`,
  console: '/console',
  members: '/console/members',
  memberCard: (id: string) => `/console/members/${segment(id)}/card`,
  invitations: '/console/invitations',
  openInvitation: '/console/invitations/open',
  acceptInvitation: '/console/invitations/accept',
  agreement: (id: string) => `/agreements/${segment(id)}`,
  changeAgreement: (id: string) => `/agreements/${segment(id)}/change`,
  closeAgreement: (id: string) => `/agreements/${segment(id)}/close`,
  followAgreement: (id: string) => `/agreements/${segment(id)}/follow`,
  answerAgreement: (id: string) => `/agreements/${segment(id)}/answer`,
  signIn: '/sign-in',
  signInDemo: '/sign-in/demo',
  signOut: '/sign-out',
} as const;

/** Addresses of the live page of the three towns. */
export const livePaths = {
  home: '/',
  hold: '/?hold',
  hour: (id: string, held: boolean) => `/?hour=${segment(id)}${held ? '&hold' : ''}#message`,
  act: '/act',
} as const;
