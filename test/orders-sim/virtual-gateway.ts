import { emptyKillBytes } from '../../src/gateway/kill-bytes.ts';
import { JournalDayWriter } from '../../src/journal/day-writer.ts';
import { journalSalt } from '../../src/journal/identity.ts';
import { JournalRing } from '../../src/journal/journal-ring.ts';
import { JournalWriter } from '../../src/journal/journal-writer.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../../src/journal/ring-layout.ts';
import { readRingTail } from '../../src/journal/ring-tail.ts';
import { createFenceMemory, Fence, FenceControl } from '../../src/order/fence.ts';
import { FillTable } from '../../src/order/fill-table.ts';
import type { OrderGateway } from '../../src/order/gateway.ts';
import { buildGateway, type GatewaySpec, remainingPortsOf } from '../../src/order/gateway-build.ts';
import type { GatewayLoop } from '../../src/order/gateway-loop.ts';
import type { GatewayVoice } from '../../src/order/gateway-voice.ts';
import { CancelCause } from '../../src/order/intents.ts';
import { KillSwitch, KillWord } from '../../src/order/kill.ts';
import { type KillListener, KillWatch } from '../../src/order/kill-watch.ts';
import { Ledger } from '../../src/order/ledger.ts';
import { LedgerHeader } from '../../src/order/ledger-layout.ts';
import { Limit } from '../../src/order/limit-table.ts';
import { LinearMargin } from '../../src/order/linear-margin.ts';
import { FeedStateCell, FeedTrust, type MarketState, Trading } from '../../src/order/market-state.ts';
import type { OrderEventSink } from '../../src/order/order-events.ts';
import { OrderFacts } from '../../src/order/order-facts.ts';
import { SLOT_INT32, SlotField } from '../../src/order/order-layout.ts';
import { OrderStore } from '../../src/order/order-store.ts';
import { RecordFold } from '../../src/order/record-fold.ts';
import { Refusals } from '../../src/order/refusal.ts';
import { RESOLUTIONS } from '../../src/order/resolution-table.ts';
import { Risk } from '../../src/order/risk.ts';
import { RiskLimits } from '../../src/order/risk-limits.ts';
import type { RiskShape } from '../../src/order/risk-shape.ts';
import { Scope } from '../../src/order/scope.ts';
import { SendGuard } from '../../src/order/send-guard.ts';
import type { Dialler } from '../../src/order/session-stream.ts';
import type { Market } from '../../src/sim/exchange/market.ts';
import { BookSide } from '../../src/sim/exchange-book.ts';
import { DropCopySource } from '../../src/venues/nasdaq/drop-copy-source.ts';
import { orderProtocol } from '../../src/venues/order-registry.ts';
import { COPY_HOST, DAY, FAIR4, type HistoryPlan, PACE, PASSWORD, SYMBOLS } from './history-plan.ts';
import type { DeathClock } from './process-killed.ts';

const IDENTITY = { venue: 'nasdaq', day: DAY };
const RING_BYTES = 1 << 19;
const MAX_ORDERS = 256;
const MAX_FILLS = 2048;
export const MARGIN_RATES_BP: readonly number[] = [5000, 2500];
const START_CASH4 = 1e12;
const PLACES = [0, 1, 2, 3];
const SECOND_NS = 1e9;

/** What outlives a gateway's process: its journal, the kill file, the fence. */
export class Remains {
  readonly journal: SharedArrayBuffer = new SharedArrayBuffer(journalRingBytes(RING_BYTES));
  readonly kill: Int32Array;
  readonly fence: Int32Array = new Int32Array(createFenceMemory());
  /** Uses of the resolution table's rows over all processes. */
  readonly rows: Float64Array = new Float64Array(RESOLUTIONS.length);
  starts = 0;

  constructor() {
    formatJournalRing(this.journal, IDENTITY, 1, 0, 0);
    const bytes = emptyKillBytes();
    this.kill = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  }

