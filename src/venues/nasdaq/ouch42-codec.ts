import type { OrderConnectionOptions } from '../../order/order-protocol.ts';
import { Side, TimeInForce } from '../../order/terms.ts';
import { ReportCell, ReportKind, ReportReason, type VenueReport } from '../../order/venue-report.ts';
import type { OuchCodec, OuchPackets } from './ouch-codec.ts';
import { CANCEL_REASONS, OUCH42_REJECT_REASONS } from './ouch-reasons.ts';
import { OuchRefusal } from './ouch-refusal.ts';
import { sideCode, sideOfCode } from './ouch-side.ts';
import { packetTemplate } from './ouch-template.ts';
import { OuchTokens } from './ouch-token.ts';
import * as ends from './ouch42-end-reports.ts';
import * as orders from './ouch42-order-reports.ts';
import { CancelOrder, EnterOrder, ReplaceOrder } from './ouch42-requests.ts';
import { checkOutbound } from './ouch42-shape.ts';
import * as trades from './ouch42-trade-reports.ts';
import { readU64 } from './wire.ts';

/** Fields that are patched into a packet, by their offset in the message. */
const EnterAt = { token: 1, side: 15, shares: 16, symbolHi: 20, symbolLo: 24, price: 28, timeInForce: 32 } as const;
const ReplaceAt = { previousToken: 1, token: 15, shares: 29, price: 33 } as const;
const CancelAt = { token: 1, shares: 15 } as const;
const IMMEDIATE_SECONDS = 0;
const MARKET_HOURS_SECONDS = 99998;
const DEAD = 0x44; // D
const START_OF_DAY = 0x53; // S
const END_OF_DAY = 0x45; // E
const TIMESTAMP_OFFSET = 1;
/** Where the token, or the code of a system event, stands in a report. */
const TOKEN_OFFSET = 9;
const PREVIOUS_TOKEN_OFFSET = 65;

/**
 * A probe: one share, immediate or cancel, at a price at which nobody trades, and of no fewer than one share, by which
 * it is told from every order of ours: those ask for no fewest shares. A connection that reads the end of a probe
 * without its beginning (the one before was cut between the two) can't tell it from the order's own: the order half,
 * which has been told of the beginning, does (`OrderFlag.probed`).
 */
const Probe = { shares: 1, minShares: 1, buyPrice4: 1, sellPrice4: 1_999_999_900 } as const;

/** OUCH 4.2 as a client speaks it. References stand in the tokens. */
export class Ouch42Codec implements OuchCodec {
  readonly packets: OuchPackets;
  probeAnswer = false;
  /** References under which this connection has sent a probe, and those of them that the venue took. Not on the hot path. */
  private readonly probed = new Set<number>();
  private readonly taken = new Set<number>();
  private readonly tokens: OuchTokens;
  private readonly accepted = new orders.Accepted();
  private readonly replaced = new orders.Replaced();
  private readonly priorityUpdate = new orders.OrderPriorityUpdate();
  private readonly modified = new orders.OrderModified();
  private readonly canceled = new ends.Canceled();
  private readonly aiqCanceled = new ends.AiqCanceled();
  private readonly rejected = new ends.Rejected();
  private readonly executed = new trades.Executed();
  private readonly broken = new trades.BrokenTrade();
  private readonly correction = new trades.TradeCorrection();

  constructor(options: OrderConnectionOptions) {
    const tokens = new OuchTokens(options.day);
    this.tokens = tokens;
    const display = (options.display ?? 'Y').charCodeAt(0);
    const no = 'N'.charCodeAt(0);
    const enter = (view: DataView): EnterOrder => {
      const message = new EnterOrder().begin(view, 0);
      tokens.write(view, EnterAt.token, 0);
      message.timeInForce = MARKET_HOURS_SECONDS;
      message.firm = options.firm ?? '';
      message.display = display;
      message.capacity = (options.capacity ?? 'P').charCodeAt(0);
      message.iso = no;
      message.crossType = no;
      message.customerType = no;
      return message;
    };
    const enterPacket = packetTemplate((view) => {
      enter(view);
      return EnterOrder.bytes;
    });
    const barrierPacket = packetTemplate((view) => {
      const message = enter(view);
      message.shares = Probe.shares;
      message.minQty = Probe.minShares;
      message.timeInForce = IMMEDIATE_SECONDS;
      return EnterOrder.bytes;
    });
    const replacePacket = packetTemplate((view) => {
      const message = new ReplaceOrder().begin(view, 0);
      tokens.write(view, ReplaceAt.previousToken, 0);
      tokens.write(view, ReplaceAt.token, 0);
      message.timeInForce = MARKET_HOURS_SECONDS;
      message.display = display;
      message.iso = no;
      return ReplaceOrder.bytes;
    });
    const cancelPacket = packetTemplate((view) => {
      new CancelOrder().begin(view, 0);
      tokens.write(view, CancelAt.token, 0);
      return CancelOrder.bytes;
    });
    this.packets = { enter: enterPacket, replace: replacePacket, cancel: cancelPacket, barrier: barrierPacket };
  }

