import type { NumberedDay } from '../order/day-roll.ts';
import type { GatewayStrategy } from '../order/gateway-parts.ts';
import type { PortOptions } from '../order/order-port.ts';
import type { VenueRules } from '../order/order-protocol.ts';
import type { RiskWindows } from '../order/risk-request.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import type { GroupOptions } from '../order/session-group.ts';
import type { SessionOptions } from '../order/session-options.ts';
import type { DropCopySetup } from './drop-copy.ts';
import type { TradableInstrument } from './instrument-map.ts';
import type { JournalSetup } from './journal-setup.ts';
import type { KillPlaces } from './kill-file.ts';
import type { TradingDaySetup } from './trading-day-setup.ts';

/** One host of a port. */
export interface HostOptions {
  /** Name of its session. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly interface: string | undefined;
  /** `SessionCell` */
  readonly cells: Float64Array;
}

export interface GatewayPortOptions {
  readonly name: string;
  readonly protocol: string;
  readonly rules: VenueRules;
  readonly session: SessionOptions;
  readonly port: PortOptions;
  readonly hosts: readonly HostOptions[];
  readonly resends: boolean;
  /** Session as recovery found it, '' = none. */
  readonly sessionName: string;
}

/** Histograms of a gateway (`runtime/histogram.ts`). */
export interface GatewayHistograms {
  /** Datagram received → the order's last byte handed to the kernel. */
  readonly wireToSent: Float64Array;
  /** Strategy's call → risk has passed; → about to send; send itself; evidence → first order another way. */
  readonly risk: Float64Array;
  readonly toSend: Float64Array;
  readonly send: Float64Array;
  readonly switch: Float64Array;
  /** Order sent → the venue's first answer. */
  readonly answer: Float64Array;
}

/** What the thread that runs the gateway is given. Structured-cloneable; memory is shared. */
export interface GatewayOptions {
  readonly ioMode: 'native' | 'portable';
  readonly day: number;
  readonly epoch: number;
  /** The day goes on from a journal; false: it begins. */
  readonly restart: boolean;
  /** What the day begins with, where it does. */
  readonly start: NumberedDay;
  /** How the day ends, and what follows it. */
  readonly tradingDay: TradingDaySetup;
  /** The venue had said that the day is over. */
  readonly dayEnded: boolean;
  readonly strategies: readonly GatewayStrategy[];
  readonly instruments: readonly TradableInstrument[];
  readonly ports: readonly GatewayPortOptions[];
  readonly groups: readonly { readonly options: GroupOptions; readonly ports: readonly number[] }[];
  /** Where executions are told again. */
  readonly dropCopy: DropCopySetup | undefined;
  readonly userTimeoutMs: number;
  readonly risk: { readonly shape: RiskShape; readonly windows: RiskWindows };
  /** Margin rate of each instrument, in basis points, of the linear model. */
  readonly marginRatesBp: readonly number[];
  readonly store: SharedArrayBuffer;
  readonly fills: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
  readonly limits: SharedArrayBuffer;
  /** `limit-requests.ts` */
  readonly limitRequests: SharedArrayBuffer;
  readonly refusals: Float64Array;
  readonly journal: JournalSetup;
  readonly kill: KillPlaces;
  readonly fence: SharedArrayBuffer;
  /** `socket-table.ts` */
  readonly sockets: SharedArrayBuffer;
  /** `GatewayCell`, uses of the resolution table's rows, `RouteCell`. */
  readonly cells: Float64Array;
  readonly rows: Float64Array;
  readonly routes: Int32Array;
  readonly histograms: GatewayHistograms;
  /** Operator's commands, see `gateway-commands.ts`. */
  readonly commands: SharedArrayBuffer;
  /** What operators did, for the journal, see `operator-notes.ts`. */
  readonly operatorNotes: SharedArrayBuffer;
  /** Links of the strategies on threads of their own, by strategy; undefined where it is called in place. */
  readonly links: readonly (OrderLinkMemory | undefined)[];
  readonly logOutAtStop: boolean;
  readonly cancelAtStop: boolean;
}

/** Memory between the gateway and a strategy on another thread. */
export interface OrderLinkMemory {
  readonly requests: SharedArrayBuffer;
  readonly events: SharedArrayBuffer;
}

/** What a thread needs of the feeds to know the market. */
export interface GatewayFeed {
  readonly books:
    | { readonly memory: SharedArrayBuffer; readonly maxOrders: number; readonly maxInstruments: number }
    | undefined;
  /** `FeedCell` */
  readonly cells: Float64Array;
}