  /** A person kills a scope, or clears it, as the command line does: the word, then the command's number. */
  setKill(word: number, on: boolean): void {
    this.kill[word] = on ? 1 : 0;
    this.kill[KillWord.command]++;
  }

  /** The journal's disk is full, or has room again. */
  setDiskFull(full: boolean): void {
    new Int32Array(this.journal)[JournalRingLayout.stateCell] = full ? 1 : 0;
  }
}

/** A ring whose writer may die before and after each record. */
class MortalRing extends JournalRing {
  private readonly death: DeathClock;

  constructor(memory: ArrayBufferLike, death: DeathClock) {
    super(memory);
    this.death = death;
  }

  override commit(): boolean {
    this.death.tick();
    const safe = super.commit();
    this.death.tick();
    return safe;
  }
}

/** The books of the simulated market, as risk knows them. */
class BookView implements MarketState {
  readonly feedCells: Float64Array = new Float64Array(FeedStateCell.cells);
  private readonly market: Market;

  constructor(market: Market) {
    this.market = market;
    this.feedCells[FeedStateCell.status] = FeedTrust.live;
  }

  bid4(instrument: number): number {
    const price4 = this.market.book.best(instrument, BookSide.buy);
    return price4 > 0 ? price4 : FAIR4;
  }
  ask4(instrument: number): number {
    const price4 = this.market.book.best(instrument, BookSide.sell);
    return price4 > 0 ? price4 : FAIR4;
  }
  trading(): number {
    return Trading.trading;
  }
  feedOf(): number {
    return 0;
  }
}

export interface GatewaySurroundings {
  readonly remains: Remains;
  readonly now: Float64Array;
  readonly market: Market;
  readonly death: DeathClock;
  readonly voice: GatewayVoice;
  readonly events: OrderEventSink;
  dialler(host: string): Dialler;
}

/** Store, fills and ledger of a plan, empty. */
function emptyState(plan: HistoryPlan): { store: OrderStore; fills: FillTable; ledger: Ledger } {
  const ports = plan.ports.length;
  const sizes = { strategies: plan.strategies.length, instruments: SYMBOLS.length };
  const store = new OrderStore(OrderStore.memoryFor({ ...sizes, ports, maxOrders: MAX_ORDERS, maxRefs: 2048 }));
  const fills = new FillTable(FillTable.memoryFor(MAX_FILLS));
  const margin = new LinearMargin(MARGIN_RATES_BP);
  const memory = Ledger.memoryFor({ ...sizes, venues: 1, accounts: plan.accounts }, margin);
  const ledger = new Ledger(memory, store, fills, { venueOfPort: new Array<number>(ports).fill(0), margin });
  return { store, fills, ledger };
}

/** One process of the gateway, from its start (recovery from the journal included) to its death. */
export class VirtualGateway implements KillListener {
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly fills: FillTable;
  readonly risk: Risk;
  readonly loop: GatewayLoop;
  readonly gateway: OrderGateway;
  readonly copy: DropCopySource | undefined = undefined;
  readonly epoch: number;
  private readonly plan: HistoryPlan;
  private readonly around: GatewaySurroundings;
  private readonly killWatch: KillWatch;

