import type { SessionStream } from './session-stream.ts';
import type { VenueReport } from './venue-report.ts';

/**
 * An order protocol as a plug-in: codec, conversation and rules of one kind of venue gateway. Sessions, groups, store,
 * risk and journal know only this. `venues/order-registry.ts` names the ones that exist.
 */
export interface OrderProtocol {
  /** Its name in config files: `ouch50`, `ouch42`. */
  readonly name: string;
  /** What such venues do by default; a port's config may state otherwise where venues differ. */
  readonly rules: VenueRules;
  createConnection(options: OrderConnectionOptions, sink: OrderConnectionSink): OrderConnection;
  /** For rehearsals; where there is none, the first orders of a day find their protocol's code cold. */
  createStandIn?(): StandInVenue;
}

/** A venue in memory that speaks the protocol: what a gateway rehearses with. One port. */
export interface StandInVenue {
  /** Another connection; the last one counts. */
  connect(): SessionStream;
  /** Ends the connection, as a venue that dies. */
  hangUp(): void;
  /** The next new order is refused. */
  rejectNext(): void;
  /** So many shares of the oldest open order trade. */
  execute(shares: number): void;
}

/** How venues differ, in one table that code and tests read. */
export interface VenueRules {
  /** An orderly logout takes the port's orders off the book. */
  readonly logoutCancels: boolean;
  /** What becomes of a port's resting orders when its connection is lost. */
  readonly cancelOnDisconnect: 'off' | 'port' | 'order';
  /** ns after the loss at which they are cancelled, where they are. */
  readonly cancelOnDisconnectDelayNs: number;
  /** A second login of a port while the first looks alive: the first is dropped, or the second is refused. */
  readonly secondLogin: 'displaces' | 'refused';
  /** Mirror hosts of a port continue one numbering of sequenced messages. */
  readonly mirrorsShareSequence: boolean;
  /** An order may be cancelled or replaced over another port of the same firm. */
  readonly peerMayCancel: boolean;
  /** What the shares of a replace mean: the whole chain, executed shares included, or what is to remain. */
  readonly replaceShares: 'total' | 'remaining';
  /** What the shares of a cancel mean: the total that may have traded afterwards, or how many are taken off. */
  readonly cancelShares: 'newTotal' | 'decrement';
  /** A replaced order goes on under a new reference (OUCH) or under its own. */
  readonly replaceTakesNewRef: boolean;
  /** References must rise from message to message of a port: a lower new one is ignored in silence. */
  readonly refsMustRise: boolean;
  /** How to make the venue prove that it has processed everything sent before. */
  readonly barrier: 'query' | 'probe' | 'none';
  /** Sending the very same new order again is harmless (ignored under a used reference), and where it says so. */
  readonly resendIsHarmless: boolean;
  /** ns within which a connection must log in. */
  readonly loginDeadlineNs: number;
  readonly heartbeatIntervalNs: number;
  /** A peer silent for so long is gone. */
  readonly silenceNs: number;
  /** Where these rules are written. */
  readonly source: string;
}

export interface OrderConnectionOptions {
  readonly username: string;
  readonly password: string;
  /** Session to ask for; '' = the current one. */
  readonly session: string;
  /** The trading day as yyyymmdd: part of references that are text. */
  readonly day: number;
  /** Firm and other constants of the port that go into every order, as the config has them. */
  readonly firm?: string;
  /** In what capacity the port trades, as the venue codes it: `P` principal (the default), `A` agency. */
  readonly capacity?: string;
  /** How its orders are shown, as the venue codes it: `Y` visible (the default). */
  readonly display?: string;
  readonly heartbeatIntervalNs?: number;
  readonly silenceNs?: number;
  readonly loginTimeoutNs?: number;
}

