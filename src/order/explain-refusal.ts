import { limitOfReason } from './limit-table.ts';
import { FeedTrust, Trading } from './market-state.ts';
import { RefusalCell, RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import type { ScopeRows } from './risk-shape.ts';
import { SCOPE_NAMES, Scope } from './scope.ts';
import { MARKET_PRICE4, Side } from './terms.ts';

const PRICE_UNIT = 10_000;
const NS_PER_MS = 1e6;

/** 1234567 → `1,234,567`; at most four decimals. */
function number(value: number): string {
  const [whole, part] = String(Math.round(value * PRICE_UNIT) / PRICE_UNIT).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** A price4 or value4 as an amount: 1025000 → `102.50`. */
function amount(value4: number): string {
  if (!Number.isFinite(value4)) return 'no bound';
  const text = number(value4 / PRICE_UNIT);
  const decimals = text.split('.')[1]?.length ?? 0;
  if (decimals === 0) return `${text}.00`;
  return decimals === 1 ? `${text}0` : text;
}

const milliseconds = (ns: number): string => `${number(ns / NS_PER_MS)} ms`;

function word(words: Readonly<Record<string, number>>, code: number): string {
  return Object.entries(words).find(([, value]) => value === code)?.[0] ?? `${code}`;
}

/** What stands behind the name and scope of a limit. */
function broken(cells: Float64Array): string {
  const value = cells[RefusalCell.value];
  const bound = cells[RefusalCell.bound];
  const sells = cells[RefusalCell.side] === Side.sell;
  switch (cells[RefusalCell.reason]) {
    case RefusalReason.maxOrderShares:
      return `${number(value)} shares are more than ${number(bound)}`;
    case RefusalReason.maxOrderNotional:
      return `an order worth ${amount(value)} is more than ${amount(bound)}`;
    case RefusalReason.priceCollar:
      if (value === MARKET_PRICE4) return 'an order at the market needs a collar, and there is none';
      return `${sells ? 'selling' : 'buying'} at ${amount(value)} goes beyond ${amount(bound)}`;
    case RefusalReason.fatFingerTicks:
      return `the price lies ${number(value)} ticks away, ${number(bound)} are allowed`;
    case RefusalReason.tickSize:
      return `${amount(value)} is no multiple of the tick of ${amount(bound)}`;
    case RefusalReason.maxPosition:
      return `${number(value)} shares ${sells ? 'short ' : ''}would exceed ${number(bound)}`;
    case RefusalReason.maxGrossExposure:
    case RefusalReason.maxNetExposure:
      return `${amount(value)} ${sells && cells[RefusalCell.reason] === RefusalReason.maxNetExposure ? 'short ' : ''}would exceed ${amount(bound)}`;
    case RefusalReason.buyingPower:
      return `${amount(value)} would be open, ${amount(bound)} may be spent`;
    case RefusalReason.margin:
      return `margin of ${amount(value)} would exceed ${amount(bound)}`;
    case RefusalReason.maxOpenOrders:
      return `${number(value)} open orders would exceed ${number(bound)}`;
    case RefusalReason.messageRate:
      return `message ${number(value)} of its window would exceed ${number(bound)}`;
    case RefusalReason.repeatedExecutions:
      return `execution ${number(value)} of its window would exceed ${number(bound)}`;
    case RefusalReason.duplicateOrder:
      return `order ${number(value)} of the same terms within its window, ${number(bound)} may be alike`;
    case RefusalReason.restricted:
      return 'nothing may be bought or sold';
    case RefusalReason.halted:
      return `the instrument is not trading (${word(Trading, value)})`;
    case RefusalReason.sideMarking:
      return `a long sale of ${number(value)} shares is covered for ${number(bound)} only`;
    case RefusalReason.selfTrade:
      return `${sells ? 'selling' : 'buying'} at ${amount(value)} meets an order of the same account at ${amount(bound)}`;
    case RefusalReason.feedNotLive:
      if (value <= 0) return `the feed is ${word(FeedTrust, -value)}`;
      return `the feed has been recovering for ${milliseconds(value)}, ${milliseconds(bound)} are allowed`;
    case RefusalReason.feedSilent:
      return `the feed has been silent for ${milliseconds(value)}, ${milliseconds(bound)} are allowed`;
    default:
      return `${number(value)} against ${number(bound)}`;
  }
}

/** Refusals that are no limit's. */
const PLAIN: Readonly<Record<number, string>> = {
  [RefusalReason.fenced]: 'fenced: this host may not send, another one is active',
  [RefusalReason.killed]: 'killed: the kill switch is on; cancels still pass (warmline ctl clear)',
  [RefusalReason.noSession]: 'noSession: no session of the group can carry orders now',
  [RefusalReason.backPressure]: 'backPressure: the session takes no more bytes now',
  [RefusalReason.badRequest]:
    'badRequest: a request must name a strategy, its account, an instrument, a side, a marking that fits it, and shares and price above 0',
  [RefusalReason.unknownOrder]: 'unknownOrder: there is no such order of this strategy',
  [RefusalReason.alreadyDone]: 'alreadyDone: the order is filled, cancelled, rejected or expired',
  [RefusalReason.replacePending]: 'replacePending: the venue has not answered the replace before',
  [RefusalReason.storeFull]: 'storeFull: no slot is left for another order today',
  [RefusalReason.journalFull]: 'journalFull: the journal takes no more records, so nothing that makes risk is sent',
  [RefusalReason.paused]: 'paused: orders of this strategy are unknown or blind, and its policy is to wait',
  [RefusalReason.dayEnded]: 'dayEnded: the trading day is over',
};

/**
 * A refusal in words: `maxPosition of account main: 1,200 shares would exceed 1,000`.
 * @param cells {@link RefusalCell}
 */
export function explainRefusal(cells: Float64Array, rows: ScopeRows): string {
  const reason = cells[RefusalCell.reason];
  if (reason === RefusalReason.none) return 'nothing was refused';
  const instrument = rows.name(Scope.instrument, cells[RefusalCell.instrument]) || 'the instrument';
  if (reason === RefusalReason.noReferencePrice)
    return `noReferencePrice: the book of ${instrument} has no price to judge ${requested(cells)} by`;
  if (reason === RefusalReason.reduceOnly) {
    const name = rows.name(Scope.strategy, cells[RefusalCell.strategy]);
    return `reduceOnly of strategy ${name}: ${number(cells[RefusalCell.value])} shares, ${number(cells[RefusalCell.bound])} make its position smaller`;
  }
  const plain = PLAIN[reason];
  if (plain !== undefined) return plain;
  const scope = cells[RefusalCell.scope];
  const of =
    scope === Scope.global ? 'everything' : `${SCOPE_NAMES[scope]} ${rows.name(scope, cells[RefusalCell.index])}`;
  return `${limitOfReason(reason)?.name ?? `reason ${reason}`} of ${of}: ${broken(cells)}`;
}

function requested(cells: Float64Array): string {
  const price4 = cells[RefusalCell.price4];
  const at = price4 === MARKET_PRICE4 ? 'the market' : amount(price4);
  return `${cells[RefusalCell.request] === RequestKind.replace ? 'a replace' : 'an order'} at ${at}`;
}