  constructor(plan: HistoryPlan, around: GatewaySurroundings) {
    this.plan = plan;
    this.around = around;
    const { remains, now } = around;
    const { store, fills, ledger } = emptyState(plan);
    this.store = store;
    this.fills = fills;
    this.ledger = ledger;
    this.epoch = ++remains.starts;
    const shape = riskShape(plan);
    const limits = new RiskLimits(shape);
    limits.load(limitsOf(plan));
    const remainingPorts = remainingPortsOf(specOf(plan));
    this.risk = new Risk({
      limits,
      refusals: new Refusals(limits),
      exposure: ledger,
      market: new BookView(around.market),
      slots: store,
      nowNs: new Float64Array(1),
      windows: { messagesNs: SECOND_NS, executionsNs: SECOND_NS, duplicatesNs: 1 },
      remainingPorts,
    });
    const facts = new OrderFacts(store, ledger, fills, { reflector: this.risk, remainingPorts });
    const fold = new RecordFold(facts, this.risk);
    readRingTail(remains.journal, 0, journalSalt(IDENTITY), fold);
    const ring = new MortalRing(remains.journal, around.death);
    const journal = new JournalWriter(ring, now, new Float64Array(2));
    const dayJournal = new JournalDayWriter(journal, ring);
    dayJournal.opened(DAY, this.epoch, this.epoch > 1);
    facts.nowNs[0] = now[0];
    facts.opened(DAY, this.epoch);
    if (fold.day === 0) this.openDay(facts, dayJournal);
    new FenceControl(remains.fence).grant(this.epoch);
    const kill = new KillSwitch({ words: remains.kill }, PLACES, PLACES);
    if (plan.dropCopy) this.copy = new DropCopySource(copyOptions(plan), around.dialler(COPY_HOST));
    this.loop = buildGateway(specOf(plan), {
      store,
      ledger,
      fills,
      risk: this.risk,
      journal,
      dayJournal,
      lastCheck: new SendGuard(new Fence(remains.fence, this.epoch), kill),
      clock: { nowNs: now, read: () => {} },
      voice: around.voice,
      dialler: (port, host) => around.dialler(plan.ports[port].hosts[host]),
      sources: this.copy === undefined ? [] : [this.copy],
      sessionNames: fold.sessionNames,
      rows: remains.rows,
    });
    this.gateway = this.loop.gateway;
    this.loop.begin();
    if (fold.dayEnded) this.loop.endDay();
    this.killWatch = new KillWatch(kill, plan.accounts, plan.strategies.length, this);
    this.killWatch.start();
  }

  turn(): number {
    return this.killWatch.poll() + this.loop.turn(this.around.events);
  }

  field(slot: number, field: keyof typeof SlotField): number {
    return this.store.int32[this.store.base(slot) + SlotField[field]];
  }

  /** Every byte of store, fills and ledger. */
  bytes(): Buffer {
    return bytesOf(this.store, this.fills, this.ledger);
  }

  /** What a byte of {@link bytes} is part of, in words. */
  whatStandsAt(byte: number): string {
    const { store, fills } = this;
    const afterStore = byte - store.memory.byteLength;
    if (afterStore >= fills.memory.byteLength) return `byte ${afterStore - fills.memory.byteLength} of the ledger`;
    if (afterStore >= 0) return `byte ${afterStore} of the fills`;
    const word = byte >> 2;
    const ofSlots = word - store.base(0);
    if (ofSlots >= 0) return `word ${ofSlots % SLOT_INT32} of order ${Math.floor(ofSlots / SLOT_INT32) + 1}`;
    const ofCounters = (word >> 1) - store.counters;
    return ofCounters >= 0 ? `counter ${ofCounters}` : `word ${word} of the store`;
  }

  /** The same as the journal alone gives it. @param marks4 by instrument: the journal knows no prices */
  folded(marks4: readonly number[]): Buffer {
    const { store, fills, ledger } = emptyState(this.plan);
    const remainingPorts = remainingPortsOf(specOf(this.plan));
    const facts = new OrderFacts(store, ledger, fills, { remainingPorts });
    readRingTail(this.around.remains.journal, 0, journalSalt(IDENTITY), new RecordFold(facts));
    for (const [instrument, price4] of marks4.entries()) ledger.mark(instrument, price4);
    return bytesOf(store, fills, ledger);
  }

  killChanged(scope: Scope, index: number, on: boolean): void {
    if (!on) return;
    const strategy = scope === Scope.strategy ? index : -1;
    const account = scope === Scope.account ? index : -1;
    this.loop.cancelOpen(strategy, account, CancelCause.kill);
  }

  killConfirmed(): void {}

