import { Cell } from './arbiter-cell.ts';
import type { ArbiterConfig } from './arbiter-config.ts';
import { FeedEventKind } from './events.ts';
import { FeedCell } from './feed-counters.ts';
import type { FeedVoice } from './feed-voice.ts';
import { type GapList, GapStage } from './gap-list.ts';
import { RetransmitBudget } from './retransmit-budget.ts';

const SnapshotStage = { none: 0, wanted: 1, running: 2 } as const;

/** Who declares a gap lost when the ladder has no rung left. */
export interface LossDeclarer {
  /** Declares the oldest gap lost and goes on behind it. @param cause -1 = find out */
  loseOldest(cause: number): void;
}

/**
 * The way of every open gap: hold-off (by count and by time) → retransmit → snapshot → lost, bounded as a whole by
 * `gapDeadlineNs`. Gaps reach a rung in order of age; what only the oldest can use, the snapshot, the others wait for.
 */
export class RecoveryLadder {
  /** Nothing is to be delivered: a snapshot is being applied, or one is wanted because the last one tore the books. */
  paused = false;
  /** The books hold half a snapshot. */
  torn = false;
  private readonly config: ArbiterConfig;
  private readonly gaps: GapList;
  private readonly at: Float64Array;
  private readonly cells: Float64Array;
  private readonly voice: FeedVoice;
  private readonly declarer: LossDeclarer;
  private readonly budget: RetransmitBudget | undefined;
  /** Age at which a gap leaves the retransmit rung whatever its progress, so that time is left for a snapshot. */
  private retransmitEndsNs = 0;
  private snapshotStage = 0;
  private snapshotAttempts = 0;

  constructor(
    config: ArbiterConfig,
    gaps: GapList,
    at: Float64Array,
    cells: Float64Array,
    voice: FeedVoice,
    declarer: LossDeclarer,
  ) {
    this.config = config;
    this.gaps = gaps;
    this.at = at;
    this.cells = cells;
    this.voice = voice;
    this.declarer = declarer;
    this.budget = config.retransmit === undefined ? undefined : new RetransmitBudget(config.retransmit);
    this.adopt();
  }

  /** The config's thresholds have changed (or are there). Gaps that are open go on under the new ones. */
  adopt(): void {
    const { gapDeadlineNs, snapshot } = this.config;
    this.retransmitEndsNs =
      snapshot === undefined ? gapDeadlineNs : Math.max(gapDeadlineNs / 2, gapDeadlineNs - snapshot.timeoutNs);
  }

  /** Some gap has enough later units behind it, by now, to be escalated. */
  get countReached(): boolean {
    const { at, gaps, config } = this;
    for (let i = 0; i < gaps.count; i++) {
      if (gaps.stage[i] !== GapStage.holdOff) continue;
      // Lower gaps are older and have more behind them: the first one still waiting decides.
      return at[Cell.laterUnits] - gaps.laterBase[i] >= config.holdOffCount;
    }
    return false;
  }

  /** Moves every gap on that is due, and sets the next deadline. */
  service(): void {
    const { at, gaps, config } = this;
    const now = at[Cell.now];
    let outstanding = 0;
    for (let i = 0; i < gaps.count; i++) {
      const asked = gaps.stage[i] === GapStage.retransmit && gaps.askedTo[i] >= gaps.from[i];
      if (asked && gaps.dueNs[i] > now) outstanding++;
    }
    let i = 0;
    while (i < gaps.count) {
      const age = now - gaps.openedAtNs[i];
      const overdue = age >= config.gapDeadlineNs;
      if (gaps.stage[i] === GapStage.holdOff) {
        const later = at[Cell.laterUnits] - gaps.laterBase[i];
        if (!overdue && age < config.holdOffNs && later < config.holdOffCount) {
          this.due(gaps.openedAtNs[i] + Math.min(config.holdOffNs, config.gapDeadlineNs));
          break;
        }
        gaps.stage[i] = this.mayRetransmit(i) ? GapStage.retransmit : GapStage.exhausted;
        gaps.dueNs[i] = now;
      }
      if (overdue || age >= this.retransmitEndsNs) gaps.stage[i] = GapStage.exhausted;
      if (gaps.stage[i] === GapStage.retransmit) {
        outstanding += this.serviceRetransmit(i, outstanding);
        this.due(gaps.openedAtNs[i] + this.retransmitEndsNs);
      }
      if (i === 0 && gaps.stage[0] === GapStage.exhausted) {
        if (overdue || !this.serviceSnapshot()) {
          this.declarer.loseOldest(-1);
          continue;
        }
        this.due(gaps.openedAtNs[0] + config.gapDeadlineNs);
      }
      i++;
    }
  }

  /** As {@link service}, when no gap is open. @returns false if a pause has just ended, so that held units may go on */
  serviceWithoutGaps(): boolean {
    return !this.paused || this.serviceSnapshot();
  }

  /** The newest gap is not worth asking for unit by unit: straight to the snapshot. */
  skipToSnapshot(): void {
    this.gaps.stage[this.gaps.count - 1] = GapStage.exhausted;
    this.service();
  }

  /** Outstanding requests are hopeless. */
  giveUpRequests(): void {
    const { at, gaps } = this;
    for (let i = 0; i < gaps.count; i++) if (gaps.askedTo[i] >= gaps.from[i]) gaps.dueNs[i] = at[Cell.now];
    this.service();
  }

