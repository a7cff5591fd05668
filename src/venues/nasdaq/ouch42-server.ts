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
import * as ends from './ouch42-end-reports.ts';
import * as orders from './ouch42-order-reports.ts';
import * as requests from './ouch42-requests.ts';
import { checkInbound, SHORT_ENTER_ORDER_BYTES } from './ouch42-shape.ts';
import * as trades from './ouch42-trade-reports.ts';

/** Seconds to live that mean something else. */
const Lifetime42 = { immediate: 0, marketHours: 99998, systemHours: 99999 } as const;
const OUT_OF_RANGE = -1;
/** Four spaces: no firm named. */
const BLANK_FIRM = 0x20202020;
const TYPE_BYTES = 1;
/** Where the token stands in every reply but the system event. */
const TOKEN_OFFSET = 9;
/** Where `replaced` has the token that is no more. */
const PREVIOUS_TOKEN_OFFSET = 65;

const code = (letter: string): number => letter.charCodeAt(0);

/** The venue's side of OUCH 4.2. */
export class Ouch42Server implements OuchServer {
  readonly name = 'ouch42';
  readonly rejectCodes: OuchRejectCodes = {
    halted: code('H'),
    closed: code('C'),
    symbol: code('S'),
    price: code('X'),
    shares: code('Z'),
    side: code('O'),
    display: code('D'),
    firm: code('L'),
    minShares: code('N'),
    notAllowed: code('O'),
    other: code('O'),
  };
  private readonly enterOrder = new requests.EnterOrder();
  private readonly replaceOrder = new requests.ReplaceOrder();
  private readonly cancelOrder = new requests.CancelOrder();
  private readonly modifyOrder = new requests.ModifyOrder();
  private readonly systemEvent = new orders.SystemEvent();
  private readonly accepted = new orders.Accepted();
  private readonly replaced = new orders.Replaced();
  private readonly priorityUpdate = new orders.OrderPriorityUpdate();
  private readonly modified = new orders.OrderModified();
  private readonly tradeNow = new orders.TradeNowEcho();
  private readonly canceled = new ends.Canceled();
  private readonly aiqCanceled = new ends.AiqCanceled();
  private readonly rejected = new ends.Rejected();
  private readonly cancelPending = new ends.CancelPending();
  private readonly cancelReject = new ends.CancelReject();
  private readonly executed = new trades.Executed();
  private readonly referenced = new trades.ExecutedWithReferencePrice();
  private readonly broken = new trades.BrokenTrade();
  private readonly correction = new trades.TradeCorrection();

  parse(view: DataView, offset: number, length: number, request: OuchRequest): number {
    const refusal = checkInbound(view, offset, length);
    if (refusal !== OuchRefusal.none) return refusal;
    request.clear();
    readClientId(view, offset + TYPE_BYTES, request.id);
    switch (view.getUint8(offset)) {
      case requests.EnterOrder.type:
        this.parseEnter(view, offset, length, request);
        break;
      case requests.ReplaceOrder.type:
        this.parseReplace(view, offset, request);
        break;
      case requests.CancelOrder.type:
        request.kind = OuchRequestKind.cancel;
        request.shares = inRange(this.cancelOrder.wrap(view, offset).shares | 0);
        break;
      case requests.ModifyOrder.type: {
        const message = this.modifyOrder.wrap(view, offset);
        request.kind = OuchRequestKind.modify;
        request.side = message.side;
        request.shares = inRange(message.shares | 0);
        break;
      }
      default:
        request.kind = OuchRequestKind.tradeNow;
    }
    return OuchRefusal.none;
  }