  private openDay(facts: OrderFacts, dayJournal: JournalDayWriter): void {
    const { plan } = this;
    for (let account = 0; account < plan.accounts; account++) {
      dayJournal.balance(account, START_CASH4);
      facts.balance(account, START_CASH4);
      for (let instrument = 0; instrument < SYMBOLS.length; instrument++) {
        const shares = plan.startPositions[account * SYMBOLS.length + instrument];
        if (shares === 0) continue;
        dayJournal.position(account, -1, instrument, shares, FAIR4, 0);
        facts.position(account, -1, instrument, shares, FAIR4, 0);
      }
    }
  }
}

function bytesOf(store: OrderStore, fills: FillTable, ledger: Ledger): Buffer {
  const bytes = Buffer.concat(
    [store.memory, fills.memory, ledger.memory as ArrayBufferLike].map((memory) => Buffer.from(new Uint8Array(memory))),
  );
  // how often the ledger was written: prices, which are no facts, count too
  const version =
    store.memory.byteLength + fills.memory.byteLength + LedgerHeader.version * Int32Array.BYTES_PER_ELEMENT;
  return bytes.fill(0, version, version + Int32Array.BYTES_PER_ELEMENT);
}

function riskShape(plan: HistoryPlan): RiskShape {
  return {
    venues: ['nasdaq'],
    accounts: Array.from({ length: plan.accounts }, (_, index) => `a${index}`),
    strategies: plan.strategies.map(({ name, account }) => ({ name, account })),
    instruments: SYMBOLS.map((symbol) => ({ symbol, venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 })),
  };
}

function limitsOf(plan: HistoryPlan): { limit: number; scope: Scope; index: number; value: number }[] {
  const ofEverything = (limit: number, value: number) => ({ limit, scope: Scope.global, index: 0, value });
  const limits = [
    ofEverything(Limit.maxPosition, plan.maxPosition),
    ofEverything(Limit.maxOpenOrders, plan.maxOpenOrders),
  ];
  if (plan.selfTradeChecked) limits.push(ofEverything(Limit.selfTrade, 0));
  return limits;
}

function specOf(plan: HistoryPlan): GatewaySpec {
  return {
    strategies: plan.strategies.map((strategy) => ({ ...strategy, group: 0 })),
    instruments: SYMBOLS.map((symbol) => ({ symbol })),
    ports: plan.ports.map(({ name, protocol, hosts, rules, resends }) => ({
      name,
      protocol: orderProtocol(protocol),
      rules,
      session: {
        ...PACE,
        connection: {
          username: name,
          password: PASSWORD,
          session: '',
          day: DAY,
          firm: 'WLNE',
          heartbeatIntervalNs: PACE.heartbeatIntervalNs,
          silenceNs: PACE.silenceNs,
        },
        ackDeadlineFloorNs: plan.ackDeadlineNs,
        ackDeadlineFactor: 5,
        infoEveryNs: PACE.heartbeatIntervalNs,
        primedShare: 0.8,
      },
      port: {
        logonBudget: { logons: plan.logons, perNs: 10 * SECOND_NS },
        preferredWaitNs: PACE.preferredWaitNs,
        barrierTimeoutNs: PACE.barrierTimeoutNs,
      },
      hosts,
      resends,
    })),
    groups: [{ options: plan.group, ports: plan.ports.map((_, index) => index) }],
    seed: plan.seed,
  };
}

function copyOptions(plan: HistoryPlan) {
  return {
    name: 'drop copy',
    number: 1,
    username: COPY_HOST,
    password: PASSWORD,
    ports: plan.ports.map(({ name, protocol }) => ({ username: name, numbered: protocol === 'ouch50' })),
    day: DAY,
    backoff: { firstNs: PACE.reconnectNs, maxNs: PACE.reconnectNs },
    seed: 1,
    connectTimeoutNs: PACE.silenceNs,
    lookEveryNs: 0,
    heartbeatIntervalNs: PACE.heartbeatIntervalNs,
    silenceNs: PACE.silenceNs,
    outputBytes: 1,
  };
}
