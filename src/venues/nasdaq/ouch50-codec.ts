import type { OrderConnectionOptions } from '../../order/order-protocol.ts';
import { TimeInForce } from '../../order/terms.ts';
import { ReportCell, ReportKind, ReportReason, type VenueReport } from '../../order/venue-report.ts';
import type { OuchCodec, OuchPackets } from './ouch-codec.ts';
import { CANCEL_REASONS, OUCH50_REJECT_REASONS, reasonOf } from './ouch-reasons.ts';
import { OuchRefusal } from './ouch-refusal.ts';
import { sideCode, sideOfCode } from './ouch-side.ts';
import { packetTemplate } from './ouch-template.ts';
import { AppendageReader, AppendageWriter, Tag } from './ouch50-appendage.ts';
import * as ends from './ouch50-end-reports.ts';
import * as orders from './ouch50-order-reports.ts';
import * as ports from './ouch50-port-reports.ts';
import { AccountQuery, CancelOrder, EnterOrder, ReplaceOrder } from './ouch50-requests.ts';
import { OUTBOUND_SHAPES, Ouch50Shapes } from './ouch50-shape.ts';
import * as trades from './ouch50-trade-reports.ts';
import { readU64 } from './wire.ts';

/** Fields that are patched into a packet, by their offset in the message. */
const EnterAt = { ref: 1, side: 5, shares: 6, symbolHi: 10, symbolLo: 14, priceLo: 22, timeInForce: 26 } as const;
const ReplaceAt = { previousRef: 1, ref: 5, shares: 9, priceLo: 17 } as const;
const CancelAt = { ref: 1, shares: 5 } as const;
const DAY = 0x30; // 0
const IMMEDIATE = 0x33; // 3
const DEAD = 0x44; // D
const START_OF_DAY = 0x53; // S
const END_OF_DAY = 0x45; // E
const TIMESTAMP_OFFSET = 1;
/** Where the reference stands in all messages but those of two references. */
const REF_OFFSET = 9;

/** OUCH 5.0 as a client speaks it. References are UserRefNums. */
export class Ouch50Codec implements OuchCodec {
  readonly packets: OuchPackets;
  readonly probeAnswer = false;
  private readonly shapes = new Ouch50Shapes(OUTBOUND_SHAPES);
  private readonly appendage = new AppendageReader();
  private readonly accepted = new orders.OrderAccepted();
  private readonly replaced = new orders.OrderReplaced();
  private readonly priorityUpdate = new orders.OrderPriorityUpdate();
  private readonly modified = new orders.OrderModified();
  private readonly restated = new orders.OrderRestated();
  private readonly canceled = new ends.OrderCanceled();
  private readonly aiqCanceled = new ends.AiqCanceled();
  private readonly rejected = new ends.Rejected();
  private readonly executed = new trades.OrderExecuted();
  private readonly broken = new trades.BrokenTrade();
  private readonly correction = new trades.TradeCorrection();
  private readonly queried = new ports.AccountQueryResponse();

  constructor(options: OrderConnectionOptions) {
    const display = (options.display ?? 'Y').charCodeAt(0);
    const capacity = (options.capacity ?? 'P').charCodeAt(0);
    const no = 'N'.charCodeAt(0);
    const writer = new AppendageWriter();
    const enterPacket = packetTemplate((view) => {
      const message = new EnterOrder().begin(view, 0);
      message.timeInForce = DAY;
      message.display = display;
      message.capacity = capacity;
      message.iso = no;
      message.crossType = no;
      message.clOrdId = '';
      writer.begin(view, EnterOrder.bytes);
      if (options.firm !== undefined && options.firm !== '') writer.text(Tag.firm, options.firm);
      return EnterOrder.bytes + writer.end();
    });
    const replacePacket = packetTemplate((view) => {
      const message = new ReplaceOrder().begin(view, 0);
      message.timeInForce = DAY;
      message.display = display;
      message.iso = no;
      message.clOrdId = '';
      return ReplaceOrder.bytes + writer.begin(view, ReplaceOrder.bytes).end();
    });
    const cancelPacket = packetTemplate((view) => {
      new CancelOrder().begin(view, 0);
      return CancelOrder.bytes;
    });
    const barrierPacket = packetTemplate((view) => {
      new AccountQuery().begin(view, 0);
      return AccountQuery.bytes;
    });
    this.packets = { enter: enterPacket, replace: replacePacket, cancel: cancelPacket, barrier: barrierPacket };
  }

