import { KillWord } from '../../src/order/kill.ts';
import { PositionCell, TotalCell } from '../../src/order/ledger-layout.ts';
import { SlotTime } from '../../src/order/order-layout.ts';
import { Scope } from '../../src/order/scope.ts';
import { isDone, OrderFlag, OrderState, Side } from '../../src/order/terms.ts';
import type { ExchangePort } from '../../src/sim/exchange/exchange-port.ts';
import { isSellCode, type VenueOrder } from '../../src/sim/exchange/venue-order.ts';
import { DAY, SYMBOLS, VENUE_ACCOUNT } from './history-plan.ts';
import { MARGIN_RATES_BP, type VirtualGateway } from './virtual-gateway.ts';
import type { World } from './world.ts';

const START_CASH4 = 1e12;
const DAY_DIGITS = 5;
const REF_DIGITS = 8;
const BP = 10_000n;

/** What the venue did that no gateway can know at once, in shares: late executions, busts, corrections. */
export interface Allowance {
  shares: number;
  /** Messages of the venue are lost for good: some orders stay unknown. */
  missed: boolean;
  /** A port was told messages that were meant for another and name references of ours: nothing can be relied upon. */
  misled: boolean;
}

/** Compares the gateway's books with those of the venue. */
export class BooksCheck {
  readonly allowance: Allowance = { shares: 0, missed: false, misled: false };
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Holds at every moment: what the venue may have lies within what we reckon with, and within the limits. */
  atEachStep(): void {
    const { world, allowance } = this;
    const gateway = world.gateway!;
    if (allowance.misled) return;
    const { core } = world.venue;
    const positions = core.truth.positionsOf(VENUE_ACCOUNT);
    const live = this.liveShares();
    for (let instrument = 0; instrument < SYMBOLS.length; instrument++) {
      const theirs = this.startShares(instrument) + (positions.get(instrument)?.shares ?? 0);
      const { ledger } = gateway;
      const row = ledger.ofInstrument(instrument);
      const ours = ledger.cells[row + PositionCell.position];
      const low = ours - ledger.cells[row + PositionCell.openSellShares] - allowance.shares;
      const high = ours + ledger.cells[row + PositionCell.openBuyShares] + allowance.shares;
      if (theirs < low || theirs > high)
        world.wrong(`${SYMBOLS[instrument]}: the venue's position ${theirs} is not within ${low}…${high}`);
      const bound = world.plan.maxPosition + allowance.shares;
      if (theirs + live[2 * instrument] > bound || theirs - live[2 * instrument + 1] < -bound)
        world.wrong(`${SYMBOLS[instrument]}: at the venue ${theirs} may pass the limit ${bound}`);
    }
    let open = 0;
    for (const port of core.ports) open += port.live.size;
    if (open > world.plan.maxOpenOrders) world.wrong(`${open} orders are open at the venue`);
  }

  /** Nothing is under way, but a port may be dead: the venue's position lies within ours ± blind ± unknown. */
  withinDoubt(): void {
    const { world, allowance } = this;
    if (allowance.misled) return;
    const gateway = world.gateway!;
    const doubt = new Array<number>(2 * SYMBOLS.length).fill(0);
    for (let slot = 0; slot < gateway.store.count; slot++) {
      if (isDone(gateway.field(slot, 'state'))) continue;
      if ((gateway.field(slot, 'flags') & (OrderFlag.unknown | OrderFlag.blind)) === 0) continue;
      doubt[2 * gateway.field(slot, 'instrument') + gateway.field(slot, 'side')] += gateway.field(
        slot,
        'reservedShares',
      );
    }
    const positions = world.venue.core.truth.positionsOf(VENUE_ACCOUNT);
    for (let instrument = 0; instrument < SYMBOLS.length; instrument++) {
      const theirs = this.startShares(instrument) + (positions.get(instrument)?.shares ?? 0);
      const ours = gateway.ledger.cells[gateway.ledger.ofInstrument(instrument) + PositionCell.position];
      const low = ours - doubt[2 * instrument + 1] - allowance.shares;
      const high = ours + doubt[2 * instrument] + allowance.shares;
      if (theirs < low || theirs > high)
        world.wrong(
          `${SYMBOLS[instrument]}: the venue's position ${theirs} is not within ours ± doubt, ${low}…${high}`,
        );
    }
    this.noneEnteredTwice(gateway);
  }

  /** Everything is healed and reconciled: the books are equal, order by order, to the last unit. */
  equal(): void {
    const { world } = this;
    const gateway = world.gateway!;
    const executed = this.executedByOrder();
    for (let slot = 0; slot < gateway.store.count; slot++) this.compareOrder(gateway, slot, executed);
    this.noneEnteredTwice(gateway);
    this.compareMoney(gateway);
  }

