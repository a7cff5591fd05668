import type { JournalDayWriter } from '../journal/day-writer.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import type { LastCheck } from './last-check.ts';
import type { OrderEventQueue } from './order-events.ts';
import type { OrderFacts } from './order-facts.ts';
import type { OrderPort } from './order-port.ts';
import type { OrderStore } from './order-store.ts';
import type { Risk } from './risk.ts';
import type { SessionGroup } from './session-group.ts';
import type { TimeSource } from './session-stream.ts';

/** A strategy as the gateway knows it. */
export interface GatewayStrategy {
  readonly name: string;
  readonly account: number;
  readonly group: number;
  /** {@link LostRoutePolicy} */
  readonly lostRoute: number;
}

/** An instrument as the gateway knows it. */
export interface GatewayInstrument {
  readonly symbol: string;
}

/** What a gateway is made of. Everything is built before it and outlives it. */
export interface GatewayParts {
  readonly store: OrderStore;
  readonly facts: OrderFacts;
  readonly risk: Risk;
  readonly journal: JournalWriter;
  readonly dayJournal: JournalDayWriter;
  readonly lastCheck: LastCheck;
  readonly events: OrderEventQueue;
  /** {@link RouteCell} of strategy s from word `s * RouteCell.words` on. */
  readonly routes: Int32Array;
  readonly clock: TimeSource;
  readonly strategies: readonly GatewayStrategy[];
  readonly instruments: readonly GatewayInstrument[];
  readonly ports: readonly OrderPort[];
  readonly groups: readonly SessionGroup[];
  /** {@link GatewayCell} */
  readonly cells: Float64Array;
}

/** Cells of the gateway's counters. */
export const GatewayCell = {
  entered: 0,
  replaced: 1,
  cancelled: 2,
  /** Refused: by risk or a check of the request itself; by the last check; because no session would take it. */
  refused: 3,
  refusedLast: 4,
  refusedRoute: 5,
  reports: 6,
  fills: 7,
  /** Ports lost, and ports reconciled. */
  portsLost: 8,
  portsRecovered: 9,
  routes: 10,
  /** Orders resolved, and those that a barrier left in doubt. */
  resolved: 11,
  leftInDoubt: 12,
  sentAgain: 13,
  /** Monotonic ns: evidence of the last loss of a route, and the first order on the way that it moved to. */
  routeLostNs: 14,
  switchedNs: 15,
  switchNs: 16,
  /** 1 while routes have moved and no order has gone the new way. */
  switchPending: 17,
  unknown: 18,
  blind: 19,
  eventsLost: 20,
  /** 1 once the venue has said that the day is over. */
  dayEnded: 21,
  /** Executions that a drop copy reported first. */
  evidence: 22,
  /** 1 once the day is sealed in the journal: this gateway does nothing more. */
  daySealed: 23,
  /** {@link DrainState} */
  drain: 24,
} as const;
export const GATEWAY_CELLS = 25;

/** How far a drain is. */
export const DrainState = { off: 0, draining: 1, drained: 2 } as const;
export type DrainState = (typeof DrainState)[keyof typeof DrainState];

/** Int32s of a strategy's route, for it to read on whatever thread. */
export const RouteCell = {
  /** {@link RouteStatus} */
  status: 0,
  /** Index of the session that new orders take (of `hot-hot` the first one's), -1 = none. */
  session: 1,
  unknown: 2,
  blind: 3,
  words: 8,
} as const;

/** Stamps of the last new order that was sent, monotonic ns. */
export const StampCell = { called: 0, judged: 1, sending: 2, sent: 3 } as const;
export const STAMP_CELLS = 4;

/** Int32s of a symbol for {@link OrderConnection.enter}: eight characters, padded with blanks on the right. */
export function symbolWords(symbol: string): readonly [hi: number, lo: number] {
  const padded = symbol.padEnd(8, ' ');
  const word = (at: number) =>
    (padded.charCodeAt(at) << 24) |
    (padded.charCodeAt(at + 1) << 16) |
    (padded.charCodeAt(at + 2) << 8) |
    padded.charCodeAt(at + 3);
  return [word(0), word(4)];
}
