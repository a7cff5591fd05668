import { createBookMemory, OrderBooks, TradingState } from '../feed/book.ts';
import { InstrumentStatus } from '../feed/book-layout.ts';
import { BookWriter } from '../feed/book-writer.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell } from '../feed/feed-counters.ts';
import type { Native } from '../io/native.ts';
import { AskingReadySet } from '../io/ready-set.ts';
import type { StreamOptions, StreamSocket } from '../io/stream.ts';
import { JournalRing } from '../journal/journal-ring.ts';
import { formatJournalRing, JournalRingLayout, journalRingBytes } from '../journal/ring-layout.ts';
import type { GatewayLoop } from '../order/gateway-loop.ts';
import { symbolWords } from '../order/gateway-parts.ts';
import { KILL_FILE_BYTES, KILL_LAYOUT_VERSION, KILL_MAGIC, KillSwitch, KillWord } from '../order/kill.ts';
import { FeedTrust } from '../order/market-state.ts';
import type { StandInVenue } from '../order/order-protocol.ts';
import { Marking, Side, TimeInForce } from '../order/terms.ts';
import { SpscConsumer, SpscProducer } from '../ring/spsc-ring.ts';
import { createSpscRing } from '../ring/spsc-ring-descriptor.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import type { Clock } from '../runtime/clock.ts';
import { NowCell } from '../strategy/api.ts';
import type { Orders } from '../strategy/order-api.ts';
import { STRATEGY_CELLS, StrategyHost, type StrategyReporter } from '../strategy/strategy-host.ts';
import { orderProtocol } from '../venues/order-registry.ts';
import { openDropCopy } from './drop-copy.ts';
import type { GatewayDoors } from './gateway-doors.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { GatewayRunner } from './gateway-runner.ts';
import { mappedOutput } from './journal-output.ts';
import { CALLBACKS, DISGUISES, disguisedReadySet, disguisedSocket, Late } from './rehearsal-disguise.ts';
import {
  REHEARSED_BID4,
  REHEARSED_INSTRUMENTS,
  REHEARSED_ORDERS,
  REHEARSED_TICK4,
  type RehearsalTake,
  rehearsalOptions,
} from './rehearsal-options.ts';
import { RehearsedRemote } from './rehearsed-remote.ts';

const BOOK_SHARES = 1000;
const JOURNAL_BYTES = 1 << 20;
const REPORT_BYTES = 1 << 16;
const MAX_DRAINED = 100_000;
const NOT_YET = 1000;
/** How far a journal's disk may be ahead of what is written: nothing is ever waited for. */
const SYNCED_AHEAD = 1 << 29;
/** Turns for which the venue takes its time. */
const LATE_TURNS = 2;
/** This one is halted. */
const HALTED = REHEARSED_INSTRUMENTS - 1;
/** When the venue dies: with the connections at the start each disguise is met in the course of a day. */
const HANG_UPS = [REHEARSED_ORDERS / 8, REHEARSED_ORDERS / 4, REHEARSED_ORDERS / 2];
/** Shares that a replace asks for beside what the order has. */
const REPLACED_BY = [100, 0, 100, -50];
const MARKINGS = [Marking.long, Marking.short, Marking.shortExempt];

/** Whoever enters orders, in place or from another thread. */
type Trader = Pick<Orders, 'enter' | 'replace' | 'cancel' | 'cancelAll'>;

/** What rehearsals are made of. */
export interface RehearsalInput {
  /** The real gateway's: what it has of memory is left alone. */
  readonly gateway: GatewayOptions;
  readonly native: Native | undefined;
  /** Makes a clock of the kind that the real gateway has. */
  readonly createClock: () => Clock;
  /** Strategies that are called in place. Nothing of their own code is run. */
  readonly hosts: readonly StrategyHost[];
}

const SILENT: StrategyReporter = { log: () => {}, failed: () => {} };

/**
 * One made-up trading day of a gateway of its own, over memory of its own: two ports of a protocol, the second standing by,
 * strategies of every policy, a book that stands still, and a venue in memory that accepts, executes, replaces, cancels and
 * rejects, and dies now and then. The gateway is the very one that trades, with doors that lead nowhere.
 */
export class OrderRehearsal {
  readonly runner: GatewayRunner;
  readonly traders: readonly Trader[];
  readonly options: GatewayOptions;
  private readonly clock: Clock;
  private readonly venues: readonly StandInVenue[];
  private readonly feed = new Float64Array(FEED_CELLS + LINE_CELLS);
  private readonly killed = new Int32Array(new SharedArrayBuffer(KILL_FILE_BYTES));
  private readonly journal = new SharedArrayBuffer(journalRingBytes(JOURNAL_BYTES));
  private readonly journalWords = new Int32Array(this.journal);
  private readonly journalDoubles = new Float64Array(this.journal);
  private readonly reports: SpscConsumer;
  private readonly now = new Float64Array(Object.keys(NowCell).length);
  private readonly idleSinceNs = new Float64Array(1);
  private turns = 0;
  private connections = 0;
  /** Cell 0: {@link Late} */
  private readonly late = new Int32Array(1);

