import { FeedCell } from '../feed/feed-counters.ts';
import { type CounterBlock, type CounterDescription, counterCells } from '../runtime/counters.ts';
import { MainCell } from '../runtime/main-thread.ts';
import { DutyCell } from '../runtime/thread-control.ts';
import { StrategyCell, StrategyState } from '../strategy/strategy-host.ts';
import type { RouterAbout } from './about.ts';
import type { TopsMemory } from './book-tops.ts';
import { BookTops } from './book-tops.ts';
import { CoreTimeShares } from './core-time.ts';
import { FeedReader } from './feed-reader.ts';
import { latencyView } from './latency-view.ts';
import type { EventView, KeyHint, LatencyView, StatusModel, StrategyView, ThreadView } from './status-model.ts';

/** What a status is read from: a running router's own memory, or a copy that another process was given. */
export interface StatusSource {
  readonly pid: number;
  readonly about: RouterAbout;
  readonly description: CounterDescription;
  /** The counters' memory. */
  readonly memory: ArrayBufferLike;
  /** Best prices by feed; undefined where it has no books. */
  readonly tops: readonly (TopsMemory | undefined)[];
}

/** Books shown of each feed. */
const BOOKS_SHOWN = 5;
const FEED_LATENCY = 'receive → strategy';
/** The way of a tick through the router, in order; what is not named here comes after it. */
const PATH = [
  FEED_LATENCY,
  'strategy → risk passed',
  'risk passed → send',
  'send → sent',
  'receive → order sent',
  'order sent → answer',
];
const RATE_WINDOW_NS = 0.5e9;
const NO_CELLS = new Float64Array(0);

/**
 * Reads counters into what terminal, `top`, dashboard and API show. Keeps what rates need between two looks, so one reader
 * looks at one router for as long as it runs; {@link attach} gives it a newer copy of the same memory.
 */
export class StatusReader {
  private source: StatusSource;
  private readonly feeds: readonly FeedReader[];
  private readonly shares: CoreTimeShares;
  private readonly rates = new Map<string, { nowNs: number; count: number; perSecond: number }>();
  private blocks: ReadonlyMap<string, readonly CounterBlock[]>;
  private tops: readonly (BookTops | undefined)[];

  constructor(source: StatusSource) {
    this.source = source;
    this.blocks = blocksByName(source.description);
    this.tops = source.tops.map((memory) => memory && new BookTops(memory));
    this.shares = new CoreTimeShares(source.pid);
    this.feeds = source.about.feeds.map(
      (feed) => new FeedReader({ ...feed, cells: this.cells('feed', { feed: feed.name }) }),
    );
  }

  /** Goes on with another copy of the same router's memory. */
  attach(source: StatusSource): void {
    this.source = source;
    this.blocks = blocksByName(source.description);
    this.tops = source.tops.map((memory) => memory && new BookTops(memory));
    source.about.feeds.forEach((feed, index) => {
      this.feeds[index]?.attach(this.cells('feed', { feed: feed.name }));
    });
  }

  /** @param nowNs monotonic ns, the moment that the memory shows */
  read(nowNs: number, events: readonly EventView[] = [], keys: readonly KeyHint[] = []): StatusModel {
    const { about } = this.source;
    return {
      venue: about.venue,
      version: about.version,
      layout: about.layout,
      idle: about.idle,
      io: about.io,
      notes: about.notes,
      upNs: nowNs - about.startedNs,
      feeds: this.feeds.map((feed, index) => feed.read(nowNs, this.tops[index]?.read(BOOKS_SHOWN))),
      latencies: this.latencies(),
      strategies: about.strategies.map(({ name }) => this.strategy(name, nowNs)),
      threads: this.threads(nowNs),
      events,
      keys,
    };
  }

  /** How long ago each agent thread's last turn began, in ns; of those that have made one. */
  turnsAgoNs(nowNs: number): Map<string, number> {
    const ago = new Map<string, number>();
    for (const { name } of this.source.about.threads) {
      const lastNs = this.cells('thread', { thread: name })[DutyCell.lastTurnNs] ?? 0;
      if (lastNs > 0) ago.set(name, nowNs - lastNs);
    }
    return ago;
  }

