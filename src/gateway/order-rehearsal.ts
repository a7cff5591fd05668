import { createBookMemory, OrderBooks, TradingState } from '../feed/book.ts';
import { InstrumentStatus } from '../feed/book-layout.ts';
import { BookWriter } from '../feed/book-writer.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell } from '../feed/feed-counters.ts';
import { JournalDayWriter } from '../journal/day-writer.ts';
import { JournalRing } from '../journal/journal-ring.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../journal/ring-layout.ts';
import { createFenceMemory, Fence, FenceControl } from '../order/fence.ts';
import { FillTable } from '../order/fill-table.ts';
import { buildGateway, type PortSpec, remainingPortsOf } from '../order/gateway-build.ts';
import type { GatewayLoop } from '../order/gateway-loop.ts';
import { RouteCell, symbolWords } from '../order/gateway-parts.ts';
import { KILL_FILE_BYTES, KILL_LAYOUT_VERSION, KILL_MAGIC, KillSwitch, KillWord } from '../order/kill.ts';
import { Ledger } from '../order/ledger.ts';
import { LIMIT_TABLE, Limit, type LimitUnit } from '../order/limit-table.ts';
import { LinearMargin } from '../order/linear-margin.ts';
import { FeedTrust } from '../order/market-state.ts';
import type { OrderEventSink } from '../order/order-events.ts';
import type { StandInVenue } from '../order/order-protocol.ts';
import { OrderStore } from '../order/order-store.ts';
import { Refusals } from '../order/refusal.ts';
import { Risk } from '../order/risk.ts';
import { type LimitSetting, RiskLimits } from '../order/risk-limits.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import { SendGuard } from '../order/send-guard.ts';
import type { SessionStream } from '../order/session-stream.ts';
import { LostRoutePolicy, Side, TimeInForce } from '../order/terms.ts';
import { SpscProducer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { Clock } from '../runtime/clock.ts';
import { HISTOGRAM_CELLS } from '../runtime/histogram.ts';
import { AnswerTimes } from './answer-times.ts';
import { GatewayReporter } from './gateway-report.ts';
import { InstrumentMap } from './instrument-map.ts';
import { LocalOrders } from './local-orders.ts';
import { MarketView } from './market-view.ts';
import { RouteReader } from './route-reader.ts';

/** Orders of one rehearsal: afterwards all is thrown away. */
export const REHEARSED_ORDERS = 768;
/** Replaces take references, and probes do. */
const REFERENCES = 4 * REHEARSED_ORDERS;
const INSTRUMENTS = 8;
/** One per policy that a strategy may have for orders in doubt. */
const POLICIES = [LostRoutePolicy.requote, LostRoutePolicy.reduceOnly, LostRoutePolicy.pause];
const PORTS = 2;
const BID4 = 1_000_000;
const TICK4 = 100;
const BOOK_SHARES = 1000;
const HELD_SHARES = 1_000_000;
const CASH4 = 1e14;
const MARGIN_RATE_BP = 2500;
const JOURNAL_BYTES = 1 << 20;
const REPORT_BYTES = 1 << 16;
const DAY = 20260105;
const EPOCH = 1;
const NOT_YET = 1000;
const WINDOWS = { messagesNs: 1e6, executionsNs: 1e6, duplicatesNs: 1e3 };

/** Bounds that nothing of it reaches, so that each check is made to its end. */
const BOUNDS: Readonly<Record<LimitUnit, number>> = {
  shares: 1e9,
  value4: 1e15,
  ratio4: 10_000,
  ticks: 1e6,
  count: 1000,
  ns: 1e15,
  switch: 0,
};

const SHAPE: RiskShape = {
  venues: ['rehearsal'],
  accounts: ['rehearsal'],
  strategies: POLICIES.map((_, i) => ({ name: `rehearsal-${i}`, account: 0 })),
  instruments: Array.from({ length: INSTRUMENTS }, (_, i) => ({
    symbol: `REH${i}`,
    venue: 0,
    tick4: TICK4,
    lowTick4: 1,
    lowTickBelow4: 10_000,
  })),
};

/**
 * One made-up trading day of a gateway of its own, over memory of its own: two ports of a protocol, the second standing by,
 * strategies of every policy, a book that stands still, and a venue in memory that accepts, executes, replaces, cancels and
 * rejects, and dies at noon. Everything in it is the code that trades; nothing of it is the memory.
 */
export class OrderRehearsal {
  readonly loop: GatewayLoop;
  readonly orders: readonly LocalOrders[];
  private readonly clock: Clock;
  private readonly venues: readonly StandInVenue[];
  private readonly sink: OrderEventSink;
  private readonly market: MarketView;
  private readonly ledger: Ledger;
  private readonly reporter: GatewayReporter;
  private readonly feed = new Float64Array(FEED_CELLS + LINE_CELLS);
  private readonly killed = new Int32Array(new SharedArrayBuffer(KILL_FILE_BYTES));
  private readonly journal = new SharedArrayBuffer(journalRingBytes(JOURNAL_BYTES));

  /**
   * @param port a port as configured; of its protocol there must be a stand-in
   * @param limited with every limit at every scope, or with none: both ways are taken by some config
   * @param dress what sessions get in place of the stand-in's own streams, see `rehearsal-disguise.ts`
   * @param sink hears of the orders
   */
  constructor(
    port: PortSpec,
    clock: Clock,
    limited: boolean,
    dress: (stream: SessionStream) => SessionStream,
    sink: OrderEventSink,
  ) {
    this.clock = clock;
    this.sink = sink;
    clock.read();
    this.venues = Array.from({ length: PORTS }, () => port.protocol.createStandIn!());
    const sizes = { strategies: SHAPE.strategies.length, instruments: INSTRUMENTS };
    const store = new OrderStore(
      OrderStore.memoryFor({ ...sizes, ports: PORTS, maxOrders: 2 * REHEARSED_ORDERS, maxRefs: REFERENCES }),
    );
    const fills = new FillTable(FillTable.memoryFor(REHEARSED_ORDERS));
    const spec = {
      strategies: SHAPE.strategies.map(({ name, account }, i) => ({ name, account, group: 0, lostRoute: POLICIES[i] })),
      instruments: SHAPE.instruments,
      ports: this.venues.map((_, i) => portOf(port, i)),
      groups: [
        {
          options: { name: 'rehearsal', policy: 'primary-backup' as const, failback: { afterNs: 0 } },
          ports: this.venues.map((_, i) => i),
        },
      ],
      seed: EPOCH,
    };
    const remainingPorts = remainingPortsOf(spec);
    const margin = new LinearMargin(new Array<number>(INSTRUMENTS).fill(MARGIN_RATE_BP));
    this.ledger = new Ledger(Ledger.memoryFor({ ...sizes, venues: 1, accounts: 1 }, margin), store, fills, {
      venueOfPort: new Array<number>(PORTS).fill(0),
      remainingPorts,
      margin,
    });
    const books = [standingBooks()];
    const map = new InstrumentMap(
      SHAPE.instruments.map(({ symbol }) => ({ symbol, feed: 0 })),
      books,
      [INSTRUMENTS],
    );
    map.lookAtAll();
    this.market = new MarketView(map, books, [this.feed], INSTRUMENTS);
    this.feed[FeedCell.status] = FeedTrust.live;
    this.feed[FeedCell.lineCount] = 1;
    const limits = new RiskLimits(SHAPE);
    if (limited) limits.load(everyLimit(limits));
    const risk = new Risk({
      limits,
      refusals: new Refusals(limits),
      exposure: this.ledger,
      market: this.market,
      slots: store,
      nowNs: new Float64Array(1),
      windows: WINDOWS,
      remainingPorts,
    });
    formatJournalRing(this.journal, { venue: 'rehearsal', day: DAY }, EPOCH, 0, 0);
    const ring = new JournalRing(this.journal);
    const journal = new JournalWriter(ring, clock.nowNs, new Float64Array(2));
    this.killed[KillWord.magic] = KILL_MAGIC;
    this.killed[KillWord.layoutVersion] = KILL_LAYOUT_VERSION;
    const fence = new Int32Array(createFenceMemory());
    new FenceControl(fence).grant(EPOCH);
    const places = SHAPE.strategies.map((_, place) => place);
    const kill = new KillSwitch({ words: this.killed }, [0], places);
    this.reporter = new GatewayReporter(new SpscProducer(createSpscRing(REPORT_BYTES)), clock.nowNs);
    const histogram = () => new Float64Array(HISTOGRAM_CELLS);
    const routes = new Int32Array(SHAPE.strategies.length * RouteCell.words);
    this.loop = buildGateway(spec, {
      store,
      ledger: this.ledger,
      fills,
      risk,
      journal,
      dayJournal: new JournalDayWriter(journal, ring),
      lastCheck: new SendGuard(new Fence(fence, EPOCH), kill),
      clock,
      voice: this.reporter,
      dialler: (index) => ({ dial: () => dress(this.venues[index].connect()) }),
      answers: new AnswerTimes(histogram()),
      routes,
    });
    const parts = {
      gateway: this.loop.gateway,
      risk,
      store,
      ledger: this.ledger,
      map,
      histograms: {
        wireToSent: histogram(),
        risk: histogram(),
        toSend: histogram(),
        send: histogram(),
        switch: histogram(),
        answer: histogram(),
      },
      sessionNames: spec.ports.map(({ name }) => name),
    };
    this.orders = SHAPE.strategies.map(
      (_, i) => new LocalOrders(parts, i, 0, POLICIES[i], [0], new RouteReader(routes, i, []), new Float64Array(4)),
    );
    this.begin();
  }

  /** Takes the day to its end. Once. */
  play(): void {
    const noon = REHEARSED_ORDERS / 2;
    for (let i = 0; i < REHEARSED_ORDERS; i++) {
      if (i === noon) this.venues[0].hangUp();
      this.trade(i);
      if ((i & 1) === 0) this.turn();
    }
    for (const orders of this.orders) orders.cancelAll();
    this.turn();
    this.turn();
    this.loop.stop(true);
  }

  /** Positions, cash, and sessions that are logged on. */
  private begin(): void {
    const { facts } = this.loop.parts;
    facts.nowNs[0] = this.clock.nowNs[0];
    facts.opened(DAY, EPOCH);
    facts.balance(0, CASH4);
    for (let i = 0; i < INSTRUMENTS; i++) {
      facts.position(0, -1, i, HELD_SHARES, BID4, 0);
      for (let s = 0; s < POLICIES.length; s++) facts.position(0, s, i, HELD_SHARES, BID4, 0);
    }
    this.loop.begin();
    for (let tries = 0; tries < NOT_YET && !this.loop.ports.every(({ usable }) => usable); tries++) this.turn();
  }

  /** An order, and what comes of it. */
  private trade(i: number): void {
    const orders = this.orders[i % this.orders.length];
    const instrument = (i >> 2) % INSTRUMENTS;
    const side = (i >> 1) & 1 ? Side.sell : Side.buy;
    const shares = 100 + (i % 7) * 100;
    const away4 = (i % 5) * TICK4;
    const price4 = side === Side.buy ? BID4 - away4 : BID4 + TICK4 + away4;
    if (i % 16 === 5) this.venues[this.active].rejectNext();
    const order = orders.enter(
      instrument,
      side,
      shares,
      price4,
      i % 9 === 8 ? TimeInForce.immediateOrCancel : undefined,
    );
    if (i % 4 === 1) this.venues[this.active].execute(i % 8 === 1 ? shares : 100);
    if (order > 0 && i % 3 === 0) {
      this.turn();
      if (orders.replace(order, shares + 100, price4) === 0) this.turn();
      if (i % 2 === 0) orders.cancel(order);
    }
    if (i % 12 === 7) this.beRefused(orders, instrument, side);
    if (i % 32 === 31) this.market.mark(this.ledger);
  }

  /** Nothing of a request without sense, and of who is killed, gets to a socket. */
  private beRefused(orders: LocalOrders, instrument: number, side: Side): void {
    orders.enter(instrument, side, 0, BID4);
    orders.enter(instrument, side, 100, side === Side.buy ? 3 * BID4 : 1);
    this.killed[KillWord.global] = 1;
    orders.enter(instrument, side, 100, BID4);
    this.killed[KillWord.global] = 0;
  }

  private get active(): number {
    return this.loop.ports[0].usable ? 0 : 1;
  }

  /** One turn of the gateway's thread. */
  turn(): void {
    const { clock, feed } = this;
    clock.read();
    feed[FEED_CELLS + LineCell.lastHeardNs] = clock.nowNs[0];
    this.reporter.turn();
    this.market.look(clock.nowNs);
    this.loop.turn(this.sink);
    this.emptyJournal();
  }

  /** As though a copier had taken all that was written. */
  private emptyJournal(): void {
    const cells = new Int32Array(this.journal);
    const position = new Float64Array(this.journal)[JournalRingLayout.positionCell];
    cells[JournalRingLayout.copiedCell] = position | 0;
    cells[JournalRingLayout.syncedCell] = position | 0;
  }
}

/** The port as configured, but that it may log on as often as it likes, without a pause. */
function portOf(port: PortSpec, index: number): PortSpec {
  return {
    ...port,
    name: `rehearsal-${index}`,
    hosts: [`rehearsal-${index}`],
    session: {
      ...port.session,
      connection: { ...port.session.connection, username: 'rehearsal', password: 'rehearsal', session: '', day: DAY },
      backoff: { firstNs: 1, maxNs: 1 },
    },
    port: { ...port.port, logonBudget: { logons: 1000, perNs: 1 } },
  };
}

/** A bid and an ask in each instrument, and nothing that moves. */
function standingBooks(): OrderBooks {
  const memory = createBookMemory({ maxOrders: 4 * INSTRUMENTS, maxInstruments: INSTRUMENTS });
  const writer = new BookWriter(memory);
  SHAPE.instruments.forEach(({ symbol }, locate) => {
    const [hi, lo] = symbolWords(symbol);
    writer.list(locate, hi, lo, 100);
    writer.setStatus(locate, InstrumentStatus.stateMask, TradingState.trading);
    writer.add(locate, Side.buy, 0, 2 * locate + 1, BID4, BOOK_SHARES, 0);
    writer.add(locate, Side.sell, 0, 2 * locate + 2, BID4 + TICK4, BOOK_SHARES, 0);
  });
  return new OrderBooks(memory);
}

function everyLimit(limits: RiskLimits): LimitSetting[] {
  const usual = LIMIT_TABLE.filter(({ id }) => id !== Limit.restricted); // one that is on refuses everything
  return usual.flatMap(({ id, unit, scopes }) =>
    scopes.flatMap((scope) =>
      Array.from({ length: limits.rows.size(scope) }, (_, index) => ({ limit: id, scope, index, value: BOUNDS[unit] })),
    ),
  );
}
