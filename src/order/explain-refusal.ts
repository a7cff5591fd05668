import { limitOfReason } from './limit-table.ts';
import { FeedTrust, Trading } from './market-state.ts';
import { amountText, millisecondsText, numberText } from './quantity-text.ts';
import { RefusalCell, RequestKind } from './refusal.ts';
import { RefusalReason } from './risk-reason.ts';
import type { ScopeRows } from './risk-shape.ts';
import { SCOPE_NAMES, Scope } from './scope.ts';
import { MARKET_PRICE4, Side } from './terms.ts';

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
      return `${numberText(value)} shares are more than ${numberText(bound)}`;
    case RefusalReason.maxOrderNotional:
      return `an order worth ${amountText(value)} is more than ${amountText(bound)}`;
    case RefusalReason.priceCollar:
      if (value === MARKET_PRICE4) return 'an order at the market needs a collar, and there is none';
      return `${sells ? 'selling' : 'buying'} at ${amountText(value)} goes beyond ${amountText(bound)}`;
    case RefusalReason.fatFingerTicks:
      return `the price lies ${numberText(value)} ticks away, ${numberText(bound)} are allowed`;
    case RefusalReason.tickSize:
      return `${amountText(value)} is no multiple of the tick of ${amountText(bound)}`;
    case RefusalReason.maxPosition:
      return `${numberText(value)} shares ${sells ? 'short ' : ''}would exceed ${numberText(bound)}`;
    case RefusalReason.maxGrossExposure:
    case RefusalReason.maxNetExposure:
      return `${amountText(value)} ${sells && cells[RefusalCell.reason] === RefusalReason.maxNetExposure ? 'short ' : ''}would exceed ${amountText(bound)}`;
    case RefusalReason.buyingPower:
      return `${amountText(value)} would be open, ${amountText(bound)} may be spent`;
    case RefusalReason.margin:
      return `margin of ${amountText(value)} would exceed ${amountText(bound)}`;
    case RefusalReason.maxOpenOrders:
      return `${numberText(value)} open orders would exceed ${numberText(bound)}`;
    case RefusalReason.messageRate:
      return `message ${numberText(value)} of its window would exceed ${numberText(bound)}`;
    case RefusalReason.repeatedExecutions:
      return `execution ${numberText(value)} of its window would exceed ${numberText(bound)}`;
    case RefusalReason.duplicateOrder:
      return `order ${numberText(value)} of the same terms within its window, ${numberText(bound)} may be alike`;
    case RefusalReason.restricted:
      return 'nothing may be bought or sold';
    case RefusalReason.halted:
      return `the instrument is not trading (${word(Trading, value)})`;
    case RefusalReason.sideMarking:
      return `a long sale of ${numberText(value)} shares is covered for ${numberText(bound)} only`;
    case RefusalReason.selfTrade:
      return `${sells ? 'selling' : 'buying'} at ${amountText(value)} meets an order of the same account at ${amountText(bound)}`;
    case RefusalReason.feedNotLive:
      if (value <= 0) return `the feed is ${word(FeedTrust, -value)}`;
      return `the feed has been recovering for ${millisecondsText(value)}, ${millisecondsText(bound)} are allowed`;
    case RefusalReason.feedSilent:
      return `the feed has been silent for ${millisecondsText(value)}, ${millisecondsText(bound)} are allowed`;
    default:
      return `${numberText(value)} against ${numberText(bound)}`;
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
  [RefusalReason.late]:
    'late: the request waited too long for the gateway’s thread, so nothing was sent; the market may have moved: ask anew',
  [RefusalReason.draining]:
    'draining: an operator has the router drained, so nobody opens risk; cancels still pass (warmline ctl drain.end)',
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
    return `reduceOnly of strategy ${name}: ${numberText(cells[RefusalCell.value])} shares, ${numberText(cells[RefusalCell.bound])} make its position smaller`;
  }
  if (reason === RefusalReason.pausedByOperator) {
    const name = rows.name(Scope.strategy, cells[RefusalCell.strategy]);
    return `pausedByOperator: an operator has paused strategy ${name}; cancels still pass (warmline ctl strategy.resume ${name})`;
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
  const at = price4 === MARKET_PRICE4 ? 'the market' : amountText(price4);
  return `${cells[RefusalCell.request] === RequestKind.replace ? 'a replace' : 'an order'} at ${at}`;
}
