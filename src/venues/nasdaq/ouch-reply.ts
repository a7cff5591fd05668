import { CLIENT_ID_BYTES, type OuchRequest } from './ouch-request.ts';

/** Whether an order rests once it is accepted or replaced; both versions have the same letters. */
export const OrderStateCode = { live: 0x4c, dead: 0x44 } as const;

/** What a venue says, in words that both versions share. */
export const OuchReplyKind = {
  systemEvent: 1,
  accepted: 2,
  replaced: 3,
  canceled: 4,
  aiqCanceled: 5,
  executed: 6,
  /** OUCH 4.2 only. */
  executedWithReferencePrice: 7,
  brokenTrade: 8,
  tradeCorrection: 9,
  rejected: 10,
  cancelPending: 11,
  cancelReject: 12,
  priorityUpdate: 13,
  modified: 14,
  /** OUCH 4.2 only. */
  tradeNow: 15,
  /** This and all below: OUCH 5.0 only. */
  restated: 16,
  massCancelled: 17,
  entryDisabled: 18,
  entryEnabled: 19,
  /** Answer to a query: {@link OuchReply.ref} is the next reference. */
  nextRef: 20,
} as const;
export type OuchReplyKind = (typeof OuchReplyKind)[keyof typeof OuchReplyKind];

/**
 * One reply as a venue writes it, whichever version it goes out in; reused. All numbers are int32. A writer takes the
 * fields that the message has and leaves the others.
 */
export class OuchReply {
  kind: number = 0;
  /** Stamp in ns since midnight, in two halves. */
  timestampHi: number = 0;
  timestampLo: number = 0;
  /** OUCH 5.0: UserRefNum. */
  ref: number = 0;
  /** `replaced`, OUCH 5.0: the order that is no more. */
  previousRef: number = 0;
  /** Character code. */
  side: number = 0;
  /** Open shares (accepted, replaced, modified) or shares of this event. */
  shares: number = 0;
  symbolHi: number = 0;
  symbolLo: number = 0;
  price4: number = 0;
  /** `OuchLifetime` */
  lifetime: number = 0;
  lifetimeSeconds: number = 0;
  display: number = 0;
  capacity: number = 0;
  iso: number = 0;
  crossType: number = 0;
  minShares: number = 0;
  /** 0 = write no firm (OUCH 5.0: no element). */
  firmKey: number = 0;
  orderRefHi: number = 0;
  orderRefLo: number = 0;
  /** Accepted or replaced, and dead on arrival. */
  dead: boolean = false;
  /** As the version codes it: a character code, or for a rejection in OUCH 5.0 a number. */
  reason: number = 0;
  /** Character code. */
  liquidity: number = 0;
  matchHi: number = 0;
  matchLo: number = 0;
  /** `aiqCanceled`: shares that would have traded (at {@link price4}), and which of the two went. */
  preventedShares: number = 0;
  aiqStrategy: number = 0;
  /** `executedWithReferencePrice` */
  referencePrice4: number = 0;
  referencePriceType: number = 0;
  /** `systemEvent`: `S` start, `E` end of day, as a character code. */
  eventCode: number = 0;
  bboWeight: number = 0;
  /** Token or ClOrdID. */
  readonly id: Uint8Array = new Uint8Array(CLIENT_ID_BYTES);
  /** `replaced`, OUCH 4.2: token of the order that is no more. */
  readonly previousId: Uint8Array = new Uint8Array(CLIENT_ID_BYTES);

  /** Takes over what a venue gives back of a request, and who asked. */
  echo(request: OuchRequest): this {
    this.ref = request.ref;
    this.previousRef = request.previousRef;
    this.side = request.side;
    this.shares = request.shares;
    this.symbolHi = request.symbolHi;
    this.symbolLo = request.symbolLo;
    this.price4 = request.price4;
    this.lifetime = request.lifetime;
    this.lifetimeSeconds = request.lifetimeSeconds;
    this.display = request.display;
    this.capacity = request.capacity;
    this.iso = request.iso;
    this.crossType = request.crossType;
    this.minShares = request.minShares;
    this.firmKey = request.firmKey;
    this.id.set(request.id);
    this.previousId.set(request.previousId);
    return this;
  }
}

/** Bytes that no reply exceeds, appendage included. */
export const MAX_REPLY_BYTES = 128;

/** Why a venue refuses an order, as a version codes it. */
export interface OuchRejectCodes {
  readonly halted: number;
  readonly closed: number;
  readonly symbol: number;
  readonly price: number;
  readonly shares: number;
  readonly side: number;
  readonly display: number;
  readonly firm: number;
  readonly minShares: number;
  /** The firm's order entry is disabled, or the replace can't be. */
  readonly notAllowed: number;
  readonly other: number;
}

/** The venue's side of an OUCH version: requests in, replies out. */
export interface OuchServer {
  readonly name: 'ouch50' | 'ouch42';
  readonly rejectCodes: OuchRejectCodes;
  /** Reads one message of a client. @returns `OuchRefusal`; `request` is whole only where it is none */
  parse(view: DataView, offset: number, length: number, request: OuchRequest): number;
  /**
   * Writes one message; {@link MAX_REPLY_BYTES} of room are enough.
   * @returns its length in bytes, 0 where the version has no such message
   */
  write(view: DataView, offset: number, reply: OuchReply): number;
}
