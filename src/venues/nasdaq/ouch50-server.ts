import { OuchRefusal } from './ouch-refusal.ts';
import { OrderStateCode, type OuchRejectCodes, type OuchReply, OuchReplyKind, type OuchServer } from './ouch-reply.ts';
import {
  CLIENT_ID_BYTES,
  OuchLifetime,
  type OuchRequest,
  OuchRequestKind,
  readClientId,
  writeClientId,
} from './ouch-request.ts';
import { AppendageWriter, Tag } from './ouch50-appendage.ts';
import * as ends from './ouch50-end-reports.ts';
import * as orders from './ouch50-order-reports.ts';
import * as ports from './ouch50-port-reports.ts';
import * as requests from './ouch50-requests.ts';
import { INBOUND_SHAPES, Ouch50Shapes } from './ouch50-shape.ts';
import * as trades from './ouch50-trade-reports.ts';

const Lifetime50 = { day: 0x30, immediate: 0x33, extended: 0x35, seconds: 0x36, afterHours: 0x45 } as const;
const OUT_OF_RANGE = -1;

/** The venue's side of OUCH 5.0. */
export class Ouch50Server implements OuchServer {
  readonly name = 'ouch50';
  readonly rejectCodes: OuchRejectCodes = {
    halted: 7,
    closed: 2,
    symbol: 23,
    price: 29,
    shares: 30,
    side: 9,
    display: 3,
    firm: 12,
    minShares: 13,
    notAllowed: 21,
    other: 15,
  };
  private readonly shapes = new Ouch50Shapes(INBOUND_SHAPES);
  private readonly appendage = new AppendageWriter();
  private readonly enterOrder = new requests.EnterOrder();
  private readonly replaceOrder = new requests.ReplaceOrder();
  private readonly cancelOrder = new requests.CancelOrder();
  private readonly modifyOrder = new requests.ModifyOrder();
  private readonly massCancel = new requests.MassCancel();
  private readonly disableEntry = new requests.DisableOrderEntry();
  private readonly accepted = new orders.OrderAccepted();
  private readonly replaced = new orders.OrderReplaced();
  private readonly priorityUpdate = new orders.OrderPriorityUpdate();
  private readonly modified = new orders.OrderModified();
  private readonly restated = new orders.OrderRestated();
  private readonly canceled = new ends.OrderCanceled();
  private readonly aiqCanceled = new ends.AiqCanceled();
  private readonly rejected = new ends.Rejected();
  private readonly cancelPending = new ends.CancelPending();
  private readonly cancelReject = new ends.CancelReject();
  private readonly executed = new trades.OrderExecuted();
  private readonly broken = new trades.BrokenTrade();
  private readonly correction = new trades.TradeCorrection();
  private readonly systemEvent = new ports.SystemEvent();
  private readonly massCancelled = new ports.MassCancelResponse();
  private readonly entryDisabled = new ports.DisableOrderEntryResponse();
  private readonly entryEnabled = new ports.EnableOrderEntryResponse();
  private readonly queried = new ports.AccountQueryResponse();

  parse(view: DataView, offset: number, length: number, request: OuchRequest): number {
    const refusal = this.shapes.check(view, offset, length);
    if (refusal !== OuchRefusal.none) return refusal;
    request.clear();
    request.appendage.wrap(view, this.shapes.elementsOffset, this.shapes.elementsLength);
    switch (view.getUint8(offset)) {
      case requests.EnterOrder.type:
        this.parseEnter(view, offset, request);
        break;
      case requests.ReplaceOrder.type:
        this.parseReplace(view, offset, request);
        break;
      case requests.CancelOrder.type: {
        const message = this.cancelOrder.wrap(view, offset);
        request.kind = OuchRequestKind.cancel;
        request.ref = message.userRefNum | 0;
        request.shares = inRange(0, message.quantity | 0);
        break;
      }
      case requests.ModifyOrder.type: {
        const message = this.modifyOrder.wrap(view, offset);
        request.kind = OuchRequestKind.modify;
        request.ref = message.userRefNum | 0;
        request.side = message.side;
        request.shares = inRange(0, message.quantity | 0);
        break;
      }
      case requests.MassCancel.type: {
        const message = this.massCancel.wrap(view, offset);
        request.kind = OuchRequestKind.massCancel;
        request.ref = message.userRefNum | 0;
        request.firmKey = message.firmKey;
        request.symbolHi = message.symbolHi;
        request.symbolLo = message.symbolLo;
        if (request.appendage.find(Tag.side)) request.side = request.appendage.int32;
        break;
      }
      case requests.DisableOrderEntry.type:
      case requests.EnableOrderEntry.type: {
        const message = this.disableEntry.wrap(view, offset);
        const disable = view.getUint8(offset) === requests.DisableOrderEntry.type;
        request.kind = disable ? OuchRequestKind.disableEntry : OuchRequestKind.enableEntry;
        request.ref = message.userRefNum | 0;
        request.firmKey = message.firmKey;
        break;
      }
      default:
        request.kind = OuchRequestKind.query;
    }
    if (request.appendage.find(Tag.userRefIdx)) request.userRefIdx = request.appendage.int32;
    return OuchRefusal.none;
  }

