import { decodeEvent } from '../feed/event-record.ts';
import type { FeedStatus, StatusReason } from '../feed/events.ts';
import { FeedEvent } from '../feed/events.ts';
import { FeedCell } from '../feed/feed-counters.ts';
import type { FeedHandler } from '../feed/protocol.ts';
import { RemoteOrderEnd, type RemoteOrderOptions } from '../gateway/remote-setup.ts';
import { BroadcastReader, LAPPED } from '../ring/broadcast-ring.ts';
import type { RecordHandler } from '../ring/spsc-ring.ts';
import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import { type Clock, createClock } from '../runtime/clock.ts';
import { NowCell, type StrategyContext } from '../strategy/api.ts';
import { StrategyHost, type StrategySpec } from '../strategy/strategy-host.ts';
import { feedProtocol } from '../venues/registry.ts';
import { BroadcastRecord } from './broadcast-record.ts';
import { RingReporter } from './report-record.ts';

/** What a strategy's own thread is given. Structured-cloneable. */
export interface StrategyAgentOptions {
  readonly spec: StrategySpec;
  readonly cells: Float64Array;
  readonly layout: StrategyContext['layout'];
  readonly broadcast: SharedArrayBuffer;
  /** Its orders, where something is traded. */
  readonly orders: RemoteOrderOptions | undefined;
  /** All feeds of the router, by number. */
  readonly feeds: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly cells: Float64Array;
    readonly books:
      | { readonly memory: SharedArrayBuffer; readonly maxOrders: number; readonly maxInstruments: number }
      | undefined;
  }[];
}

/** Records shown in one turn: bounded, so that timers are looked at now and then however fast the feed is. */
const RECORDS_PER_TURN = 256;
/** Turns between looks for symbols that the directory did not have yet. */
const TURNS_PER_LOOK = 1024;

/**
 * Runs one strategy on a thread of its own: reads the router's broadcast ring and shows each record to the strategy.
 * What the strategy does to this thread (loops, exits, exhausts its heap) it does to itself alone. An exception ends
 * the thread too, so that its owner can start it afresh from the books as they stand.
 */
export class StrategyAgent implements Agent, RecordHandler {
  readonly name: string;
  private readonly host: StrategyHost;
  private readonly handlers: readonly (FeedHandler | undefined)[];
  private readonly reader: BroadcastReader;
  private readonly orderEnd: RemoteOrderEnd | undefined;
  private turns = 0;
  private readonly clock: Clock;
  private readonly now: Float64Array;
  private readonly event = new FeedEvent();
  /** Number of the last unit shown, by feed: what was missed when lapped is counted from it. */
  private readonly lastId: Float64Array;
  private readonly feedCells: readonly Float64Array[];
  private lapped = false;
  private failure: unknown = undefined;

  private constructor(options: StrategyAgentOptions, context: AgentContext) {
    this.name = options.spec.name;
    this.clock = createClock(context.native);
    this.now = new Float64Array(3);
    this.lastId = new Float64Array(options.feeds.length);
    this.handlers = options.feeds.map(attachHandler);
    const named = options.feeds.map((feed, number) => ({ name: feed.name, handler: this.handlers[number] }));
    const reports = new RingReporter(context.reports);
    const reporter = {
      logLimit: reports.logLimit,
      log: (strategy: string, message: string) => reports.log(strategy, message),
      failed: (strategy: string, callback: string, error: unknown) => {
        this.failure = error instanceof Error ? error : new Error(String(error));
        reports.failed(strategy, callback, error);
      },
    };
    const { spec, layout, cells } = options;
    this.orderEnd = attachOrders(options, this.handlers, createClock(context.native));
    this.host = new StrategyHost(spec, layout, named, this.now, cells, reporter, this.orderEnd?.orders);
    this.orderEnd?.attach(this.host);
    this.reader = new BroadcastReader(options.broadcast);
    this.feedCells = options.feeds.map((feed) => feed.cells);
    this.readStatuses();
  }