  write(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.accepted:
        return this.writeAccepted(view, offset, reply);
      case OuchReplyKind.replaced:
        return this.writeReplaced(view, offset, reply);
      case OuchReplyKind.executed:
      case OuchReplyKind.executedWithReferencePrice:
      case OuchReplyKind.brokenTrade:
      case OuchReplyKind.tradeCorrection:
        return this.writeTrade(view, offset, reply);
      case OuchReplyKind.canceled:
      case OuchReplyKind.aiqCanceled:
      case OuchReplyKind.rejected:
      case OuchReplyKind.cancelPending:
      case OuchReplyKind.cancelReject:
        return this.writeEnd(view, offset, reply);
      default:
        return this.writeOther(view, offset, reply);
    }
  }

  private parseEnter(view: DataView, offset: number, length: number, request: OuchRequest): void {
    const message = this.enterOrder.wrap(view, offset);
    request.kind = OuchRequestKind.enter;
    request.side = message.side;
    request.shares = inRange(message.shares | 0);
    request.symbolHi = message.stockHi;
    request.symbolLo = message.stockLo;
    request.price4 = inRange(message.price4 | 0);
    request.firmKey = message.firmKey;
    request.display = message.display;
    request.capacity = message.capacity;
    request.iso = message.iso;
    request.minShares = inRange(message.minQty | 0);
    request.crossType = message.crossType;
    if (length > SHORT_ENTER_ORDER_BYTES) request.customerType = message.customerType;
    parseLifetime(message.timeInForce | 0, request);
  }

  private parseReplace(view: DataView, offset: number, request: OuchRequest): void {
    const message = this.replaceOrder.wrap(view, offset);
    request.kind = OuchRequestKind.replace;
    request.previousId.set(request.id);
    readClientId(view, offset + TYPE_BYTES + CLIENT_ID_BYTES, request.id);
    request.shares = inRange(message.shares | 0);
    request.price4 = inRange(message.price4 | 0);
    request.display = message.display;
    request.iso = message.iso;
    request.minShares = inRange(message.minQty | 0);
    parseLifetime(message.timeInForce | 0, request);
  }

  private writeAccepted(view: DataView, offset: number, reply: OuchReply): number {
    describe(named(this.accepted.begin(view, offset), reply), reply);
    return orders.Accepted.bytes;
  }

  private writeReplaced(view: DataView, offset: number, reply: OuchReply): number {
    describe(named(this.replaced.begin(view, offset), reply), reply);
    writeClientId(view, offset + PREVIOUS_TOKEN_OFFSET, reply.previousId);
    return orders.Replaced.bytes;
  }

  private writeTrade(view: DataView, offset: number, reply: OuchReply): number {
    if (reply.kind === OuchReplyKind.brokenTrade) {
      const message = named(this.broken.begin(view, offset), reply);
      message.matchHi = reply.matchHi;
      message.matchLo = reply.matchLo;
      message.reason = reply.reason;
      return trades.BrokenTrade.bytes;
    }
    if (reply.kind === OuchReplyKind.executed) {
      execution(named(this.executed.begin(view, offset), reply), reply);
      return trades.Executed.bytes;
    }
    if (reply.kind === OuchReplyKind.tradeCorrection) {
      execution(named(this.correction.begin(view, offset), reply), reply).reason = reply.reason;
      return trades.TradeCorrection.bytes;
    }
    const message = execution(named(this.referenced.begin(view, offset), reply), reply);
    message.referencePrice4 = reply.referencePrice4;
    message.referencePriceType = reply.referencePriceType;
    return trades.ExecutedWithReferencePrice.bytes;
  }

  private writeEnd(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.canceled: {
        const message = named(this.canceled.begin(view, offset), reply);
        message.decrementShares = reply.shares;
        message.reason = reply.reason;
        return ends.Canceled.bytes;
      }
      case OuchReplyKind.aiqCanceled: {
        const message = named(this.aiqCanceled.begin(view, offset), reply);
        message.decrementShares = reply.shares;
        message.reason = reply.reason;
        message.preventedShares = reply.preventedShares;
        message.executionPrice4 = reply.price4;
        message.liquidity = reply.liquidity;
        return ends.AiqCanceled.bytes;
      }
      case OuchReplyKind.rejected:
        named(this.rejected.begin(view, offset), reply).reason = reply.reason;
        return ends.Rejected.bytes;
      case OuchReplyKind.cancelPending:
        named(this.cancelPending.begin(view, offset), reply);
        return ends.CancelPending.bytes;
      default:
        named(this.cancelReject.begin(view, offset), reply);
        return ends.CancelReject.bytes;
    }
  }

  private writeOther(view: DataView, offset: number, reply: OuchReply): number {
    switch (reply.kind) {
      case OuchReplyKind.systemEvent: {
        const message = this.systemEvent.begin(view, offset);
        message.timestampHi = reply.timestampHi;
        message.timestampLo = reply.timestampLo;
        message.eventCode = reply.eventCode;
        return orders.SystemEvent.bytes;
      }
      case OuchReplyKind.priorityUpdate: {
        const message = named(this.priorityUpdate.begin(view, offset), reply);
        message.price4 = reply.price4;
        message.display = reply.display;
        message.orderRefHi = reply.orderRefHi;
        message.orderRefLo = reply.orderRefLo;
        return orders.OrderPriorityUpdate.bytes;
      }
      case OuchReplyKind.modified: {
        const message = named(this.modified.begin(view, offset), reply);
        message.side = reply.side;
        message.shares = reply.shares;
        return orders.OrderModified.bytes;
      }
      case OuchReplyKind.tradeNow:
        named(this.tradeNow.begin(view, offset), reply);
        return orders.TradeNowEcho.bytes;
      default:
        return 0;
    }
  }
}