  /** How long ago the main thread showed that it lives, in ns; NaN where it does not tell. */
  mainBeatAgoNs(nowNs: number): number {
    const beatNs = this.cells('main', {})[MainCell.beatNs] ?? 0;
    return beatNs > 0 ? nowNs - beatNs : Number.NaN;
  }

  /** The last change of each feed's active line: monotonic ns, to which, and how many there were. */
  lastSwitches(): { readonly feed: string; readonly atNs: number; readonly line: string; readonly switches: number }[] {
    return this.source.about.feeds.flatMap(({ name, lines }) => {
      const cells = this.cells('feed', { feed: name });
      const atNs = cells[FeedCell.lastSwitchAtNs] ?? 0;
      if (atNs === 0) return [];
      return [{ feed: name, atNs, line: lines[cells[FeedCell.activeLine]] ?? '', switches: cells[FeedCell.switches] }];
    });
  }

  private latencies(): LatencyView[] {
    const views = this.all('latency').map(({ block, cells }) =>
      latencyView(`${block.labels.from} → ${block.labels.to}`, cells),
    );
    // the feed's own is always shown; of the others those that have happened
    return views
      .filter(({ name, count }) => name === FEED_LATENCY || count > 0)
      .sort((a, b) => placeOnPath(a.name) - placeOnPath(b.name));
  }

  private strategy(name: string, nowNs: number): StrategyView {
    const cells = this.cells('strategy', { strategy: name });
    const messages = cells[StrategyCell.units] ?? 0;
    return {
      name,
      state: stateWord(cells[StrategyCell.state] ?? 0),
      messages,
      perSecond: this.rate(name, nowNs, messages),
      lapped: cells[StrategyCell.lapped] ?? 0,
      restarts: Math.max(0, (cells[StrategyCell.starts] ?? 0) - 1),
    };
  }

  private threads(nowNs: number): ThreadView[] {
    const { about, pid } = this.source;
    const agents = about.threads.map(({ name, core, sleeps }): ThreadView => {
      const cells = this.cells('thread', { thread: name });
      return {
        name,
        core,
        busy: sleeps ? this.shares.share(cells[DutyCell.kernelThread] ?? 0, nowNs) : Number.NaN,
        spins: !sleeps,
        longestTurnNs: cells[DutyCell.maxTurnNs] ?? Number.NaN,
        stalls: cells[DutyCell.longTurns] ?? 0,
        collections: Number.NaN,
      };
    });
    const main = this.cells('main', {});
    if (main.length === 0) return agents;
    return [
      ...agents,
      {
        name: 'main',
        core: -1,
        busy: this.shares.share(pid, nowNs),
        longestTurnNs: main[MainCell.worstDelayNs]!,
        stalls: main[MainCell.longDelays]!,
        collections: main[MainCell.collections]!,
      },
    ];
  }

  private rate(name: string, nowNs: number, count: number): number {
    const last = this.rates.get(name);
    if (last === undefined) {
      this.rates.set(name, { nowNs, count, perSecond: 0 });
      return 0;
    }
    const elapsedNs = nowNs - last.nowNs;
    if (elapsedNs < RATE_WINDOW_NS) return last.perSecond;
    const perSecond = Math.max(0, ((count - last.count) / elapsedNs) * 1e9);
    this.rates.set(name, { nowNs, count, perSecond });
    return perSecond;
  }

  private all(name: string): { block: CounterBlock; cells: Float64Array }[] {
    const blocks = this.blocks.get(name) ?? [];
    return blocks.map((block) => ({ block, cells: counterCells(this.source.memory, block) }));
  }

  private cells(name: string, labels: Readonly<Record<string, string>>): Float64Array {
    const found = this.blocks
      .get(name)
      ?.find((block) => Object.entries(labels).every(([label, value]) => block.labels[label] === value));
    return found === undefined ? NO_CELLS : counterCells(this.source.memory, found);
  }
}

function blocksByName({ blocks }: CounterDescription): Map<string, CounterBlock[]> {
  const byName = new Map<string, CounterBlock[]>();
  for (const block of blocks) byName.set(block.name, [...(byName.get(block.name) ?? []), block]);
  return byName;
}

function placeOnPath(name: string): number {
  const place = PATH.indexOf(name);
  return place < 0 ? PATH.length : place;
}

function stateWord(state: number): string {
  if (state === StrategyState.running) return 'running';
  return state === StrategyState.stopped ? 'stopped by an exception' : 'loading';
}