  write(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.accepted:
        return this.writeAccepted(view, offset, reply);
      case OuchReplyKind.replaced:
        return this.writeReplaced(view, offset, reply);
      case OuchReplyKind.executed:
      case OuchReplyKind.brokenTrade:
      case OuchReplyKind.tradeCorrection:
        return this.writeTrade(view, offset, reply);
      case OuchReplyKind.canceled:
      case OuchReplyKind.aiqCanceled:
      case OuchReplyKind.rejected:
      case OuchReplyKind.cancelPending:
      case OuchReplyKind.cancelReject:
        return this.writeEnd(view, offset, reply);
      case OuchReplyKind.priorityUpdate:
      case OuchReplyKind.modified:
      case OuchReplyKind.restated:
        return this.writeChange(view, offset, reply);
      default:
        return this.writePort(view, offset, reply);
    }
  }

  private parseEnter(view: DataView, offset: number, request: OuchRequest): void {
    const message = this.enterOrder.wrap(view, offset);
    request.kind = OuchRequestKind.enter;
    request.ref = message.userRefNum | 0;
    request.side = message.side;
    request.shares = inRange(0, message.quantity | 0);
    request.symbolHi = message.symbolHi;
    request.symbolLo = message.symbolLo;
    request.price4 = inRange(message.priceHi, message.priceLo);
    request.display = message.display;
    request.capacity = message.capacity;
    request.iso = message.iso;
    request.crossType = message.crossType;
    readClientId(view, offset + requests.EnterOrder.bytes - CLIENT_ID_BYTES, request.id);
    parseLifetime(message.timeInForce, request);
    const { appendage } = request;
    if (appendage.find(Tag.firm)) request.firmKey = appendage.int32;
    if (appendage.find(Tag.minQty)) request.minShares = inRange(0, appendage.int32);
    if (appendage.find(Tag.customerType)) request.customerType = appendage.int32;
    if (appendage.find(Tag.postOnly)) request.postOnly = appendage.int32;
  }

  private parseReplace(view: DataView, offset: number, request: OuchRequest): void {
    const message = this.replaceOrder.wrap(view, offset);
    request.kind = OuchRequestKind.replace;
    request.previousRef = message.origUserRefNum | 0;
    request.ref = message.userRefNum | 0;
    request.shares = inRange(0, message.quantity | 0);
    request.price4 = inRange(message.priceHi, message.priceLo);
    request.display = message.display;
    request.iso = message.iso;
    readClientId(view, offset + requests.ReplaceOrder.bytes - CLIENT_ID_BYTES, request.id);
    parseLifetime(message.timeInForce, request);
    const { appendage } = request;
    if (appendage.find(Tag.minQty)) request.minShares = inRange(0, appendage.int32);
    if (appendage.find(Tag.postOnly)) request.postOnly = appendage.int32;
    if (appendage.find(Tag.side)) request.side = appendage.int32;
  }

  private writeAccepted(view: DataView, offset: number, reply: OuchReply): number {
    describe(stamped(this.accepted.begin(view, offset), reply), reply);
    return this.writeOrderTail(view, offset, orders.OrderAccepted.bytes, reply);
  }

  private writeReplaced(view: DataView, offset: number, reply: OuchReply): number {
    const message = stamped(this.replaced.begin(view, offset), reply);
    message.origUserRefNum = reply.previousRef;
    describe(message, reply);
    return this.writeOrderTail(view, offset, orders.OrderReplaced.bytes, reply);
  }

  /** ClOrdID and appendage of an accepted or replaced order. */
  private writeOrderTail(view: DataView, offset: number, length: number, reply: OuchReply): number {
    writeClientId(view, offset + length - CLIENT_ID_BYTES, reply.id);
    const appendage = this.appendage.begin(view, offset + length);
    if (reply.firmKey !== 0) appendage.number(Tag.firm, reply.firmKey);
    if (reply.minShares !== 0) appendage.number(Tag.minQty, reply.minShares);
    if (reply.lifetime === OuchLifetime.seconds) appendage.number(Tag.expireTime, reply.lifetimeSeconds);
    if (reply.bboWeight !== 0) appendage.number(Tag.bboWeight, reply.bboWeight);
    return length + appendage.end();
  }

  private writeTrade(view: DataView, offset: number, reply: OuchReply): number {
    if (reply.kind === OuchReplyKind.brokenTrade) {
      const message = stamped(this.broken.begin(view, offset), reply);
      message.matchHi = reply.matchHi;
      message.matchLo = reply.matchLo;
      message.reason = reply.reason;
      writeClientId(view, offset + trades.BrokenTrade.bytes - CLIENT_ID_BYTES, reply.id);
      return trades.BrokenTrade.bytes;
    }
    // A correction begins like an execution.
    const corrects = reply.kind === OuchReplyKind.tradeCorrection;
    const message = stamped(corrects ? this.correction.begin(view, offset) : this.executed.begin(view, offset), reply);
    message.quantity = reply.shares;
    message.priceLo = reply.price4;
    message.liquidity = reply.liquidity;
    message.matchHi = reply.matchHi;
    message.matchLo = reply.matchLo;
    if (!corrects) return trades.OrderExecuted.bytes + this.noElements(view, offset + trades.OrderExecuted.bytes);
    this.correction.reason = reply.reason;
    writeClientId(view, offset + trades.TradeCorrection.bytes - CLIENT_ID_BYTES, reply.id);
    return trades.TradeCorrection.bytes;
  }

  private writeEnd(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.canceled: {
        const message = stamped(this.canceled.begin(view, offset), reply);
        message.quantity = reply.shares;
        message.reason = reply.reason;
        return ends.OrderCanceled.bytes;
      }
      case OuchReplyKind.aiqCanceled: {
        const message = stamped(this.aiqCanceled.begin(view, offset), reply);
        message.decrementShares = reply.shares;
        message.reason = reply.reason;
        message.preventedQuantity = reply.preventedShares;
        message.executionPriceLo = reply.price4;
        message.liquidity = reply.liquidity;
        message.aiqStrategy = reply.aiqStrategy;
        return ends.AiqCanceled.bytes;
      }
      case OuchReplyKind.rejected:
        stamped(this.rejected.begin(view, offset), reply).reason = reply.reason;
        writeClientId(view, offset + ends.Rejected.bytes - CLIENT_ID_BYTES, reply.id);
        return ends.Rejected.bytes;
      case OuchReplyKind.cancelPending:
        stamped(this.cancelPending.begin(view, offset), reply);
        return ends.CancelPending.bytes;
      default:
        stamped(this.cancelReject.begin(view, offset), reply);
        return ends.CancelReject.bytes;
    }
  }

  private writeChange(view: DataView, offset: number, reply: OuchReply): number {
    if (reply.kind === OuchReplyKind.priorityUpdate) {
      const message = stamped(this.priorityUpdate.begin(view, offset), reply);
      message.priceLo = reply.price4;
      message.display = reply.display;
      message.orderRefHi = reply.orderRefHi;
      message.orderRefLo = reply.orderRefLo;
      return orders.OrderPriorityUpdate.bytes;
    }
    if (reply.kind === OuchReplyKind.modified) {
      const message = stamped(this.modified.begin(view, offset), reply);
      message.side = reply.side;
      message.quantity = reply.shares;
      return orders.OrderModified.bytes;
    }
    stamped(this.restated.begin(view, offset), reply).reason = reply.reason;
    const appendage = this.appendage.begin(view, offset + orders.OrderRestated.bytes);
    if (reply.orderRefHi !== 0 || reply.orderRefLo !== 0) {
      appendage.u64(Tag.secondaryOrderRef, reply.orderRefHi, reply.orderRefLo);
    }
    if (reply.shares !== 0) appendage.number(Tag.displayQuantity, reply.shares);
    if (reply.price4 !== 0) appendage.number(Tag.displayPrice, reply.price4);
    return orders.OrderRestated.bytes + appendage.end();
  }

  private writePort(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.systemEvent: {
        const message = this.systemEvent.begin(view, offset);
        message.timestampHi = reply.timestampHi;
        message.timestampLo = reply.timestampLo;
        message.eventCode = reply.eventCode;
        return ports.SystemEvent.bytes;
      }
      case OuchReplyKind.massCancelled: {
        const message = stamped(this.massCancelled.begin(view, offset), reply);
        message.firmKey = reply.firmKey;
        message.symbolHi = reply.symbolHi;
        message.symbolLo = reply.symbolLo;
        return ports.MassCancelResponse.bytes + this.noElements(view, offset + ports.MassCancelResponse.bytes);
      }
      case OuchReplyKind.entryDisabled:
        stamped(this.entryDisabled.begin(view, offset), reply).firmKey = reply.firmKey;
        return (
          ports.DisableOrderEntryResponse.bytes + this.noElements(view, offset + ports.DisableOrderEntryResponse.bytes)
        );
      case OuchReplyKind.entryEnabled:
        stamped(this.entryEnabled.begin(view, offset), reply).firmKey = reply.firmKey;
        return (
          ports.EnableOrderEntryResponse.bytes + this.noElements(view, offset + ports.EnableOrderEntryResponse.bytes)
        );
      case OuchReplyKind.nextRef: {
        const message = this.queried.begin(view, offset);
        message.timestampHi = reply.timestampHi;
        message.timestampLo = reply.timestampLo;
        message.nextUserRefNum = reply.ref;
        return ports.AccountQueryResponse.bytes;
      }
      default:
        return 0;
    }
  }

  private noElements(view: DataView, offset: number): number {
    return this.appendage.begin(view, offset).end();
  }
}

