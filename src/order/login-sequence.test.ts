import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLogin, LoginVerdict } from './login-sequence.ts';

const number = fc.integer({ min: 1, max: 2 ** 40 });
const session = fc.constantFrom('DAY1', 'DAY2', '000010059B');

describe('what the answer to a login means', () => {
  it.each([
    ['the number that was asked for', 'DAY1', 40, 'DAY1', 40, LoginVerdict.continues],
    ['no session was named: the current one', '', 40, 'DAY1', 40, LoginVerdict.continues],
    ['whatever comes next', 'DAY1', 0, 'DAY1', 40, LoginVerdict.continues],
    ['a hole', 'DAY1', 40, 'DAY1', 41, LoginVerdict.missed],
    ['a host that has lost its tail', 'DAY1', 40, 'DAY1', 39, LoginVerdict.behind],
    ['another session at a higher number', 'DAY1', 40, 'DAY2', 41, LoginVerdict.otherSession],
    ['another session at the same number', 'DAY1', 40, 'DAY2', 40, LoginVerdict.otherSession],
  ])('%s', (_name, askedSession, asked, answered, named, verdict) => {
    expect(judgeLogin(askedSession, asked, answered, named)).toBe(verdict);
  });

  // Complaint 18: an endless resend loop, then a throw at a gap on logon, because the logic was spread over states.
  it('is a function of its input that never throws, and continues only at the very number', () => {
    fc.assert(
      fc.property(session, number, session, number, (askedSession, asked, answered, named) => {
        const verdict = judgeLogin(askedSession, asked, answered, named);
        expect(judgeLogin(askedSession, asked, answered, named)).toBe(verdict);
        expect(verdict === LoginVerdict.continues).toBe(asked === named && askedSession === answered);
      }),
    );
  });
});