  restart(): void {
    this.probed.clear();
    this.taken.clear();
  }

  enter(
    view: DataView,
    message: number,
    ref: number,
    side: number,
    marking: number,
    shares: number,
    symbolHi: number,
    symbolLo: number,
    price4: number,
    timeInForce: number,
  ): void {
    this.tokens.writeRef(view, (message + EnterAt.token) | 0, ref);
    view.setInt8((message + EnterAt.side) | 0, sideCode(side, marking));
    view.setInt32((message + EnterAt.shares) | 0, shares);
    view.setInt32((message + EnterAt.symbolHi) | 0, symbolHi);
    view.setInt32((message + EnterAt.symbolLo) | 0, symbolLo);
    view.setInt32((message + EnterAt.price) | 0, price4);
    if (timeInForce === TimeInForce.immediateOrCancel) {
      view.setInt32((message + EnterAt.timeInForce) | 0, IMMEDIATE_SECONDS);
    }
  }

  replace(view: DataView, message: number, previousRef: number, ref: number, shares: number, price4: number): void {
    this.tokens.writeRef(view, (message + ReplaceAt.previousToken) | 0, previousRef);
    this.tokens.writeRef(view, (message + ReplaceAt.token) | 0, ref);
    view.setInt32((message + ReplaceAt.shares) | 0, shares);
    view.setInt32((message + ReplaceAt.price) | 0, price4);
  }

  cancel(view: DataView, message: number, ref: number, shares: number): void {
    this.tokens.writeRef(view, (message + CancelAt.token) | 0, ref);
    view.setInt32((message + CancelAt.shares) | 0, shares);
  }

  barrier(view: DataView, message: number, ref: number, side: number, symbolHi: number, symbolLo: number): void {
    this.tokens.writeRef(view, (message + EnterAt.token) | 0, ref);
    const sells = side === Side.sell;
    view.setInt8((message + EnterAt.side) | 0, sideCode(side, 0));
    view.setInt32((message + EnterAt.symbolHi) | 0, symbolHi);
    view.setInt32((message + EnterAt.symbolLo) | 0, symbolLo);
    view.setInt32((message + EnterAt.price) | 0, sells ? Probe.sellPrice4 : Probe.buyPrice4);
    this.probed.add(ref);
  }

  decode(view: DataView, offset: number, length: number, report: VenueReport): number {
    const refusal = checkOutbound(view, offset, length);
    if (refusal !== OuchRefusal.none) return refusal;
    report.clear();
    this.probeAnswer = false;
    report.cells[ReportCell.venueNs] = readU64(view, offset + TIMESTAMP_OFFSET);
    const type = view.getUint8(offset);
    if (type === orders.SystemEvent.type) return systemEvent(view, offset, report);
    report.ref = this.tokens.read(view, offset + TOKEN_OFFSET);
    if (report.ref === 0) return OuchRefusal.foreign;
    switch (type) {
      case orders.Accepted.type:
        return this.orderAccepted(view, offset, report);
      case trades.Executed.type:
      case trades.ExecutedWithReferencePrice.type:
        return this.orderExecuted(view, offset, report);
      case orders.Replaced.type:
        return this.orderReplaced(view, offset, report);
      case ends.Canceled.type: {
        const message = this.canceled.wrap(view, offset);
        report.kind = ReportKind.cancelled;
        report.shares = message.decrementShares | 0;
        report.venueReason = message.reason;
        report.reason = CANCEL_REASONS[report.venueReason];
        this.probeAnswer = this.taken.has(report.ref);
        return judged(report);
      }
      case ends.Rejected.type:
        report.kind = ReportKind.rejected;
        report.venueReason = this.rejected.wrap(view, offset).reason;
        report.reason = OUCH42_REJECT_REASONS[report.venueReason];
        this.probeAnswer = this.probed.has(report.ref);
        return OuchRefusal.none;
      default:
        return this.rare(view, offset, type, report);
    }
  }