  static async create(options: StrategyAgentOptions, context: AgentContext): Promise<StrategyAgent> {
    const agent = new StrategyAgent(options, context);
    agent.readTime();
    await agent.host.load();
    agent.rethrow();
    agent.skipToNewest();
    return agent;
  }

  doWork(): number {
    this.readTime();
    let work = this.reader.poll(this, RECORDS_PER_TURN);
    if (work === LAPPED) {
      this.lapped = true;
      this.reader.resync();
      this.readStatuses();
      work = 1;
    }
    this.now[NowCell.rxNs] = 0; // what runs from here on is caused by no unit
    if (this.orderEnd !== undefined) {
      work += this.orderEnd.poll();
      if (++this.turns % TURNS_PER_LOOK === 0) this.orderEnd.look();
    }
    work += this.host.onTurn();
    this.rethrow();
    return work;
  }

  onRecord(type: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (type === BroadcastRecord.eventType) {
      const feed = decodeEvent(view, offset, this.event);
      this.host.onEvent(feed, this.event);
      return;
    }
    const feed = view.getInt32(offset + BroadcastRecord.feedOffset, true);
    this.now[NowCell.unitId] = view.getFloat64(offset + BroadcastRecord.idOffset, true);
    this.now[NowCell.rxNs] = view.getFloat64(offset + BroadcastRecord.rxNsOffset, true);
    if (this.lapped) this.tellLap(feed);
    this.lastId[feed] = this.now[NowCell.unitId];
    this.host.onMessage(feed, bytes, view, offset + BroadcastRecord.headerBytes, length - BroadcastRecord.headerBytes);
    const handler = this.handlers[feed];
    if (handler !== undefined && (handler.changedInstrument >= 0 || handler.changedStatusInstrument >= 0)) {
      this.host.onChange(feed);
    }
  }

  close(): void {
    this.host.close();
  }

  private tellLap(feed: number): void {
    this.lapped = false;
    const missed = this.now[NowCell.unitId] - this.lastId[feed] - 1;
    this.host.onLapped(feed, Math.max(0, missed));
  }

  /**
   * Starts with what comes next: the books hold everything before it. (The ring still has records from before a
   * restart; the one that brought the strategy down must not be shown again.)
   */
  private skipToNewest(): void {
    const discard: RecordHandler = { onRecord: () => {} };
    for (let shown = 1; shown !== 0; ) {
      shown = this.reader.poll(discard, RECORDS_PER_TURN);
      if (shown === LAPPED) this.reader.resync();
    }
    this.readStatuses();
  }

  /** Status as it stands in the counters: at the start, and where the event that told of it was missed. */
  private readStatuses(): void {
    this.feedCells.forEach((cells, number) => {
      this.host.seed(number, cells[FeedCell.status] as FeedStatus, cells[FeedCell.statusReason] as StatusReason);
    });
  }

  private readTime(): void {
    this.clock.read();
    this.now[NowCell.turnNs] = this.clock.nowNs[0];
  }

  private rethrow(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

function attachHandler(feed: StrategyAgentOptions['feeds'][number]): FeedHandler | undefined {
  if (feed.books === undefined) return undefined;
  return feedProtocol(feed.protocol).createHandler?.({ ...feed.books, readOnly: true });
}

function attachOrders(
  options: StrategyAgentOptions,
  handlers: readonly (FeedHandler | undefined)[],
  clock: Clock,
): RemoteOrderEnd | undefined {
  if (options.orders === undefined) return undefined;
  return new RemoteOrderEnd(
    options.orders,
    clock,
    options.spec.feeds,
    handlers.map((handler) => handler?.books),
    options.feeds.map(({ books }) => books?.maxInstruments ?? 0),
  );
}

/** Entry of a strategy's thread. */
export function createAgent(options: StrategyAgentOptions, context: AgentContext): Promise<Agent> {
  return StrategyAgent.create(options, context);
}
