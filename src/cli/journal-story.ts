import { OrderState, Side } from '../order/terms.ts';
import { ReportKind } from '../order/venue-report.ts';

/** A record's fields as numbers and texts. */
export type RecordFields = Readonly<Record<string, number | string>>;

/** What is known of an order at a point of the story. */
export interface OrderStory {
  readonly number: number;
  readonly side: number;
  readonly instrument: number;
  port: number;
  session: number;
  shares: number;
  price4: number;
  executed: number;
  done: boolean;
}

const ENDINGS: readonly number[] = [
  ReportKind.acceptedDead,
  ReportKind.replacedDead,
  ReportKind.rejected,
  ReportKind.selfMatchCancelled,
];
const WITHDRAWN = 2;
const ENTER_INTENT = 10;

/** What one must have read before to tell a record in words: who an order is, what a number stands for. */
export class JournalStory {
  private readonly orders = new Map<number, OrderStory>();
  private readonly symbols = new Map<number, string>();

  order(number: number): OrderStory | undefined {
    return this.orders.get(number);
  }

  symbol(instrument: number): string {
    return this.symbols.get(instrument) ?? `instrument ${instrument}`;
  }

  /** Takes a record in, before it is told. */
  learn(name: string, fields: RecordFields): void {
    const f = fields as Readonly<Record<string, number>>;
    if (name === 'instrument') this.symbols.set(f.instrument, String(fields.symbol));
    else if (name === 'enterIntent') this.enter(f);
    else if (name === 'report') this.report(f);
    else this.settle(name, f);
  }

  private enter(f: Readonly<Record<string, number>>): void {
    const { number, side, instrument, port, session, shares, price4 } = f;
    this.orders.set(number, { number, side, instrument, port, session, shares, price4, executed: 0, done: false });
  }

  private report(f: Readonly<Record<string, number>>): void {
    const order = this.orders.get(f.number);
    if (order === undefined) return;
    if (f.kind === ReportKind.executed) order.executed += f.shares;
    if (f.kind === ReportKind.broken) order.executed -= f.shares;
    if (f.kind === ReportKind.replaced) {
      order.shares = order.executed + f.shares;
      order.price4 = f.price4;
    }
    if (ENDINGS.includes(f.kind) || order.executed >= order.shares) order.done = true;
  }

  private settle(name: string, f: Readonly<Record<string, number>>): void {
    const order = this.orders.get(f.number);
    if (order === undefined) return;
    if (name === 'replaceIntent' || name === 'cancelIntent') order.session = f.session;
    if (name === 'sendResult' && f.intent === ENTER_INTENT && f.result === WITHDRAWN) order.done = true;
    if (name === 'resolved') order.done = f.after >= OrderState.filled;
  }
}

/** `bought` or `sold`. */
export function doneWord(side: number): string {
  return side === Side.sell ? 'sold' : 'bought';
}
