import { Side } from '../terms.ts';
import { ReportKind, ReportReason } from '../venue-report.ts';

/** A report as this venue writes it: what a `VenueReport` has. */
export interface ToldReport {
  readonly kind: number;
  readonly ref: number;
  readonly previousRef: number;
  readonly shares: number;
  readonly price4: number;
  readonly matchLo: number;
  readonly reason: number;
}

export type Request =
  | {
      readonly kind: 'enter';
      readonly ref: number;
      readonly side: number;
      readonly shares: number;
      readonly price4: number;
    }
  | {
      readonly kind: 'replace';
      readonly previousRef: number;
      readonly ref: number;
      readonly shares: number;
      readonly price4: number;
    }
  | { readonly kind: 'cancel'; readonly ref: number };

/** The truth of one order. */
export interface TrueOrder {
  readonly firstRef: number;
  readonly side: number;
  ref: number;
  open: number;
  price4: number;
  /** Shares executed, broken ones included. */
  executed: number;
  /** What counts of it: by match, as corrected. */
  readonly fills: Map<number, { shares: number; price4: number }>;
}

/** The only thing that both of this venue's ports share: one match number for both sides would do too. */
let lastMatch = 0;

/**
 * One port of a venue, as simple as can be: requests wait until {@link take} takes the next one, what is told stands in
 * {@link stream} for good. Replaces state the shares of the whole chain.
 */
export class NaivePort {
  readonly orders = new Map<number, TrueOrder>();
  readonly stream: ToldReport[] = [];
  readonly inFlight: Request[] = [];
  nextRef = 1;

  /** Takes the next request. @param mood what the venue makes of it: 0 rejects, 1 executes a part at once */
  take(mood: number): void {
    const request = this.inFlight.shift();
    if (request === undefined) return;
    if (request.kind === 'enter') this.enter(request, mood);
    else if (request.kind === 'replace') this.replace(request, mood);
    else this.cancel(request);
  }

  /** The connection breaks: so many of the requests under way still arrive. */
  break(arrive: number): void {
    for (let n = 0; n < arrive; n++) this.take(2);
    this.inFlight.length = 0;
  }

  /** Executes shares of a resting order. */
  execute(order: TrueOrder, shares: number, price4: number): void {
    const executed = Math.min(shares, order.open);
    if (executed === 0) return;
    const match = ++lastMatch;
    order.open -= executed;
    order.executed += executed;
    order.fills.set(match, { shares: executed, price4 });
    this.tell(ReportKind.executed, { ref: order.ref, shares: executed, price4, matchLo: match });
  }

  /** Takes shares off by itself. */
  reduce(order: TrueOrder, shares: number): void {
    const taken = Math.min(shares, order.open);
    if (taken === 0) return;
    order.open -= taken;
    this.tell(ReportKind.cancelled, { ref: order.ref, shares: taken, reason: ReportReason.supervisory });
  }

  bust(order: TrueOrder, match: number): void {
    const fill = order.fills.get(match);
    if (fill === undefined || fill.shares === 0) return;
    fill.shares = 0;
    this.tell(ReportKind.broken, { ref: order.ref, matchLo: match });
  }

  /** Each execution is corrected once at most. */
  correct(order: TrueOrder, match: number, shares: number, price4: number): void {
    const fill = order.fills.get(match);
    if (fill === undefined || fill.shares === 0) return;
    if (this.stream.some((report) => report.kind === ReportKind.corrected && report.matchLo === match)) return;
    if (fill.shares === shares && fill.price4 === price4) return;
    fill.shares = shares;
    fill.price4 = price4;
    this.tell(ReportKind.corrected, { ref: order.ref, shares, price4, matchLo: match });
  }

  /** Most shares that the order of that first reference can still trade, requests under way included. */
  canStill(firstRef: number): number {
    const order = this.orders.get(firstRef);
    let most = order?.open ?? 0;
    let live = order !== undefined && order.open > 0;
    const executed = order?.executed ?? 0;
    for (const request of this.inFlight) {
      if (request.kind === 'enter' && request.ref === firstRef) {
        most = request.shares;
        live = true;
      } else if (request.kind === 'replace' && live && this.chainOf(request.previousRef) === firstRef) {
        most = Math.max(most, request.shares - executed);
      }
    }
    return most;
  }

  /** Signed shares traded, busts and corrections counted. */
  position(): number {
    let sum = 0;
    for (const order of this.orders.values()) {
      for (const { shares } of order.fills.values()) sum += order.side === Side.buy ? shares : -shares;
    }
    return sum;
  }

  private enter(request: Request & { kind: 'enter' }, mood: number): void {
    if (request.ref < this.nextRef) return;
    this.nextRef = request.ref + 1;
    const { ref, side, shares, price4 } = request;
    if (mood === 0) {
      this.tell(ReportKind.rejected, { ref, reason: ReportReason.other });
      return;
    }
    const order: TrueOrder = { firstRef: ref, side, ref, open: shares, price4, executed: 0, fills: new Map() };
    this.orders.set(ref, order);
    this.tell(ReportKind.accepted, { ref, shares, price4 });
    if (mood === 1) this.execute(order, Math.ceil(shares / 2), price4);
  }

  private replace(request: Request & { kind: 'replace' }, mood: number): void {
    const order = this.live(request.previousRef);
    if (request.ref < this.nextRef) return;
    this.nextRef = request.ref + 1;
    if (order === undefined) return;
    if (mood === 0) {
      this.tell(ReportKind.rejected, { ref: request.ref, reason: ReportReason.other });
      return;
    }
    if (request.shares <= order.executed) {
      this.reduce(order, order.open);
      return;
    }
    order.open = request.shares - order.executed;
    order.ref = request.ref;
    order.price4 = request.price4;
    const { ref, previousRef, price4 } = request;
    this.tell(ReportKind.replaced, { ref, previousRef, shares: order.open, price4 });
  }

  private cancel(request: Request & { kind: 'cancel' }): void {
    const order = this.live(request.ref);
    if (order === undefined) return;
    const { ref, open } = order;
    order.open = 0;
    this.tell(ReportKind.cancelled, { ref, shares: open, reason: ReportReason.byUser });
  }

  private live(ref: number): TrueOrder | undefined {
    for (const order of this.orders.values()) if (order.ref === ref && order.open > 0) return order;
    return undefined;
  }

  /** First reference of the order that stands or will stand under `ref`. */
  private chainOf(ref: number): number {
    for (const order of this.orders.values()) if (order.ref === ref) return order.firstRef;
    for (const request of this.inFlight) {
      if (request.kind === 'replace' && request.ref === ref) return this.chainOf(request.previousRef);
    }
    return ref;
  }

  private tell(kind: number, of: Partial<ToldReport>): void {
    this.stream.push({ kind, ref: 0, previousRef: 0, shares: 0, price4: 0, matchLo: 0, reason: 0, ...of });
  }
}
