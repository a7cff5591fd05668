import { AppendageReader } from './ouch50-appendage.ts';

/** Bytes of an OUCH 4.2 token, and of an OUCH 5.0 ClOrdID. */
export const CLIENT_ID_BYTES = 14;

/** What a client asks for. */
export const OuchRequestKind = {
  enter: 1,
  replace: 2,
  cancel: 3,
  modify: 4,
  /** OUCH 4.2 only; in OUCH 5.0 a tag. */
  tradeNow: 5,
  /** This and all below: OUCH 5.0 only. */
  massCancel: 6,
  disableEntry: 7,
  enableEntry: 8,
  query: 9,
} as const;
export type OuchRequestKind = (typeof OuchRequestKind)[keyof typeof OuchRequestKind];

/** How long an order stands, in words that both versions share. */
export const OuchLifetime = {
  /** Until the market closes. */
  day: 0,
  immediate: 1,
  /** For {@link OuchRequest.lifetimeSeconds}. */
  seconds: 2,
  /** Until the system closes (OUCH 4.2: system hours; OUCH 5.0: GTX). */
  extended: 3,
  afterHours: 4,
  /** Nothing that the version knows. */
  unknown: 5,
} as const;
export type OuchLifetime = (typeof OuchLifetime)[keyof typeof OuchLifetime];

/**
 * One request as a venue reads it, whichever version it came in; reused for every message, so take what you need. All
 * numbers are int32. A negative quantity or price is one above 2^31 - 1, and {@link ref} one above that too: refuse it.
 */
export class OuchRequest {
  kind: number = 0;
  /** OUCH 5.0: UserRefNum. In OUCH 4.2 {@link id} names the order. */
  ref: number = 0;
  /** `replace`, OUCH 5.0: the order that is to go. */
  previousRef: number = 0;
  /** Character code: `B` `S` `T` `E`. `replace`: only if the client names it anew. 0 = not said. */
  side: number = 0;
  shares: number = 0;
  symbolHi: number = 0;
  symbolLo: number = 0;
  /** 0x7FFFFFFF = at the market. */
  price4: number = 0;
  /** {@link OuchLifetime} */
  lifetime: number = 0;
  lifetimeSeconds: number = 0;
  /** Character codes as they came; 0 where the message has no such field. */
  display: number = 0;
  capacity: number = 0;
  iso: number = 0;
  crossType: number = 0;
  customerType: number = 0;
  postOnly: number = 0;
  /** Fewest shares that an execution may have; 0 = any. */
  minShares: number = 0;
  /** First four bytes of the firm as an int32 key; 0 = not said. */
  firmKey: number = 0;
  userRefIdx: number = 0;
  /** Token or ClOrdID as it came, padding included. */
  readonly id: Uint8Array = new Uint8Array(CLIENT_ID_BYTES);
  /** `replace`, OUCH 4.2: token of the order that is to go. */
  readonly previousId: Uint8Array = new Uint8Array(CLIENT_ID_BYTES);
  /** OUCH 5.0: every element of the appendage, those above included. Empty for OUCH 4.2. */
  readonly appendage: AppendageReader = new AppendageReader();

  clear(): void {
    this.kind = 0;
    this.ref = 0;
    this.previousRef = 0;
    this.side = 0;
    this.shares = 0;
    this.symbolHi = 0;
    this.symbolLo = 0;
    this.price4 = 0;
    this.lifetime = 0;
    this.lifetimeSeconds = 0;
    this.display = 0;
    this.capacity = 0;
    this.iso = 0;
    this.crossType = 0;
    this.customerType = 0;
    this.postOnly = 0;
    this.minShares = 0;
    this.firmKey = 0;
    this.userRefIdx = 0;
    this.id.fill(0);
    this.previousId.fill(0);
    this.appendage.wrap(NO_ELEMENTS, 0, 0);
  }
}

const NO_ELEMENTS = new DataView(new ArrayBuffer(0));

/** Copies a token or ClOrdID out of a message. */
export function readClientId(view: DataView, offset: number, into: Uint8Array): void {
  for (let i = 0; i < CLIENT_ID_BYTES; i++) into[i] = view.getUint8(offset + i);
}

/** Writes a token or ClOrdID into a message. */
export function writeClientId(view: DataView, offset: number, id: Uint8Array): void {
  for (let i = 0; i < CLIENT_ID_BYTES; i++) view.setUint8(offset + i, id[i]);
}

/** A token or ClOrdID as text, without its padding. Makes a string: for logs and for maps of a simulator. */
export function clientIdText(id: Uint8Array): string {
  return String.fromCharCode(...id).trimEnd();
}
