import type { ExchangePort } from './exchange-port.ts';
import type { Truth, VenueExecution } from './truth.ts';
import type { OrderKey, VenueOrder } from './venue-order.ts';

/** What the venue knows about an account, as plain data: the answer of the control channel. */
export interface AccountTruth {
  readonly account: string;
  readonly positions: readonly { readonly symbol: string; readonly shares: number; readonly cost4: number }[];
  readonly orders: readonly OpenOrder[];
  readonly executions: readonly ReportedExecution[];
}

export interface OpenOrder {
  readonly port: string;
  readonly key: OrderKey;
  readonly orderRef: number;
  readonly symbol: string;
  readonly side: string;
  readonly price4: number;
  /** Of the chain in all, executed of them, and what may still trade. */
  readonly shares: number;
  readonly executed: number;
  readonly leaves: number;
}

export interface ReportedExecution {
  readonly port: string;
  readonly key: OrderKey;
  readonly orderRef: number;
  readonly match: number;
  readonly symbol: string;
  readonly side: string;
  readonly shares: number;
  readonly price4: number;
  readonly broken: boolean;
}

export interface PortTruth {
  readonly port: string;
  readonly account: string;
  readonly session: string;
  /** Number of the next sequenced message. */
  readonly nextSequence: number;
  /** OUCH 5.0: the next reference; 0 for tokens. */
  readonly nextRef: number;
  readonly liveOrders: number;
  readonly ignored: number;
  readonly malformed: number;
}

export function describeAccount(
  account: string,
  symbols: readonly string[],
  ports: readonly ExchangePort[],
  truth: Truth,
): AccountTruth {
  const positions = [...truth.positionsOf(account)].map(([instrument, { shares, cost4 }]) => ({
    symbol: symbols[instrument],
    shares,
    cost4,
  }));
  const orders = ports
    .filter((port) => port.account === account)
    .flatMap((port) => [...port.live].map((order) => openOrder(order, symbols)));
  const executions = truth.executions
    .filter(({ order }) => order.port.account === account)
    .map((execution) => reported(execution, symbols));
  return { account, positions, orders, executions };
}

export function describePort(port: ExchangePort): PortTruth {
  return {
    port: port.options.name,
    account: port.account,
    session: port.options.session,
    nextSequence: port.log.next,
    nextRef: port.numbered ? port.lastRef + 1 : 0,
    liveOrders: port.live.size,
    ignored: port.ignored,
    malformed: port.malformed,
  };
}

function openOrder(order: VenueOrder, symbols: readonly string[]): OpenOrder {
  const { port, key, orderRef, instrument, side, price4, shares, executed, leaves } = order;
  return {
    port: port.options.name,
    key,
    orderRef,
    symbol: symbols[instrument],
    side: String.fromCharCode(side),
    price4,
    shares,
    executed,
    leaves,
  };
}

function reported(execution: VenueExecution, symbols: readonly string[]): ReportedExecution {
  const { order, key, orderRef, match, side, shares, price4, broken } = execution;
  return {
    port: order.port.options.name,
    key,
    orderRef,
    match,
    symbol: symbols[order.instrument],
    side: String.fromCharCode(side),
    shares,
    price4,
    broken,
  };
}