interface Stamped {
  timestampHi: number;
  timestampLo: number;
  userRefNum: number;
}

/** Writes what nearly every reply begins with. */
function stamped<Message extends Stamped>(message: Message, reply: OuchReply): Message {
  message.timestampHi = reply.timestampHi;
  message.timestampLo = reply.timestampLo;
  message.userRefNum = reply.ref;
  return message;
}

/** Writes the terms of an order that was accepted or replaced. */
function describe(message: orders.OrderAccepted | orders.OrderReplaced, reply: OuchReply): void {
  message.side = reply.side;
  message.quantity = reply.shares;
  message.symbolHi = reply.symbolHi;
  message.symbolLo = reply.symbolLo;
  message.priceLo = reply.price4;
  message.timeInForce = lifetimeCode(reply.lifetime);
  message.display = reply.display;
  message.orderRefHi = reply.orderRefHi;
  message.orderRefLo = reply.orderRefLo;
  message.capacity = reply.capacity;
  message.iso = reply.iso;
  message.crossType = reply.crossType;
  message.orderState = reply.dead ? OrderStateCode.dead : OrderStateCode.live;
}

function inRange(hi: number, lo: number): number {
  return hi === 0 && lo >= 0 ? lo : OUT_OF_RANGE;
}

function parseLifetime(code: number, request: OuchRequest): void {
  switch (code) {
    case Lifetime50.day:
      request.lifetime = OuchLifetime.day;
      return;
    case Lifetime50.immediate:
      request.lifetime = OuchLifetime.immediate;
      return;
    case Lifetime50.extended:
      request.lifetime = OuchLifetime.extended;
      return;
    case Lifetime50.afterHours:
      request.lifetime = OuchLifetime.afterHours;
      return;
    case Lifetime50.seconds:
      request.lifetime = request.appendage.find(Tag.expireTime) ? OuchLifetime.seconds : OuchLifetime.unknown;
      request.lifetimeSeconds = request.lifetime === OuchLifetime.seconds ? inRange(0, request.appendage.int32) : 0;
      return;
    default:
      request.lifetime = OuchLifetime.unknown;
  }
}

function lifetimeCode(lifetime: number): number {
  switch (lifetime) {
    case OuchLifetime.immediate:
      return Lifetime50.immediate;
    case OuchLifetime.seconds:
      return Lifetime50.seconds;
    case OuchLifetime.extended:
      return Lifetime50.extended;
    case OuchLifetime.afterHours:
      return Lifetime50.afterHours;
    default:
      return Lifetime50.day;
  }
}