interface Named {
  readonly view: DataView;
  readonly offset: number;
  timestampHi: number;
  timestampLo: number;
}

/** Writes what nearly every reply begins with. */
function named<Message extends Named>(message: Message, reply: OuchReply): Message {
  message.timestampHi = reply.timestampHi;
  message.timestampLo = reply.timestampLo;
  writeClientId(message.view, message.offset + TOKEN_OFFSET, reply.id);
  return message;
}

/** Writes the terms of an order that was accepted or replaced. */
function describe(message: orders.Accepted | orders.Replaced, reply: OuchReply): void {
  message.side = reply.side;
  message.shares = reply.shares;
  message.stockHi = reply.symbolHi;
  message.stockLo = reply.symbolLo;
  message.price4 = reply.price4;
  message.timeInForce = lifetimeSeconds(reply);
  message.firmKey = reply.firmKey === 0 ? BLANK_FIRM : reply.firmKey;
  message.display = reply.display;
  message.orderRefHi = reply.orderRefHi;
  message.orderRefLo = reply.orderRefLo;
  message.capacity = reply.capacity;
  message.iso = reply.iso;
  message.minQty = reply.minShares;
  message.crossType = reply.crossType;
  message.orderState = reply.dead ? OrderStateCode.dead : OrderStateCode.live;
  message.bboWeight = reply.bboWeight;
}

interface Execution {
  executedShares: number;
  executionPrice4: number;
  liquidity: number;
  matchHi: number;
  matchLo: number;
}

function execution<Message extends Execution>(message: Message, reply: OuchReply): Message {
  message.executedShares = reply.shares;
  message.executionPrice4 = reply.price4;
  message.liquidity = reply.liquidity;
  message.matchHi = reply.matchHi;
  message.matchLo = reply.matchLo;
  return message;
}

function inRange(value: number): number {
  return value >= 0 ? value : OUT_OF_RANGE;
}

function parseLifetime(seconds: number, request: OuchRequest): void {
  request.lifetimeSeconds = inRange(seconds);
  if (seconds === Lifetime42.immediate) request.lifetime = OuchLifetime.immediate;
  else if (seconds === Lifetime42.marketHours) request.lifetime = OuchLifetime.day;
  else if (seconds === Lifetime42.systemHours) request.lifetime = OuchLifetime.extended;
  else request.lifetime = seconds > 0 ? OuchLifetime.seconds : OuchLifetime.unknown;
}

function lifetimeSeconds(reply: OuchReply): number {
  switch (reply.lifetime) {
    case OuchLifetime.immediate:
      return Lifetime42.immediate;
    case OuchLifetime.day:
      return Lifetime42.marketHours;
    case OuchLifetime.extended:
      return Lifetime42.systemHours;
    default:
      return reply.lifetimeSeconds;
  }
}