  restart(): void {}

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
    view.setInt32((message + EnterAt.ref) | 0, ref);
    view.setInt8((message + EnterAt.side) | 0, sideCode(side, marking));
    view.setInt32((message + EnterAt.shares) | 0, shares);
    view.setInt32((message + EnterAt.symbolHi) | 0, symbolHi);
    view.setInt32((message + EnterAt.symbolLo) | 0, symbolLo);
    view.setInt32((message + EnterAt.priceLo) | 0, price4);
    if (timeInForce === TimeInForce.immediateOrCancel) view.setInt8((message + EnterAt.timeInForce) | 0, IMMEDIATE);
  }

  replace(view: DataView, message: number, previousRef: number, ref: number, shares: number, price4: number): void {
    view.setInt32((message + ReplaceAt.previousRef) | 0, previousRef);
    view.setInt32((message + ReplaceAt.ref) | 0, ref);
    view.setInt32((message + ReplaceAt.shares) | 0, shares);
    view.setInt32((message + ReplaceAt.priceLo) | 0, price4);
  }

  cancel(view: DataView, message: number, ref: number, shares: number): void {
    view.setInt32((message + CancelAt.ref) | 0, ref);
    view.setInt32((message + CancelAt.shares) | 0, shares);
  }

  barrier(): void {
    // The query says nothing but that it is one.
  }

  decode(view: DataView, offset: number, length: number, report: VenueReport): number {
    const refusal = this.shapes.check(view, offset, length);
    if (refusal !== OuchRefusal.none) return refusal;
    report.clear();
    report.cells[ReportCell.venueNs] = readU64(view, offset + TIMESTAMP_OFFSET);
    const type = view.getUint8(offset);
    if (type === ports.SystemEvent.type) return this.systemEvent(view, offset, report);
    if (type === ports.AccountQueryResponse.type) return this.nextRef(view, offset, report);
    report.ref = view.getInt32(offset + REF_OFFSET);
    if (type !== orders.OrderReplaced.type && report.ref <= 0) return OuchRefusal.foreign;
    switch (type) {
      case orders.OrderAccepted.type:
        return this.orderAccepted(view, offset, report);
      case trades.OrderExecuted.type:
        return this.orderExecuted(view, offset, report);
      case orders.OrderReplaced.type:
        return this.orderReplaced(view, offset, report);
      case ends.OrderCanceled.type: {
        const message = this.canceled.wrap(view, offset);
        report.kind = ReportKind.cancelled;
        report.shares = message.quantity | 0;
        report.venueReason = message.reason;
        report.reason = CANCEL_REASONS[report.venueReason];
        return report.shares < 0 ? OuchRefusal.outOfRange : OuchRefusal.none;
      }
      case ends.Rejected.type:
        report.kind = ReportKind.rejected;
        report.venueReason = this.rejected.wrap(view, offset).reason;
        report.reason = reasonOf(OUCH50_REJECT_REASONS, report.venueReason);
        return OuchRefusal.none;
      default:
        return this.rare(view, offset, type, report);
    }
  }

  private orderAccepted(view: DataView, offset: number, report: VenueReport): number {
    const message = this.accepted.wrap(view, offset);
    report.kind = message.orderState === DEAD ? ReportKind.acceptedDead : ReportKind.accepted;
    report.side = sideOfCode(message.side);
    report.shares = message.quantity | 0;
    report.orderRefHi = message.orderRefHi;
    report.orderRefLo = message.orderRefLo;
    return priced(report, message.priceHi, message.priceLo);
  }

  private orderReplaced(view: DataView, offset: number, report: VenueReport): number {
    const message = this.replaced.wrap(view, offset);
    report.previousRef = message.origUserRefNum | 0;
    report.ref = message.userRefNum | 0;
    if (report.ref <= 0 || report.previousRef <= 0) return OuchRefusal.foreign;
    report.kind = message.orderState === DEAD ? ReportKind.replacedDead : ReportKind.replaced;
    report.side = sideOfCode(message.side);
    report.shares = message.quantity | 0;
    report.orderRefHi = message.orderRefHi;
    report.orderRefLo = message.orderRefLo;
    return priced(report, message.priceHi, message.priceLo);
  }

  private orderExecuted(view: DataView, offset: number, report: VenueReport): number {
    const message = this.executed.wrap(view, offset);
    report.kind = ReportKind.executed;
    report.shares = message.quantity | 0;
    report.liquidity = message.liquidity;
    report.matchHi = message.matchHi;
    report.matchLo = message.matchLo;
    return priced(report, message.priceHi, message.priceLo);
  }

  private rare(view: DataView, offset: number, type: number, report: VenueReport): number {
    switch (type) {
      case ends.AiqCanceled.type: {
        const message = this.aiqCanceled.wrap(view, offset);
        report.kind = ReportKind.selfMatchCancelled;
        report.shares = message.decrementShares | 0;
        report.venueReason = message.reason;
        report.reason = ReportReason.selfMatch;
        return priced(report, message.executionPriceHi, message.executionPriceLo);
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
        report.shares = message.quantity | 0;
        report.liquidity = message.liquidity;
        report.matchHi = message.matchHi;
        report.matchLo = message.matchLo;
        report.venueReason = message.reason;
        report.reason = ReportReason.other;
        return priced(report, message.priceHi, message.priceLo);
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
        report.orderRefHi = message.orderRefHi;
        report.orderRefLo = message.orderRefLo;
        return priced(report, message.priceHi, message.priceLo);
      }
      case orders.OrderModified.type: {
        const message = this.modified.wrap(view, offset);
        report.kind = ReportKind.modified;
        report.side = sideOfCode(message.side);
        report.shares = message.quantity | 0;
        return priced(report, 0, 0);
      }
      case orders.OrderRestated.type:
        return this.orderRestated(view, offset, report);
      case ports.MassCancelResponse.type:
        report.kind = ReportKind.massCancelled;
        return OuchRefusal.none;
      case ports.DisableOrderEntryResponse.type:
        report.kind = ReportKind.orderEntryDisabled;
        return OuchRefusal.none;
      default:
        report.kind = ReportKind.orderEntryEnabled;
        return OuchRefusal.none;
    }
  }

  private orderRestated(view: DataView, offset: number, report: VenueReport): number {
    report.kind = ReportKind.restated;
    report.venueReason = this.restated.wrap(view, offset).reason;
    report.reason = ReportReason.other;
    const elements = this.appendage.wrap(view, this.shapes.elementsOffset, this.shapes.elementsLength);
    if (elements.find(Tag.secondaryOrderRef)) {
      report.orderRefHi = elements.int32Hi;
      report.orderRefLo = elements.int32;
    }
    if (elements.find(Tag.displayQuantity)) report.shares = elements.int32;
    return elements.find(Tag.displayPrice) ? priced(report, elements.int32Hi, elements.int32) : priced(report, 0, 0);
  }

  private systemEvent(view: DataView, offset: number, report: VenueReport): number {
    const event = view.getUint8(offset + REF_OFFSET);
    if (event === START_OF_DAY) report.kind = ReportKind.startOfDay;
    else if (event === END_OF_DAY) report.kind = ReportKind.endOfDay;
    return OuchRefusal.none;
  }

  private nextRef(view: DataView, offset: number, report: VenueReport): number {
    report.kind = ReportKind.nextRef;
    report.ref = this.queried.wrap(view, offset).nextUserRefNum | 0;
    return report.ref < 0 ? OuchRefusal.outOfRange : OuchRefusal.none;
  }
}

/** Takes the price over and judges what was read: an order of ours has no price or shares above 2^31 - 1. */
function priced(report: VenueReport, hi: number, lo: number): number {
  report.price4 = lo;
  return hi !== 0 || lo < 0 || report.shares < 0 || report.side < 0 ? OuchRefusal.outOfRange : OuchRefusal.none;
}