export const ConnectionState = {
  /** Not connected. */
  idle: 0,
  /** Connected; the login lies encoded in the output's hands but has not been released. */
  primed: 1,
  loggingIn: 2,
  loggedIn: 3,
  /** Ended in order: rejected, logged out, end of session. */
  ended: 4,
  /** Ended out of order: silent peer, broken packet, closed beneath. */
  failed: 5,
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

/**
 * One connection's conversation as a pure state machine over bytes and time. Its owner moves the bytes: whatever stands in
 * `output[0..outputLength)` goes to the socket, then `consumed(n)`.
 *
 * `enter`, `replace`, `cancel` append one message to the output and return its length in bytes, or 0 where it can't be
 * (not logged in, output full). They take int32s only and allocate nothing.
 */
export interface OrderConnection {
  readonly state: ConnectionState;
  readonly output: Uint8Array;
  readonly outputLength: number;
  consumed(count: number): void;
  /** Drops the last `count` bytes of the output, which have not been sent: the last check before `send` has refused. */
  withdraw(count: number): void;
  /** Cell 0: number of the next sequenced message that is expected; set it before `login`, persist it. */
  readonly expected: Float64Array;
  /**
   * Cell 0: number of the next message that we send, in protocols that number both directions (FIX). Its port hands it
   * from one connection to the next, as it does {@link expected}. What was sent under a number is never sent again: such
   * a protocol answers a request to do so by skipping, since an order that is late is another order.
   */
  readonly outgoing?: Float64Array;
  /** The session as the venue named it at login, without padding. */
  readonly session: string;
  /** The connection is up: encodes the login but keeps it back ({@link ConnectionState.primed}). */
  onOpen(): void;
  /**
   * Releases the login into the output, asking for {@link expected}.
   * @param session the session to go on with, as the venue named it before; '' = the one of the options
   */
  login(session: string): void;
  onBytes(bytes: Uint8Array, offset: number, length: number): void;
  /** @param nowNs cell 0: monotonic ns */
  onTime(nowNs: Float64Array): void;
  onClosed(reason: string): void;
  logout(): void;
  /** @param symbolHi first four characters as a big-endian int32, `symbolLo` the last four; space-padded on the right */
  enter(
    ref: number,
    side: number,
    marking: number,
    shares: number,
    symbolHi: number,
    symbolLo: number,
    price4: number,
    timeInForce: number,
  ): number;
  /** @param shares as {@link VenueRules.replaceShares} means them */
  replace(previousRef: number, ref: number, side: number, marking: number, shares: number, price4: number): number;
  /** @param shares as {@link VenueRules.cancelShares} means them; 0 = all of it */
  cancel(ref: number, shares: number): number;
  /**
   * Makes the venue prove what it has processed ({@link VenueRules.barrier}): a query, or a harmless probe under `ref`
   * for that instrument.
   */
  barrier(ref: number, side: number, symbolHi: number, symbolLo: number): number;
  /** `probe` barriers: true if this report answers a probe under its ref rather than the order itself. */
  isProbeAnswer(report: VenueReport): boolean;
  /** Messages that could not be understood, by our counting; they are skipped. */
  readonly malformed: number;
  /** Sequenced messages about references that are not ours. */
  readonly foreign: number;
}

/** What a connection tells its session. */
export interface OrderConnectionSink {
  /** `connection.session` and `connection.expected` say where; a replay of what was missed follows, without an end mark. */
  loginAccepted(): void;
  /** @param retry false where asking again can't help (not authorised) */
  loginRejected(venueReason: number, retry: boolean): void;
  /** Keep nothing of it beyond the call. */
  report(report: VenueReport): void;
  /**
   * A sequenced message can't be read. `connection.expected` names it still: bytes that are no message of the venue's shift
   * the numbers of all that follow, so it is asked for again before it is believed.
   * @param type code of a kind of message that is not known; 0 = known, and broken
   * @returns true: skip it; false: the conversation ends here. Absent: skip it
   */
  unreadable?(type: number): boolean;
  /** A whole packet was heard, heartbeats included. Called once per `onBytes`, after what the packets said. */
  heard(): void;
  endOfSession(): void;
  failed(reason: string): void;
}
