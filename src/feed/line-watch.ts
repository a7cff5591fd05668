import { Cell } from './arbiter-cell.ts';
import type { ArbiterConfig } from './arbiter-config.ts';
import { FeedEventKind, LineHealth } from './events.ts';
import { FEED_CELLS, FeedCell, LINE_CELLS, LineCell } from './feed-counters.ts';
import type { FeedVoice } from './feed-voice.ts';
import type { LiveSettings } from './live-settings.ts';

/** Health is looked at no more often than this. */
const MIN_HEALTH_PERIOD_NS = 1_000_000;

/**
 * What a line is judged by: cells of `limits`. Not read from the config: configs come from a file, from a test, from the
 * rehearsal before the first packet, and V8 compiles code for objects of one origin.
 */
const Limit = { staleAfterNs: 0, lagNs: 1, lagUnits: 2, periodNs: 3, number: 4 } as const;

/**
 * Health of a feed's lines. Data and heartbeats of the feed are the only proof of life: a socket that is open, or
 * brings something else, is none. A line is judged against its own heartbeat interval and, faster, against the others.
 */
export class LineWatch {
  /** Per line: since when nothing has been wrong with it. */
  readonly cleanSinceNs: Float64Array;
  /** Every line is silent. */
  silence = false;
  private readonly lines: number;
  private readonly limits = new Float64Array(Limit.number);
  /** Per line: 1 where its absence is an alert. */
  private readonly expectedLive: Int32Array;
  private readonly at: Float64Array;
  private readonly cells: Float64Array;
  private readonly voice: FeedVoice;
  /** Per line: the highest number that it and the feed had at the last look. */
  private readonly seenHighest: Float64Array;
  private readonly seenFeedHighest: Float64Array;

  constructor(config: ArbiterConfig, at: Float64Array, cells: Float64Array, voice: FeedVoice) {
    const lines = config.lines.length;
    this.lines = lines;
    this.at = at;
    this.cells = cells;
    this.voice = voice;
    this.judgeBy(config);
    this.expectedLive = Int32Array.from(config.lines, ({ expect }) => (expect === 'live' ? 1 : 0));
    this.cleanSinceNs = new Float64Array(lines);
    this.seenHighest = new Float64Array(lines);
    this.seenFeedHighest = new Float64Array(lines);
  }

  /** Takes over what a line is judged by. The next look comes a whole period later: a shorter one would see no progress. */
  adopt(live: LiveSettings): void {
    this.judgeBy(live);
    const { at, limits } = this;
    if (Number.isFinite(at[Cell.healthDue])) at[Cell.healthDue] = at[Cell.now] + limits[Limit.periodNs];
  }

  /** The first packet of all was heard, now. */
  start(): void {
    this.at[Cell.startedAt] = this.at[Cell.now];
    this.at[Cell.healthDue] = this.at[Cell.now] + this.limits[Limit.periodNs];
  }

  /** Another numbering begins: nothing seen before counts. */
  restart(): void {
    this.seenHighest.fill(0);
    this.seenFeedHighest.fill(0);
  }

