/**
 * What a venue's answer to a login means for the numbering of its messages: a pure function, so that no state can lead
 * to a login that asks for ever other numbers until one fits.
 */

/** How the number that a venue names at login stands to the one that was asked for. */
export const LoginVerdict = {
  /** It goes on exactly where we stopped. */
  continues: 0,
  /** Messages between the two will not come any more: silence about an order proves nothing. */
  missed: 1,
  /** It would send again, under numbers that we have read, something that it may have said differently before. */
  behind: 2,
  /** Another session than the one that was asked for: its numbers have nothing to do with ours. */
  otherSession: 3,
} as const;
export type LoginVerdict = (typeof LoginVerdict)[keyof typeof LoginVerdict];

/** Asking for this number asks for whatever comes next. */
const WHATEVER_IS_NEXT = 0;

/**
 * @param askedSession '' = the venue's current one
 * @param asked number of the first message that was asked for; 0 = whatever comes next
 * @param session as the venue named it
 * @param named number of the first message that the venue will send
 */
export function judgeLogin(askedSession: string, asked: number, session: string, named: number): LoginVerdict {
  if (askedSession !== '' && session !== askedSession) return LoginVerdict.otherSession;
  if (asked === WHATEVER_IS_NEXT || named === asked) return LoginVerdict.continues;
  return named > asked ? LoginVerdict.missed : LoginVerdict.behind;
}
