import { z } from 'zod';
import type { RefusalFacts } from '../order/refusal-facts.ts';
import { RefusalReason } from '../order/risk-reason.ts';
import { Marking, OrderState, RouteStatus, Side, TimeInForce } from '../order/terms.ts';
import { ReportReason } from '../order/venue-report.ts';
import type { OrderView, RouteView } from '../strategy/order-api.ts';

/** The messages about orders, as `docs/api.md` lists them: what a program may ask, and how an order is shown. */

const PRICE_UNITS = 10_000;
/** A price with four decimals is this near to its whole number of ten-thousandths, whatever binary made of it. */
const PRICE_ERROR = 1e-6;
const MOST_SHARES = 2 ** 31 - 1;
const MOST_PRICE = 200_000;
const LONGEST_SYMBOL = 8;
const MOST_SYMBOLS = 1000;
/** Orders that one answer to `orders.day` holds. */
const MOST_LISTED = 1000;

const id = z
  .union([z.string().max(64), z.number()])
  .optional()
  .describe('Comes back with the answer.');
const clientId = z.string().min(1).max(64);
const shares = z.number().int().min(1).max(MOST_SHARES);
const price = z
  .number()
  .positive()
  .max(MOST_PRICE)
  .refine(
    (value) => Math.abs(Math.round(value * PRICE_UNITS) - value * PRICE_UNITS) < PRICE_ERROR,
    'has at most 4 decimals',
  );
const which = {
  id,
  order: z.number().int().min(1).optional().describe('Its number. Either this or `clientId`.'),
  clientId: clientId.optional().describe('The id that it was entered with.'),
};

export const enterRequest = z.strictObject({
  op: z.literal('order.enter'),
  id,
  clientId: clientId.describe("The program's own id of the order: used once a day. The same id again sends nothing."),
  symbol: z.string().min(1).max(LONGEST_SYMBOL).describe('One of `orders.instruments`.'),
  side: z.enum(['buy', 'sell']),
  shares,
  price: price.describe('At most 4 decimals.'),
  timeInForce: z.enum(['day', 'immediateOrCancel']).prefault('day'),
  marking: z.enum(['long', 'short', 'shortExempt']).prefault('long').describe('How a sale is marked.'),
});
export const replaceRequest = z.strictObject({
  op: z.literal('order.replace'),
  ...which,
  shares: shares.describe('Of the whole order, executed ones included.'),
  price: price.describe('At most 4 decimals.'),
});
export const cancelRequest = z.strictObject({ op: z.literal('order.cancel'), ...which });
export const cancelAllRequest = z.strictObject({ op: z.literal('order.cancelAll'), id });
export const getRequest = z.strictObject({ op: z.literal('order.get'), ...which });
export const openRequest = z.strictObject({ op: z.literal('orders.open'), id });
export const dayRequest = z.strictObject({
  op: z.literal('orders.day'),
  id,
  after: z.number().int().min(0).prefault(0).describe('Number of the last order seen; 0: from the first.'),
  limit: z.number().int().min(1).max(MOST_LISTED).prefault(MOST_LISTED),
});
export const positionsRequest = z.strictObject({
  op: z.literal('positions'),
  id,
  symbols: z
    .array(z.string().max(LONGEST_SYMBOL))
    .max(MOST_SYMBOLS)
    .optional()
    .describe('Default: every tradable instrument.'),
});

export type EnterRequest = z.output<typeof enterRequest>;
export type ReplaceRequest = z.output<typeof replaceRequest>;
export type CancelRequest = z.output<typeof cancelRequest>;
export type GetRequest = z.output<typeof getRequest>;
export type DayRequest = z.output<typeof dayRequest>;
export type PositionsRequest = z.output<typeof positionsRequest>;

const words = (codes: Readonly<Record<string, number>>) => {
  const list: string[] = [];
  for (const [word, code] of Object.entries(codes)) list[code] = word;
  return list;
};
const STATES = words(OrderState);
const REFUSALS = words(RefusalReason);
const REASONS = words(ReportReason);
const ROUTES = words(RouteStatus);

export const price4Of = (value: number): number => Math.round(value * PRICE_UNITS);
export const priceOf = (price4: number): number => price4 / PRICE_UNITS;
export const sideOf = (word: EnterRequest['side']): Side => Side[word];
export const timeInForceOf = (word: EnterRequest['timeInForce']): TimeInForce => TimeInForce[word];
export const markingOf = (word: EnterRequest['marking']): Marking => Marking[word];

/** What a request came to: see `Orders` for `result`. */
export interface OrderOutcome {
  readonly result: number;
  readonly why?: string;
  readonly facts?: RefusalFacts;
}

/** Code of an error for a refusal. @param result minus a `RefusalReason` */
export const refusalCode = (result: number): string => `refused:${REFUSALS[-result] ?? 'other'}`;

/** An order as programs see it. */
export function orderFields(view: OrderView) {
  return {
    order: view.number,
    side: view.side === Side.buy ? 'buy' : 'sell',
    state: STATES[view.state],
    shares: view.shares,
    executed: view.executed,
    leaves: view.leaves,
    price: priceOf(view.price4),
    unknown: view.unknown,
    blind: view.blind,
    pendingCancel: view.pendingCancel,
    pendingReplace: view.pendingReplace,
    session: view.sessionName,
    reason: view.reason < 0 ? refusalCode(view.reason) : REASONS[view.reason],
  };
}

/** The way of orders as programs see it. */
export function routeFields(route: RouteView) {
  return { status: ROUTES[route.status], session: route.sessionName, unknown: route.unknown, blind: route.blind };
}
