import { nameOf } from '../feed/event-record.ts';
import { FeedStatus, LineHealth, StatusReason } from '../feed/events.ts';
import { FeedCell, LineCell, lineCell, lineLostSoFar, WON_BY_BUCKETS } from '../feed/feed-counters.ts';
import { STATUS_REASON_WORDS } from './event-view.ts';
import type { BookView, FeedView, LineView } from './status-model.ts';

/** What a reader can't learn from the counters. */
export interface FeedReaderOptions {
  readonly name: string;
  readonly policy: 'first' | 'sticky';
  /** Names of the lines, by index. */
  readonly lines: readonly string[];
  /** The feed's counters, see `feed-counters.ts`. */
  readonly cells: Float64Array;
}

/** Rates are taken over about this long, so that they don't flicker. */
const RATE_WINDOW_NS = 1e9;

interface Sample {
  readonly nowNs: number;
  readonly delivered: number;
  readonly units: readonly number[];
}

/** Reads a feed's counters into what the status view shows. Main thread only. */
export class FeedReader {
  private options: FeedReaderOptions;
  private readonly samples: Sample[] = [];
  private status = -1;
  private statusSinceNs = 0;

  constructor(options: FeedReaderOptions) {
    this.options = options;
  }

  /** Goes on with another copy of the same counters. */
  attach(cells: Float64Array): void {
    this.options = { ...this.options, cells };
  }

  /** @param nowNs monotonic ns, on the clock of the feed's counters */
  read(nowNs: number, books: readonly BookView[] = []): FeedView {
    const { name, policy, lines, cells } = this.options;
    const units = lines.map((_, i) => cells[lineCell(i, LineCell.units)]);
    const delivered = cells[FeedCell.delivered];
    const perSecond = this.rates({ nowNs, delivered, units });
    if (cells[FeedCell.status] !== this.status) {
      // of a router that has run before the first look nobody knows since when
      this.statusSinceNs = this.status < 0 && cells[FeedCell.delivered] > 0 ? Number.NaN : nowNs;
      this.status = cells[FeedCell.status];
    }
    const wins = lines.reduce((sum, _, i) => sum + cells[lineCell(i, LineCell.wins)], 0);
    const reason = nameOf(StatusReason, cells[FeedCell.statusReason]) as keyof typeof StatusReason;
    return {
      name,
      status: nameOf(FeedStatus, this.status) as FeedView['status'],
      reason: STATUS_REASON_WORDS[reason] ?? reason,
      sinceNs: nowNs - this.statusSinceNs,
      policy,
      activeLine: lines[cells[FeedCell.activeLine]],
      deliveredPerSecond: perSecond.delivered,
      delivered,
      lastId: cells[FeedCell.lastId],
      openGaps: cells[FeedCell.openGaps],
      openGapUnits: cells[FeedCell.openGapUnits],
      gaps: cells[FeedCell.gapsOpened],
      filled: {
        otherLine: cells[FeedCell.filledByOtherLine],
        retransmit: cells[FeedCell.filledByRetransmit],
        snapshot: cells[FeedCell.filledBySnapshot],
      },
      lost: cells[FeedCell.lostUnits],
      switches: cells[FeedCell.switches],
      disagreements: cells[FeedCell.disagreements],
      refused: cells[FeedCell.refused],
      lines: lines.map((_, i) => this.line(i, nowNs, perSecond.units[i], wins)),
      books,
    };
  }

  private line(index: number, nowNs: number, perSecond: number, wins: number): LineView {
    const { cells, lines } = this.options;
    const cell = (which: number) => cells[lineCell(index, which)];
    const heardNs = cell(LineCell.lastHeardNs);
    return {
      name: lines[index],
      health: nameOf(LineHealth, cell(LineCell.health)) as LineView['health'],
      redundancyLost: cell(LineCell.redundancyLost) === 1,
      perSecond,
      wonShare: wins === 0 ? Number.NaN : cell(LineCell.wins) / wins,
      wonByP50Ns: wonByPercentile(cells, index, 0.5),
      wonByP99Ns: wonByPercentile(cells, index, 0.99),
      wonBy: wonByCounts(cells, index),
      late: cell(LineCell.late),
      duplicates: cell(LineCell.duplicates),
      lost: lineLostSoFar(cells, index),
      malformed: cell(LineCell.malformed),
      kernelDrops: cell(LineCell.kernelDrops),
      heardAgoNs: heardNs === 0 ? Number.NaN : Math.max(0, nowNs - heardNs),
    };
  }

  private rates(now: Sample): { delivered: number; units: number[] } {
    const { samples } = this;
    samples.push(now);
    while (samples.length > 2 && now.nowNs - samples[1].nowNs >= RATE_WINDOW_NS) samples.shift();
    const [then] = samples;
    const seconds = (now.nowNs - then.nowNs) / 1e9;
    const rate = (a: number, b: number) => (seconds > 0 ? Math.max(0, a - b) / seconds : 0);
    return {
      delivered: rate(now.delivered, then.delivered),
      units: now.units.map((n, i) => rate(n, then.units[i])),
    };
  }
}

function wonByCounts(cells: Float64Array, line: number): number[] {
  const first = lineCell(line, LineCell.wonByBuckets);
  return Array.from(cells.subarray(first, first + WON_BY_BUCKETS));
}

/**
 * A percentile of the margins that a line's copies won by, from its histogram of powers of two; interpolated within a
 * bucket, so right to about a factor of 1.4. @param share 0 to 1 @returns ns; NaN if it won nothing
 */
export function wonByPercentile(cells: Float64Array, line: number, share: number): number {
  const first = lineCell(line, LineCell.wonByBuckets);
  let total = 0;
  for (let b = 0; b < WON_BY_BUCKETS; b++) total += cells[first + b];
  if (total === 0) return Number.NaN;
  const wanted = share * total;
  let seen = 0;
  for (let b = 0; b < WON_BY_BUCKETS; b++) {
    const here = cells[first + b];
    if (here > 0 && seen + here >= wanted) {
      if (b === 0) return 0;
      const low = 2 ** (b - 1);
      return low + ((wanted - seen) / here) * low;
    }
    seen += here;
  }
  return 2 ** (WON_BY_BUCKETS - 1);
}
