/** The kinds under which the clock knows gatherings. */

/** A gathering begins tomorrow, or is over; the subject is its id. */
export const GATHERING_TIME = 'gathering_time';
/** Something is to be done for one guest; the subject is the guest's id. */
export const GATHERING_GUEST = 'gathering_guest';
