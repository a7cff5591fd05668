/** Type bytes of SoupBinTCP packets. */
export const SoupType = {
  debug: 0x2b, // +
  loginAccepted: 0x41, // A
  loginRejected: 0x4a, // J
  sequenced: 0x53, // S
  serverHeartbeat: 0x48, // H
  endOfSession: 0x5a, // Z
  loginRequest: 0x4c, // L
  unsequenced: 0x55, // U
  clientHeartbeat: 0x52, // R
  logoutRequest: 0x4f, // O
} as const;

/** Reasons of a rejected login. */
export const LoginReject = {
  notAuthorised: 0x41, // A
  sessionNotAvailable: 0x53, // S
} as const;

export const SoupState = {
  /** Client: not connected. Server: connected, no login yet. */
  waiting: 0,
  /** Client: login sent. Server: login received, owner has not answered. */
  loggingIn: 1,
  loggedIn: 2,
  /** Ended in order: rejected, logged out or end of session. The connection is to be closed once `output` is empty. */
  ended: 3,
  /** Ended out of order: silent peer, broken packet. The connection is to be closed. */
  failed: 4,
  /** Client: connected, the login is kept back. */
  primed: 5,
} as const;
export type SoupState = (typeof SoupState)[keyof typeof SoupState];

/** Fields of a login and of its answer. */
export const USERNAME_BYTES = 6;
export const PASSWORD_BYTES = 10;
export const SESSION_BYTES = 10;
export const SEQUENCE_DIGITS = 20;
export const TIMEOUT_DIGITS = 5;
export const LOGIN_V3_BYTES: number = USERNAME_BYTES + PASSWORD_BYTES + SESSION_BYTES + SEQUENCE_DIGITS;
export const LOGIN_V4_BYTES: number = LOGIN_V3_BYTES + TIMEOUT_DIGITS;
export const ACCEPTED_BYTES: number = SESSION_BYTES + SEQUENCE_DIGITS;