  /** Of what is killed nothing is left at the venue. @param words of the kill file that are set */
  noneOfKilled(words: readonly number[]): void {
    const { world } = this;
    const gateway = world.gateway!;
    for (let slot = 0; slot < gateway.store.count; slot++) {
      const strategy = gateway.field(slot, 'strategy');
      const ofIt = [
        KillWord.global,
        KillWord.accounts + gateway.field(slot, 'account'),
        KillWord.strategies + strategy,
      ];
      if (!ofIt.some((word) => words.includes(word))) continue;
      if (this.venueOrderOf(gateway, slot)?.live === true) world.wrong(`order ${slot + 1} is killed and live`);
    }
  }

  /** The journal alone gives the same memory, bit for bit. */
  journalFolds(): void {
    const gateway = this.world.gateway!;
    const marks4 = SYMBOLS.map((_, instrument) => gateway.ledger.cells[gateway.ledger.markCell(instrument)]);
    const ours = gateway.bytes();
    const folded = gateway.folded(marks4);
    if (folded.equals(ours)) return;
    const first = ours.findIndex((byte, at) => byte !== folded[at]);
    this.world.wrong(`the journal folds to other bytes: ${gateway.whatStandsAt(first)}`);
  }

  /** The venue's order of a slot, if the venue ever had it. */
  venueOrderOf(gateway: VirtualGateway, slot: number): VenueOrder | undefined {
    const port = this.world.venue.core.ports[gateway.field(slot, 'port')];
    const order = port.orders.get(keyOf(port, gateway.field(slot, 'firstRef')));
    return order === undefined || isProbe(order) ? undefined : order;
  }

  private compareOrder(gateway: VirtualGateway, slot: number, executed: Map<VenueOrder, Executed>): void {
    const { world } = this;
    const state = gateway.field(slot, 'state');
    const flags = gateway.field(slot, 'flags');
    const theirs = this.venueOrderOf(gateway, slot);
    const name = `order ${slot + 1} (${Object.keys(OrderState)[state]}, flags ${flags}, ${world.plan.ports[gateway.field(slot, 'port')].name} ref ${gateway.field(slot, 'firstRef')})`;
    if ((flags & (OrderFlag.unknown | OrderFlag.blind | OrderFlag.pendingCancel | OrderFlag.pendingReplace)) !== 0) {
      world.wrong(`${name} is still in doubt`);
      return;
    }
    if (!isDone(state) && state !== OrderState.live && state !== OrderState.partFilled) {
      world.wrong(`${name} is neither done nor live`);
      return;
    }
    const done = isDone(state);
    if (theirs === undefined) {
      if (state !== OrderState.rejected || gateway.field(slot, 'executed') !== 0)
        world.wrong(`${name} never reached the venue`);
      return;
    }
    const { shares, value4 } = executed.get(theirs) ?? NOTHING;
    const ourValue4 = gateway.store.float64[(gateway.store.base(slot) >> 1) + SlotTime.executedValue4];
    if (gateway.field(slot, 'executed') !== shares || ourValue4 !== value4)
      world.wrong(`${name} executed ${gateway.field(slot, 'executed')}, at the venue ${shares}`);
    if (theirs.live === done) world.wrong(`${name} is ${theirs.live ? 'live' : 'dead'} at the venue`);
    if (!theirs.live || done) return;
    if (theirs.leaves !== gateway.field(slot, 'leaves') || theirs.price4 !== gateway.field(slot, 'price4'))
      world.wrong(
        `${name} has ${gateway.field(slot, 'leaves')} at ${gateway.field(slot, 'price4')}, at the venue ${theirs.leaves} at ${theirs.price4}`,
      );
    if (isSellCode(theirs.side) !== (gateway.field(slot, 'side') === Side.sell))
      world.wrong(`${name} has another side`);
  }

  /** Each order of the venue is one of ours, and no intent of a strategy became two. */
  private noneEnteredTwice(gateway: VirtualGateway): void {
    const { world } = this;
    const known = new Set<VenueOrder>();
    const intents = new Map<number, number>();
    for (let slot = 0; slot < gateway.store.count; slot++) {
      const order = this.venueOrderOf(gateway, slot);
      if (order === undefined) continue;
      if (known.has(order)) world.wrong(`order ${slot + 1} shares its order at the venue with another`);
      known.add(order);
      const tag = gateway.field(slot, 'tag');
      const before = intents.get(tag);
      if (before !== undefined) world.wrong(`orders ${before} and ${slot + 1} are one intent, and the venue has both`);
      intents.set(tag, slot + 1);
    }
    for (const order of world.venue.core.desk.orders) {
      if (!isProbe(order) && !known.has(order)) world.wrong(`the venue has an order ${order.key} that is not ours`);
    }
  }

