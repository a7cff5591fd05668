import { OuchLifetime, type OuchRequest } from '../../venues/nasdaq/ouch-request.ts';
import type { ExchangePort } from './exchange-port.ts';
import type { Market } from './market.ts';
import { isSellCode, isSideCode, type VenueOrder } from './venue-order.ts';

/** A price that means "at the market". */
export const MARKET_PRICE4 = 0x7fff_ffff;
/** Character codes of how an order is shown. */
export const Display = { visible: 0x59, hidden: 0x4e, attributable: 0x41 } as const;
/** The venue's smallest step, for every price: books of the generated market are kept in cents. */
const TICK4 = 100;
/** Bounds of what a member may ask for: shares below a million, prices up to $199,999.99. */
const MAX_SHARES = 999_999;
const MAX_PRICE4 = 1_999_999_900;
const NO_CROSS = 0x4e; // N
const BLANK_KEY = 0x20202020;

/** True if a text key holds nothing, or is not there. */
export function isBlank(key: number): boolean {
  return key === 0 || key === BLANK_KEY;
}

/**
 * Why an order is refused, as its port's protocol codes it; 0 = it is not.
 * @param instrument -1 = nobody trades its symbol here
 */
export function whyNotEnter(market: Market, port: ExchangePort, request: OuchRequest, instrument: number): number {
  const codes = port.protocol.rejectCodes;
  if (!market.open) return codes.closed;
  if (port.entryDisabled) return codes.notAllowed;
  if (instrument < 0) return codes.symbol;
  if (!isSideCode(request.side)) return codes.side;
  if (request.crossType !== NO_CROSS) return codes.other;
  if (port.firmKey !== 0 && !isBlank(request.firmKey) && request.firmKey !== port.firmKey) return codes.firm;
  return badTerms(port, request) || (market.halted[instrument] !== 0 ? codes.halted : 0);
}

/** Why an order may not be replaced now, whatever the new terms are. */
export function whyNotReplace(market: Market, port: ExchangePort, request: OuchRequest, order: VenueOrder): number {
  const codes = port.protocol.rejectCodes;
  if (!market.open) return codes.closed;
  if (port.entryDisabled) return codes.notAllowed;
  if (request.side !== 0 && isSellCode(request.side) !== isSellCode(order.side)) return codes.side;
  return market.halted[order.instrument] !== 0 ? codes.halted : 0;
}

/** What is wrong with quantity, price, display or lifetime; 0 = nothing. */
export function badTerms(port: ExchangePort, request: OuchRequest): number {
  const codes = port.protocol.rejectCodes;
  const { shares, price4, display, lifetime, minShares } = request;
  if (shares < 1 || shares > MAX_SHARES) return codes.shares;
  if (price4 !== MARKET_PRICE4 && (price4 < TICK4 || price4 > MAX_PRICE4 || price4 % TICK4 !== 0)) return codes.price;
  if (display !== Display.visible && display !== Display.hidden && display !== Display.attributable) {
    return codes.display;
  }
  if (lifetime === OuchLifetime.unknown || lifetime === OuchLifetime.afterHours) return codes.other;
  // Fewest shares are a matter of orders that take at once: a resting one would have to be passed over.
  if (minShares > shares || minShares < 0) return codes.minShares;
  return minShares > 0 && lifetime !== OuchLifetime.immediate ? codes.minShares : 0;
}