  private orderAccepted(view: DataView, offset: number, report: VenueReport): number {
    const message = this.accepted.wrap(view, offset);
    report.kind = message.orderState === DEAD ? ReportKind.acceptedDead : ReportKind.accepted;
    report.side = sideOfCode(message.side);
    report.shares = message.shares | 0;
    report.price4 = message.price4 | 0;
    report.orderRefHi = message.orderRefHi;
    report.orderRefLo = message.orderRefLo;
    if ((message.minQty | 0) === Probe.minShares && report.shares === Probe.shares) {
      // Also the probe of an earlier connection, read in a replay.
      this.probeAnswer = report.price4 === (report.side === Side.sell ? Probe.sellPrice4 : Probe.buyPrice4);
      if (this.probeAnswer) this.taken.add(report.ref);
    }
    return judged(report);
  }

  private orderReplaced(view: DataView, offset: number, report: VenueReport): number {
    report.previousRef = this.tokens.read(view, offset + PREVIOUS_TOKEN_OFFSET);
    if (report.previousRef === 0) return OuchRefusal.foreign;
    const message = this.replaced.wrap(view, offset);
    report.kind = message.orderState === DEAD ? ReportKind.replacedDead : ReportKind.replaced;
    report.side = sideOfCode(message.side);
    report.shares = message.shares | 0;
    report.price4 = message.price4 | 0;
    report.orderRefHi = message.orderRefHi;
    report.orderRefLo = message.orderRefLo;
    return judged(report);
  }

  private orderExecuted(view: DataView, offset: number, report: VenueReport): number {
    // One with a reference price only has more behind.
    const message = this.executed.wrap(view, offset);
    report.kind = ReportKind.executed;
    report.shares = message.executedShares | 0;
    report.price4 = message.executionPrice4 | 0;
    report.liquidity = message.liquidity;
    report.matchHi = message.matchHi;
    report.matchLo = message.matchLo;
    return judged(report);
  }

  private rare(view: DataView, offset: number, type: number, report: VenueReport): number {
    switch (type) {
      case ends.AiqCanceled.type: {
        const message = this.aiqCanceled.wrap(view, offset);
        report.kind = ReportKind.selfMatchCancelled;
        report.shares = message.decrementShares | 0;
        report.price4 = message.executionPrice4 | 0;
        report.venueReason = message.reason;
        report.reason = ReportReason.selfMatch;
        return judged(report);
      }
      case trades.BrokenTrade.type: {
        const message = this.broken.wrap(view, offset);
        report.kind = ReportKind.broken;
        report.matchHi = message.matchHi;
        report.matchLo = message.matchLo;
        report.venueReason = message.reason;
        report.reason = ReportReason.other;
        return OuchRefusal.none;
      }
      case trades.TradeCorrection.type: {
        const message = this.correction.wrap(view, offset);
        report.kind = ReportKind.corrected;
        report.shares = message.executedShares | 0;
        report.price4 = message.executionPrice4 | 0;
        report.liquidity = message.liquidity;
        report.matchHi = message.matchHi;
        report.matchLo = message.matchLo;
        report.venueReason = message.reason;
        report.reason = ReportReason.other;
        return judged(report);
      }
      case ends.CancelPending.type:
        report.kind = ReportKind.cancelPending;
        return OuchRefusal.none;
      case ends.CancelReject.type:
        report.kind = ReportKind.cancelRejected;
        return OuchRefusal.none;
      case orders.OrderPriorityUpdate.type: {
        const message = this.priorityUpdate.wrap(view, offset);
        report.kind = ReportKind.repriced;
        report.price4 = message.price4 | 0;
        report.orderRefHi = message.orderRefHi;
        report.orderRefLo = message.orderRefLo;
        return judged(report);
      }
      case orders.OrderModified.type: {
        const message = this.modified.wrap(view, offset);
        report.kind = ReportKind.modified;
        report.side = sideOfCode(message.side);
        report.shares = message.shares | 0;
        return judged(report);
      }
      default:
        // Trade Now, given back: says nothing of the order.
        return OuchRefusal.none;
    }
  }
}

/** An order of ours has no price or shares above 2^31 - 1. */
function judged(report: VenueReport): number {
  return report.price4 < 0 || report.shares < 0 || report.side < 0 ? OuchRefusal.outOfRange : OuchRefusal.none;
}

function systemEvent(view: DataView, offset: number, report: VenueReport): number {
  const event = view.getUint8(offset + TOKEN_OFFSET);
  if (event === START_OF_DAY) report.kind = ReportKind.startOfDay;
  else if (event === END_OF_DAY) report.kind = ReportKind.endOfDay;
  return OuchRefusal.none;
}
