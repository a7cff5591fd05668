import { buildReplayReport, LostRanges, type ReplayReport } from '../capture/replay-report.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { EventNumber, type FeedEvent, FeedEventKind } from '../feed/events.ts';

/** What became of a live feed: a replay's report, but for the digest, which would cost the hot path a hash. */
export type LiveReport = Omit<ReplayReport, 'sha256'>;

interface Tracked {
  readonly name: string;
  readonly lines: readonly string[];
  readonly lost: LostRanges;
  firstId: number | null;
  lastLostId: number;
}

/** Gathers from events and counters what `warmline run --json` prints at its end. */
export class FeedReports {
  private readonly feeds: readonly Tracked[];

  constructor(config: WarmlineConfig) {
    this.feeds = config.feeds.map(({ name, lines }) => ({
      name,
      lines: lines.map((line) => line.name),
      lost: new LostRanges(),
      firstId: null,
      lastLostId: 0,
    }));
  }

  onEvent(feed: number, event: FeedEvent): void {
    const tracked = this.feeds[feed];
    const from = event.numbers[EventNumber.from];
    if (event.kind === FeedEventKind.started) tracked.firstId ??= from;
    else if (event.kind === FeedEventKind.sessionChanged) tracked.lastLostId = 0;
    else if (event.kind === FeedEventKind.gapLost) {
      tracked.lost.add(from, event.numbers[EventNumber.to]);
      tracked.lastLostId = event.numbers[EventNumber.to];
    }
  }

  /** @param cells the feeds' counters, in the order of the config */
  build(cells: readonly Float64Array[]): LiveReport[] {
    return this.feeds.map(({ name, lines, lost, firstId, lastLostId }, feed) => {
      const report = buildReplayReport(name, lines, cells[feed], firstId, lastLostId, lost.ranges, '');
      const { sha256: _none, ...live } = report;
      return live;
    });
  }
}