  constructor(input: RehearsalInput, take: RehearsalTake) {
    this.options = rehearsalOptions(input.gateway, take);
    const { options } = this;
    this.clock = input.createClock();
    this.venues = options.ports.map(({ protocol }) => orderProtocol(protocol).createStandIn!());
    this.killed[KillWord.magic] = KILL_MAGIC;
    this.killed[KillWord.layoutVersion] = KILL_LAYOUT_VERSION;
    formatJournalRing(this.journal, { venue: 'rehearsal', day: options.day }, options.epoch, 0, 0);
    this.emptyJournal();
    this.feed[FeedCell.status] = FeedTrust.live;
    this.feed[FeedCell.lineCount] = 1;
    const memory = createSpscRing(REPORT_BYTES);
    this.reports = new SpscConsumer(memory);
    const context = { native: input.native, reports: new SpscProducer(memory) } as unknown as AgentContext;
    // made as the real ones are: by `map`
    const feeds = [0];
    const books = feeds.map(() => standingBooks());
    this.runner = new GatewayRunner(
      options,
      context,
      books,
      feeds.map(() => REHEARSED_INSTRUMENTS),
      feeds.map(() => this.feed),
      this.doors(input, take),
    );
    this.runner.findInstruments();
    this.traders = options.strategies.map((_, i) => this.traderOf(i, input, take));
    // before a session is there
    for (const trader of this.traders) trader.enter(0, Side.buy, 100, REHEARSED_BID4);
    this.await(Late.connection);
    this.await(Late.answers);
    for (let tries = 0; tries < NOT_YET && !this.loop.ports.every(({ usable }) => usable); tries++) this.turn();
  }

  get loop(): GatewayLoop {
    return this.runner.loop;
  }

  /** Takes the day to its end. Once. */
  play(): void {
    for (let i = 0; i < REHEARSED_ORDERS; i++) {
      if (HANG_UPS.includes(i)) this.venues[this.active].hangUp();
      // an order that a datagram caused, and one that a timer did
      this.now[NowCell.rxNs] = i % 3 === 0 ? 0 : this.clock.nowNs[0];
      this.trade(i);
      if ((i & 1) === 0) this.turn();
    }
    for (const trader of this.traders) trader.cancelAll();
    this.turn();
    this.turn();
    this.loop.stop(true);
  }

  /** One turn of the gateway's thread. */
  turn(): void {
    const { clock, feed } = this;
    feed[FEED_CELLS + LineCell.lastHeardNs] = clock.nowNs[0];
    if (this.turns++ % 2 === 0) {
      this.runner.doWork();
    } else {
      // as after a turn in which the feeds brought nothing
      clock.read();
      this.idleSinceNs[0] = clock.nowNs[0] + 1;
      this.runner.doWork(this.idleSinceNs);
    }
    this.emptyJournal();
    this.reports.drain({ onRecord: () => {} }, MAX_DRAINED);
    for (const trader of this.traders) if (trader instanceof RehearsedRemote) trader.hear();
  }

  private doors(input: RehearsalInput, { disguise }: RehearsalTake): GatewayDoors {
    return {
      clock: () => this.clock,
      journal: () => ({
        output: mappedOutput(this.options.journal, new JournalRing(this.journal), input.createClock()),
      }),
      killSwitch: () => {
        const { accounts, strategies } = this.options.kill;
        return new KillSwitch({ words: this.killed }, accounts, strategies);
      },
      sources: () => {
        const { dropCopy, ports } = this.options;
        if (dropCopy === undefined) return [];
        const venue = orderProtocol(ports[0].protocol).createStandIn!();
        return [openDropCopy(dropCopy, (options) => this.socketOf(venue, disguise, options))];
      },
      connect: (session, options) => this.socketOf(this.venues[session], disguise, options),
      readySet: (sessions) => {
        const isNative = this.options.ioMode === 'native';
        if (!isNative) return new AskingReadySet(sessions);
        for (let other = 0; other < DISGUISES; other++) disguisedReadySet(sessions, other, this.late).look();
        return disguisedReadySet(sessions, disguise, this.late);
      },
    };
  }

  private socketOf(venue: StandInVenue, disguise: number, options: StreamOptions): StreamSocket {
    const stream = venue.connect();
    if (this.options.ioMode !== 'native') return stream as unknown as StreamSocket;
    return disguisedSocket(stream, disguise + this.connections++, options, this.late);
  }