  health(line: number): LineHealth {
    return this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.health] as LineHealth;
  }

  /** Looks at every line, and sets when to look again. */
  look(): void {
    const { at, cells, limits } = this;
    const now = at[Cell.now];
    const feedHighest = cells[FeedCell.highestId];
    let soonest = now + limits[Limit.periodNs];
    for (let line = 0; line < this.lines; line++) {
      const base = FEED_CELLS + line * LINE_CELLS;
      const health = cells[base + LineCell.health];
      const staleAt = cells[base + LineCell.lastHeardNs] + limits[Limit.staleAfterNs];
      if (health === LineHealth.live || health === LineHealth.lagging) {
        if (now >= staleAt) {
          this.setHealth(line, LineHealth.stale);
        } else {
          if (staleAt < soonest) soonest = staleAt;
          const highest = cells[base + LineCell.highestId];
          // No progress since the last look, though another line already was ahead then.
          const stuck = highest === this.seenHighest[line] && this.seenFeedHighest[line] > highest;
          const lags =
            feedHighest - highest >= limits[Limit.lagUnits] || (stuck && limits[Limit.periodNs] >= limits[Limit.lagNs]);
          this.setHealth(line, lags ? LineHealth.lagging : LineHealth.live);
        }
      }
      this.seenHighest[line] = cells[base + LineCell.highestId];
      this.seenFeedHighest[line] = feedHighest;
    }
    at[Cell.healthDue] = soonest;
    this.checkRedundancy();
    if (this.liveLines(-1) === 0) this.silence = true;
  }

  /** Something acceptable came on a line that was not live. @returns false where that changes nothing */
  heard(line: number): boolean {
    if (this.health(line) === LineHealth.lagging) return false;
    this.setHealth(line, LineHealth.live);
    if (this.silence) this.at[Cell.awakeSince] = this.at[Cell.now];
    this.silence = false;
    this.checkRedundancy();
    return true;
  }

  failed(line: number): void {
    this.setHealth(line, LineHealth.failed);
  }

  /**
   * Is a line's silence its own? Where every line was silent, the feed was; the line that speaks first afterwards is
   * not proof against the others before they have had `lagNs` to follow.
   */
  silenceCounts(): boolean {
    return this.at[Cell.now] - this.at[Cell.awakeSince] >= this.limits[Limit.lagNs];
  }

  /** When any line but `except` was last heard. */
  lastHeard(except: number): number {
    let last = Number.NEGATIVE_INFINITY;
    for (let line = 0; line < this.lines; line++) {
      const heard = this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.lastHeardNs];
      if (line !== except && heard > last) last = heard;
    }
    return last;
  }

  /** How many lines but `except` are alive, lagging ones included. */
  liveLines(except: number): number {
    let live = 0;
    for (let line = 0; line < this.lines; line++) {
      const health = this.health(line);
      if (line !== except && (health === LineHealth.live || health === LineHealth.lagging)) live++;
    }
    return live;
  }

  /** The live line but `except` that has shown the highest number; -1 if there is none. */
  bestLine(except: number): number {
    const { cells } = this;
    let best = -1;
    for (let line = 0; line < this.lines; line++) {
      if (line === except || this.health(line) !== LineHealth.live) continue;
      const highest = cells[FEED_CELLS + line * LINE_CELLS + LineCell.highestId];
      if (best < 0 || highest > cells[FEED_CELLS + best * LINE_CELLS + LineCell.highestId]) best = line;
    }
    return best;
  }

  private setHealth(line: number, health: LineHealth): void {
    const { at, cells } = this;
    const base = FEED_CELLS + line * LINE_CELLS;
    if (cells[base + LineCell.health] === health) return;
    cells[base + LineCell.health] = health;
    this.cleanSinceNs[line] = at[Cell.now];
    const lastHeard = cells[base + LineCell.lastHeardNs];
    at[Cell.window] = lastHeard === 0 ? 0 : at[Cell.now] - lastHeard;
    this.voice.say(FeedEventKind.lineHealth, line, -1, health, 0);
    if (health === LineHealth.stale || health === LineHealth.failed) this.checkRedundancy();
  }

  /** Redundancy is lost while a line expected live is not heard, from `staleAfterNs` after the feed's start on. */
  private checkRedundancy(): void {
    const { at, cells } = this;
    if (at[Cell.startedAt] === 0) return;
    const youngUntil = at[Cell.startedAt] + this.limits[Limit.staleAfterNs];
    for (let line = 0; line < this.lines; line++) {
      const base = FEED_CELLS + line * LINE_CELLS;
      const health = cells[base + LineCell.health];
      if (this.expectedLive[line] === 0) continue;
      const alive = health === LineHealth.live || health === LineHealth.lagging;
      if (!alive && health === LineHealth.silent && at[Cell.now] < youngUntil) continue;
      const lost = alive ? 0 : 1;
      if (cells[base + LineCell.redundancyLost] === lost) continue;
      cells[base + LineCell.redundancyLost] = lost;
      this.voice.say(FeedEventKind.redundancy, line, -1, lost, health);
    }
  }

  private judgeBy({ staleAfterNs, lagNs, lagUnits }: LiveSettings): void {
    const { limits } = this;
    limits[Limit.staleAfterNs] = staleAfterNs;
    limits[Limit.lagNs] = lagNs;
    limits[Limit.lagUnits] = lagUnits;
    limits[Limit.periodNs] = Math.min(staleAfterNs, Math.max(MIN_HEALTH_PERIOD_NS, lagNs));
  }
}