  /** @returns false if no snapshot is wanted */
  snapshotBegin(): boolean {
    if (this.snapshotStage !== SnapshotStage.wanted) return false;
    this.snapshotStage = SnapshotStage.running;
    this.paused = true;
    return true;
  }

  get snapshotRunning(): boolean {
    return this.snapshotStage === SnapshotStage.running;
  }

  /** The snapshot under way has failed: if it had begun, the books that it was building are torn. Asks again soon. */
  snapshotFailed(): void {
    if (this.snapshotStage === SnapshotStage.none) return;
    if (this.snapshotRunning) this.torn = true;
    this.snapshotStage = SnapshotStage.none;
    this.due(this.at[Cell.now]);
  }

  /** The snapshot was applied. */
  snapshotDone(): void {
    this.snapshotStage = SnapshotStage.none;
    this.torn = false;
    this.abandonSnapshot();
  }

  /** No snapshot, for now: the stream goes on with what it has. */
  abandonSnapshot(): void {
    if (this.snapshotRunning) this.torn = true;
    this.snapshotStage = SnapshotStage.none;
    this.snapshotAttempts = 0;
    this.paused = false;
  }

  /** The last gap was closed by other means: what was wanted for its sake is wanted no more. */
  gapsClosed(): void {
    if (this.snapshotStage === SnapshotStage.wanted && !this.paused) this.abandonSnapshot();
    else if (this.snapshotStage === SnapshotStage.none && !this.paused) this.snapshotAttempts = 0;
  }

  private mayRetransmit(gap: number): boolean {
    const policy = this.config.retransmit;
    if (policy === undefined || policy.attempts < 1) return false;
    const units = this.gaps.to[gap] - this.gaps.from[gap] + 1;
    // What the budget can't cover is the snapshot's, if there is one.
    return units <= policy.budgetUnits || this.config.snapshot === undefined;
  }

  /** @returns 1 if a request was made */
  private serviceRetransmit(gap: number, outstanding: number): number {
    const { at, cells, gaps, budget, voice } = this;
    const policy = this.config.retransmit!;
    const now = at[Cell.now];
    const isOut = gaps.askedTo[gap] >= gaps.from[gap];
    if (gaps.dueNs[gap] > now) {
      this.due(gaps.dueNs[gap]);
      if (isOut || gaps.askedTo[gap] === 0) return 0;
      // All that was asked for came by another way: the rest need not wait.
      gaps.attempts[gap] = 0;
    }
    if (gaps.attempts[gap] >= policy.attempts) {
      gaps.stage[gap] = GapStage.exhausted;
      return 0;
    }
    if (outstanding >= policy.maxOutstanding) {
      gaps.askedTo[gap] = 0;
      gaps.dueNs[gap] = now;
      return 0;
    }
    const granted = budget!.take(gaps.to[gap] - gaps.from[gap] + 1, at, Cell.now);
    if (granted <= 0) {
      gaps.askedTo[gap] = 0;
      gaps.dueNs[gap] = budget!.cells[0];
      this.due(gaps.dueNs[gap]);
      return 0;
    }
    gaps.attempts[gap]++;
    gaps.askedTo[gap] = gaps.from[gap] + granted - 1;
    gaps.dueNs[gap] = now + policy.timeoutNs * policy.backoff ** (gaps.attempts[gap] - 1);
    this.due(gaps.dueNs[gap]);
    cells[FeedCell.retransmitRequests]++;
    cells[FeedCell.retransmitUnitsWanted] += granted;
    voice.event.numbers[0] = gaps.from[gap];
    voice.event.numbers[1] = gaps.askedTo[gap];
    at[Cell.window] = now - gaps.openedAtNs[gap];
    voice.sayRange(FeedEventKind.retransmitWanted, -1, -1, gaps.attempts[gap], 0);
    return 1;
  }

  /**
   * Only a snapshot can help: the oldest gap has nothing else left, or the books are torn.
   * @returns false if that rung is used up as well
   */
  private serviceSnapshot(): boolean {
    const { at, cells, gaps, voice } = this;
    const policy = this.config.snapshot;
    if (policy === undefined) return false;
    const now = at[Cell.now];
    if (this.snapshotStage !== SnapshotStage.none) {
      if (now < at[Cell.snapshotDue]) {
        this.due(at[Cell.snapshotDue]);
        return true;
      }
      this.snapshotFailed();
    }
    if (this.snapshotAttempts >= policy.attempts) {
      this.abandonSnapshot();
      return false;
    }
    this.snapshotAttempts++;
    this.snapshotStage = SnapshotStage.wanted;
    // On torn books nothing is built until they are whole again.
    this.paused = this.torn;
    at[Cell.snapshotDue] = now + policy.timeoutNs;
    this.due(at[Cell.snapshotDue]);
    cells[FeedCell.snapshotsWanted]++;
    voice.event.numbers[0] = gaps.count > 0 ? gaps.from[0] : at[Cell.expected];
    voice.event.numbers[1] = gaps.count > 0 ? gaps.to[0] : at[Cell.lead];
    at[Cell.window] = gaps.count > 0 ? now - gaps.openedAtNs[0] : 0;
    voice.sayRange(FeedEventKind.snapshotWanted, -1, -1, this.snapshotAttempts, 0);
    return true;
  }

  private due(atNs: number): void {
    if (atNs < this.at[Cell.deadline]) this.at[Cell.deadline] = atNs;
  }
}