  private traderOf(strategy: number, { hosts }: RehearsalInput, { disguise }: RehearsalTake): Trader {
    const link = this.options.links[strategy];
    if (link !== undefined) return new RehearsedRemote(link, this.clock, () => this.turn());
    const orders = this.runner.ordersOf(strategy, [0], this.now);
    const real = hosts.length === 0 ? undefined : hosts[strategy % hosts.length];
    const spec = { name: 'rehearsal', module: '', options: {}, feeds: [0] };
    const named = [{ name: 'rehearsal', handler: undefined }];
    const host = new StrategyHost(spec, 'fused', named, this.now, new Float64Array(STRATEGY_CELLS), SILENT, orders);
    if (real !== undefined) host.use(real.standIn(CALLBACKS[(disguise + strategy) % DISGUISES]));
    this.runner.attach(strategy, host);
    return orders;
  }

  /** An order, and what comes of it. */
  private trade(i: number): void {
    const trader = this.traders[i % this.traders.length];
    const instrument = (i >> 2) % REHEARSED_INSTRUMENTS;
    const side = (i >> 1) & 1 ? Side.sell : Side.buy;
    const shares = 100 + (i % 7) * 100;
    const away4 = (i % 5) * REHEARSED_TICK4;
    const whole4 = side === Side.buy ? REHEARSED_BID4 - away4 : REHEARSED_BID4 + REHEARSED_TICK4 + away4;
    // a strategy that calculates has whole numbers that V8 holds as doubles
    const price4 = i % 5 < 2 ? whole4 + 0.5 - 0.5 : whole4;
    if (i % 16 === 5) this.venues[this.active].rejectNext();
    const order = trader.enter(
      instrument,
      side,
      shares,
      price4,
      i % 9 === 8 ? TimeInForce.immediateOrCancel : undefined,
      side === Side.buy ? undefined : MARKINGS[(i >> 2) % MARKINGS.length],
    );
    if (i % 4 === 1) this.venues[this.active].execute(i % 8 === 1 ? shares : 100);
    if (order > 0 && i % 3 === 0) {
      this.answerLate(i);
      this.turn();
      const betterBy4 = (i % 2 === 0 ? REHEARSED_TICK4 : -REHEARSED_TICK4) * (i % 5 < 3 ? 1 : 0);
      if (trader.replace(order, shares + REPLACED_BY[i % REPLACED_BY.length], price4 + betterBy4) === 0) {
        this.answerLate(i + 1);
        this.turn();
      }
      if (i % 2 === 0) {
        trader.cancel(order);
        this.answerLate(i + 2);
      }
    }
    if (i % 12 === 7) this.beRefused(trader, instrument, side);
  }

  /** Now and then turns pass before the venue's answers are there: as a rule real ones take hundreds. */
  private answerLate(i: number): void {
    if (i % 4 < 2) this.await(Late.answers);
  }

  private await(late: number): void {
    this.late[0] = late;
    for (let turn = 0; turn < LATE_TURNS; turn++) this.turn();
    this.late[0] = Late.nothing;
  }

  /** Nothing of a request without sense, and of who is killed, gets to a socket. */
  private beRefused(trader: Trader, instrument: number, side: Side): void {
    trader.enter(instrument, side, 0, REHEARSED_BID4);
    trader.enter(instrument, side, 100, side === Side.buy ? 3 * REHEARSED_BID4 : 1);
    if (trader instanceof RehearsedRemote) return; // it takes a turn, in which all that is open would be cancelled
    this.killed[KillWord.global] = 1;
    trader.enter(instrument, side, 100, REHEARSED_BID4);
    this.killed[KillWord.global] = 0;
  }

  private get active(): number {
    return this.loop.groups[0].leading?.index ?? 0;
  }

  /** As though a copier had taken all that was written, and the disk as well. */
  private emptyJournal(): void {
    const position = this.journalDoubles[JournalRingLayout.positionCell];
    this.journalWords[JournalRingLayout.copiedCell] = position | 0;
    this.journalWords[JournalRingLayout.syncedCell] = (position | 0) + SYNCED_AHEAD;
  }
}

/** A bid and an ask in each instrument, and nothing that moves. */
function standingBooks(): OrderBooks {
  const memory = createBookMemory({ maxOrders: 4 * REHEARSED_INSTRUMENTS, maxInstruments: REHEARSED_INSTRUMENTS });
  const writer = new BookWriter(memory);
  for (let locate = 0; locate < REHEARSED_INSTRUMENTS; locate++) {
    const [hi, lo] = symbolWords(`REH${locate}`);
    writer.list(locate, hi, lo, 100);
    const state = locate === HALTED ? TradingState.halted : TradingState.trading;
    writer.setStatus(locate, InstrumentStatus.stateMask, state);
    writer.add(locate, Side.buy, 0, 2 * locate + 1, REHEARSED_BID4, BOOK_SHARES, 0);
    writer.add(locate, Side.sell, 0, 2 * locate + 2, REHEARSED_BID4 + REHEARSED_TICK4, BOOK_SHARES, 0);
  }
  return new OrderBooks(memory);
}