  private compareMoney(gateway: VirtualGateway): void {
    const { world } = this;
    const { ledger, store } = gateway;
    const { accounts } = world.plan;
    const position = new Array<number>(accounts * SYMBOLS.length).fill(0);
    const cost4 = new Array<number>(accounts).fill(0);
    const openValue4 = new Array<number>(2 * accounts * SYMBOLS.length).fill(0);
    const accountOf = new Map<VenueOrder, number>();
    for (let slot = 0; slot < store.count; slot++) {
      const order = this.venueOrderOf(gateway, slot);
      if (order !== undefined) accountOf.set(order, gateway.field(slot, 'account'));
    }
    for (const { order, side, shares, price4, broken } of world.venue.core.truth.executions) {
      if (broken) continue;
      const account = accountOf.get(order) ?? 0;
      const signed = isSellCode(side) ? -shares : shares;
      position[account * SYMBOLS.length + order.instrument] += signed;
      cost4[account] += signed * price4;
    }
    for (const { live } of world.venue.core.ports) {
      for (const order of live) {
        const row = (accountOf.get(order) ?? 0) * SYMBOLS.length + order.instrument;
        openValue4[2 * row + (isSellCode(order.side) ? 1 : 0)] += order.leaves * order.price4;
      }
    }
    for (let account = 0; account < accounts; account++) {
      let margin = 0n;
      for (let instrument = 0; instrument < SYMBOLS.length; instrument++) {
        const row = account * SYMBOLS.length + instrument;
        const shares = world.plan.startPositions[row] + position[row];
        const ours = ledger.position(account, instrument);
        if (ours !== shares)
          world.wrong(`account ${account} holds ${ours} ${SYMBOLS[instrument]}, at the venue ${shares}`);
        const value4 = shares * ledger.cells[ledger.markCell(instrument)];
        margin += needed(value4 - openValue4[2 * row + 1], value4 + openValue4[2 * row], MARGIN_RATES_BP[instrument]);
      }
      const total = ledger.total(Scope.account, account);
      const cash4 = START_CASH4 - cost4[account];
      if (ledger.cells[total + TotalCell.cash4] !== cash4)
        world.wrong(
          `account ${account} has ${ledger.cells[total + TotalCell.cash4]} in cash, by the venue's books ${cash4}`,
        );
      if (BigInt(ledger.cells[total + TotalCell.marginUsed4]) !== margin)
        world.wrong(
          `account ${account} uses margin ${ledger.cells[total + TotalCell.marginUsed4]}, by the venue's books ${margin}`,
        );
    }
  }

  private executedByOrder(): Map<VenueOrder, Executed> {
    const executed = new Map<VenueOrder, Executed>();
    for (const { order, shares, price4, broken } of this.world.venue.core.truth.executions) {
      if (broken) continue;
      const before = executed.get(order) ?? NOTHING;
      executed.set(order, { shares: before.shares + shares, value4: before.value4 + shares * price4 });
    }
    return executed;
  }

  /** Shares that live orders may still buy and sell, by instrument. */
  private liveShares(): number[] {
    const shares = new Array<number>(2 * SYMBOLS.length).fill(0);
    for (const { live } of this.world.venue.core.ports) {
      for (const { instrument, side, leaves } of live) shares[2 * instrument + (isSellCode(side) ? 1 : 0)] += leaves;
    }
    return shares;
  }

  private startShares(instrument: number): number {
    const { startPositions } = this.world.plan;
    let shares = 0;
    for (let row = instrument; row < startPositions.length; row += SYMBOLS.length) shares += startPositions[row];
    return shares;
  }
}

interface Executed {
  readonly shares: number;
  readonly value4: number;
}
const NOTHING: Executed = { shares: 0, value4: 0 };

/** Of a position between two values the larger amount, at a rate, rounded up: reckoned otherwise than the ledger does. */
function needed(low4: number, high4: number, rateBp: number): bigint {
  const worst = BigInt(Math.max(0, -low4, high4));
  return (worst * BigInt(rateBp) + BP - 1n) / BP;
}

function isProbe(order: VenueOrder): boolean {
  return order.minShares > 0;
}

function keyOf(port: ExchangePort, ref: number): number | string {
  if (port.numbered) return ref;
  const day = DAY.toString(36).toUpperCase().padStart(DAY_DIGITS, '0').slice(-DAY_DIGITS);
  return `W${day}${ref.toString(16).toUpperCase().padStart(REF_DIGITS, '0')}`;
}
