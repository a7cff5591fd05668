import { CLIENT_ID_BYTES, OuchLifetime } from '../../venues/nasdaq/ouch-request.ts';
import { BookSide } from '../exchange-book.ts';
import type { ExchangePort } from './exchange-port.ts';

/** How a port names an order: OUCH 5.0's UserRefNum, OUCH 4.2's token. */
export type OrderKey = number | string;

export const SideCode = { buy: 0x42, sell: 0x53, short: 0x54, shortExempt: 0x45 } as const;

export function isSideCode(code: number): boolean {
  return code === SideCode.buy || isSellCode(code);
}

export function isSellCode(code: number): boolean {
  return code === SideCode.sell || code === SideCode.short || code === SideCode.shortExempt;
}

const NOT_RESTING = -1;

/** An order that a port has entered, through all its replacements. */
export class VenueOrder {
  /** The market knows its owner by this. */
  readonly id: number;
  readonly port: ExchangePort;
  readonly instrument: number;
  readonly symbolHi: number;
  readonly symbolLo: number;
  /** What the port calls it now. */
  key: OrderKey;
  /** OUCH 5.0: the same as a number. */
  ref = 0;
  /** Token or ClOrdID, as it came. */
  readonly clientId = new Uint8Array(CLIENT_ID_BYTES);
  /** The venue's own number, as its market data shows it. */
  orderRef = 0;
  side = 0;
  price4 = 0;
  /** Of the whole chain, executed ones included. */
  shares = 0;
  executed = 0;
  /** May still trade. */
  leaves = 0;
  slot = NOT_RESTING;
  displayed = true;
  lifetime = 0;
  lifetimeSeconds = 0;
  /** When it ends by itself; Infinity = it does not. */
  expiresNs = Number.POSITIVE_INFINITY;
  display = 0;
  capacity = 0;
  iso = 0;
  crossType = 0;
  minShares = 0;
  firmKey = 0;

  constructor(id: number, port: ExchangePort, instrument: number, symbolHi: number, symbolLo: number, key: OrderKey) {
    this.id = id;
    this.port = port;
    this.instrument = instrument;
    this.symbolHi = symbolHi;
    this.symbolLo = symbolLo;
    this.key = key;
  }

  get live(): boolean {
    return this.leaves > 0;
  }

  get resting(): boolean {
    return this.slot !== NOT_RESTING;
  }

  /** Good for longer than market hours: ports that cancel by order upon a lost connection leave it. */
  get staysOverDisconnect(): boolean {
    return this.lifetime === OuchLifetime.extended;
  }

  get bookSide(): BookSide {
    return this.side === SideCode.buy ? BookSide.buy : BookSide.sell;
  }

  /** It stands in no book any more. */
  left(): void {
    this.slot = NOT_RESTING;
  }
}
