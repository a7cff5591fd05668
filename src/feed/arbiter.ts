import { type ArbiterConfig, arbiterConfigProblems, type ReportedMalformed } from './arbiter-config.ts';
import { BROUGHT_SPAN, BroughtBitmap } from './brought-bitmap.ts';
import { CopyFlag, CopyWindow, stampDifference, stampHigh } from './copy-window.ts';
import {
  FeedEvent,
  FeedEventKind,
  FeedStatus,
  FillMeans,
  LineHealth,
  LossCause,
  RefusalReason,
  SessionEvidence,
  StatusReason,
  SwitchEvidence,
} from './events.ts';
import {
  FEED_CELLS,
  FeedCell,
  feedCellCount,
  LINE_CELLS,
  LineCell,
  lineLost,
  WON_BY_BUCKETS,
} from './feed-counters.ts';
import { Frame, FrameId, type Framer, type MalformedReason, PacketKind } from './framer.ts';
import { GapList, GapStage } from './gap-list.ts';
import { HoldWindow } from './hold-window.ts';
import { JumpGuard, JumpGuardCell } from './jump-guard.ts';
import { NO_RESTART, OPENING_UNITS, RestartBytes, RestartGuard } from './restart-guard.ts';
import { RetransmitBudget } from './retransmit-budget.ts';
import { SESSION_REFUSED, SessionGuard, SessionGuardCell } from './session-guard.ts';
import { type FeedSink, Source, TimeCell, UnitCell } from './sink.ts';
import { SwitchPolicy } from './switch-policy.ts';
import { hashUnit } from './unit-hash.ts';

/**
 * The windows tell numbers apart by their low 32 bits. A number this far below the lead (possible only inside one huge
 * gap, such as a late start) is therefore neither held nor compared, only delivered when its turn has come.
 */
const FAR = 2 ** 31;
/** Open gaps kept at once; with more, the oldest is declared lost. */
const MAX_OPEN_GAPS = 4096;
/** A kernel drop this long before a gap opened still explains it: the kernel reports drops with the next datagram. */
const KERNEL_DROP_MEMORY_NS = 100_000_000;
/** Health is looked at no more often than this. */
const MIN_HEALTH_PERIOD_NS = 1_000_000;
/** A line that sends nothing but what has to be refused or disagrees is reported this often, not once a packet. */
const COMPLAINT_PERIOD_NS = 1_000_000_000;
/** A run of suspicious packets that pauses for longer than this many staleness intervals is forgotten. */
const SUSPICION_MEMORY = 20;

/**
 * Doubles that the arbiter works with. They live in one typed array, because a double in an object's field or a call's
 * argument costs an allocation each time it changes.
 */
const Cell = {
  /** Number of the next unit to deliver. */
  expected: 0,
  /** Highest number of the stream as the policy sees it: up to here, what has not come is missing. */
  lead: 1,
  /** The clock: highest stamp seen. */
  now: 2,
  /** When `onTime` next has something to do. */
  deadline: 3,
  /** Highest number held, since the last restart. */
  highestHeld: 4,
  /** First number of the stream. */
  first: 5,
  /** Arguments of private methods: a unit's number, a range. */
  id: 6,
  from: 7,
  to: 8,
  /** Units that arrived above all gaps, ever: the clock by which hold-off counts. */
  laterUnits: 9,
  /** The run of filled numbers that has not been reported yet; `fillFrom` = 0 if none. */
  fillFrom: 10,
  fillTo: 11,
  fillOpenedAt: 12,
  /** When the next look at the lines' health is due. */
  healthDue: 13,
  /** When the first packet was heard. */
  startedAt: 14,
  lastKernelDropAt: 15,
  snapshotDue: 16,
  /** First number missed when the snapshot was asked for. */
  snapshotFrom: 17,
  /** A standby's unit waits for the active line since …; 0 = none known to. */
  aheadSince: 18,
  /** When a new unit last came, and how long ago that is. */
  lastProgressAt: 19,
  silentFor: 20,
  window: 21,
  /** When some line was last heard: argument of the guards. */
  heardAt: 22,
  /** First number that the unit under way covers: its own, where units are counted. */
  unitFrom: 23,
  number: 24,
} as const;

const SnapshotStage = { none: 0, wanted: 1, running: 2 } as const;

/**
 * Turns the units of n lines into one ordered, gap-free stream of a feed.
 *
 * Pure: no sockets, clock, timers or randomness. Packets and time come in, units and events go out through the sink;
 * the same input gives the same output, live, in replay and in simulation. Everything is allocated here, nothing later.
 *
 * A sink that throws does not disturb it: the packet is finished, every unit is delivered once, and the first error is
 * thrown again at the end of the call.
 *
 * ```
 *   … delivered │ gap │ held │ gap │ held      │ ahead of the active line (sticky only)
 *               ↑expected                lead ↑            ↑ highestHeld
 * ```
 */
export class Arbiter {
  /** Stamps in, see {@link TimeCell}: write, then call. */
  readonly time = new Float64Array(2);
  /** The unit under delivery, see {@link UnitCell}. */
  readonly unit = new Float64Array(2);
  /** Counters, laid out as feed-counters.ts says. */
  readonly cells: Float64Array;
  /** Cell 0: number from which the feed goes on after a snapshot. Write, then call {@link snapshotEnd}. */
  readonly snapshotNext = new Float64Array(1);
  /** Words of the feed's session: what a retransmit request has to name. All zero until a session is known. */
  readonly session: Int32Array;
  readonly config: ArbiterConfig;

  private readonly framer: Framer;
  private readonly sink: FeedSink;
  private readonly event = new FeedEvent();
  private readonly frame: Frame;
  private readonly at = new Float64Array(Cell.number);
  private readonly lineCount: number;
  private readonly sticky: boolean;
  /**
   * Units name their predecessor. Such a unit covers the numbers after its predecessor's up to its own, so that all that
   * holds of counted units holds of them, with intervals for numbers.
   */
  private readonly linked: boolean;
  /** Linked feeds, per slot of the hold window: the held unit's own number; the slot goes by where it starts. */
  private readonly heldId: Float64Array;
  private readonly copies: CopyWindow;
  private readonly hold: HoldWindow;
  private readonly gaps: GapList;
  private readonly brought: BroughtBitmap;
  private readonly openingHashes: Int32Array;
  private readonly guard: SessionGuard;
  private readonly jumps: JumpGuard;
  private readonly restarts: RestartGuard;
  private readonly budget: RetransmitBudget | undefined;
  private readonly switches: SwitchPolicy;
  private readonly healthPeriodNs: number;

  /** Per line: since when nothing is wrong with it; the highest number it and the feed had at the last look. */
  private readonly cleanSinceNs: Float64Array;
  private readonly seenHighest: Float64Array;
  private readonly seenFeedHighest: Float64Array;
  /** Lines that still may be sending the numbering from before a restart. */
  private readonly mayBeOld: Int32Array;
  /** When the last complaint of each sort about each source was made; sources from -1. */
  private readonly complainedAtNs: Float64Array;

  private started = false;
  private ended = false;
  private silence = false;
  private refreshReason: StatusReason = StatusReason.none;
  private clearedReason: StatusReason = StatusReason.none;
  private lateStart = false;
  /** Gaps, held units or a running snapshot: the fast path does not apply. */
  private busy = true;
  private active: number;
  private followPreference = true;
  private snapshotStage = 0;
  private snapshotAttempts = 0;
  /** Nothing is delivered: a snapshot is being applied, or one is wanted because the last one tore the books. */
  private paused = false;
  private retransmitProgress = false;
  private fillMeans: FillMeans = FillMeans.otherLine;
  private fillLine = -1;
  private sinkFailed = false;
  private sinkError: unknown;

  /**
   * @param cells where to count, `feedCellCount(lines)` doubles, in shared memory if others are to read them
   * @throws {Error} naming everything that is wrong with the config
   */
  constructor(config: ArbiterConfig, framer: Framer, sink: FeedSink, cells?: Float64Array) {
    const problems = arbiterConfigProblems(config);
    if (framer.linked && config.policy === 'sticky')
      problems.push('policy sticky needs a feed whose units are counted');
    if (problems.length > 0) throw new Error(`arbiter configuration: ${problems.join('; ')}`);
    const lines = config.lines.length;
    this.config = config;
    this.framer = framer;
    this.sink = sink;
    this.cells = cells ?? new Float64Array(feedCellCount(lines));
    this.lineCount = lines;
    this.sticky = config.policy === 'sticky';
    this.active = this.sticky ? config.activeLine : -1;
    this.frame = new Frame(undefined, framer.linked);
    this.copies = new CopyWindow(Math.max(2, config.compareWindowUnits));
    this.linked = framer.linked;
    this.hold = new HoldWindow(config.windowUnits, config.holdBytes, this.linked);
    this.heldId = new Float64Array(this.linked ? config.windowUnits : 0);
    this.gaps = new GapList(MAX_OPEN_GAPS);
    this.brought = new BroughtBitmap(lines);
    this.openingHashes = new Int32Array(OPENING_UNITS);
    const memoryNs = config.staleAfterNs * SUSPICION_MEMORY;
    this.guard = new SessionGuard(config.confirmPackets, config.heartbeatNs, memoryNs);
    this.jumps = new JumpGuard(config.confirmPackets, config.maxForwardJump, config.heartbeatNs, memoryNs);
    this.restarts = new RestartGuard(config.confirmPackets, memoryNs, config.staleAfterNs);
    this.session = this.guard.current;
    this.budget = config.retransmit === undefined ? undefined : new RetransmitBudget(config.retransmit);
    this.switches = new SwitchPolicy(config);
    this.healthPeriodNs = Math.min(config.staleAfterNs, Math.max(MIN_HEALTH_PERIOD_NS, config.lagNs));
    this.cleanSinceNs = new Float64Array(lines);
    this.seenHighest = new Float64Array(lines);
    this.seenFeedHighest = new Float64Array(lines);
    this.mayBeOld = new Int32Array(lines);
    this.complainedAtNs = new Float64Array((lines + 1) * 3).fill(Number.NEGATIVE_INFINITY);
    const { at } = this;
    // No number equals NaN: the first packet takes the slow path.
    at[Cell.expected] = Number.NaN;
    at[Cell.lead] = Number.NaN;
    at[Cell.deadline] = Number.POSITIVE_INFINITY;
    at[Cell.healthDue] = Number.POSITIVE_INFINITY;
    at[Cell.lastKernelDropAt] = Number.NEGATIVE_INFINITY;
    this.cells[FeedCell.lineCount] = lines;
    this.cells[FeedCell.linked] = this.linked ? 1 : 0;
    this.cells[FeedCell.activeLine] = this.active;
    this.cells[FeedCell.status] = FeedStatus.down;
    this.cells[FeedCell.statusReason] = StatusReason.neverHeard;
  }

  get status(): FeedStatus {
    return this.cells[FeedCell.status] as FeedStatus;
  }

  /** Index of the line that leads; -1 under policy `first`. */
  get activeLine(): number {
    return this.active;
  }

  /** Number of the next unit to be delivered; NaN before the stream has started. */
  get expected(): number {
    return this.at[Cell.expected];
  }

  get openGaps(): number {
    return this.gaps.count;
  }

  /**
   * A packet was received at `time[rxNs]`. Call {@link onTime} with the same stamp first where deadlines matter to the
   * nanosecond; correctness does not depend on it.
   * @param source index of the line, or `Source.retransmit`
   * @param bytes and `view` cover the same memory
   */
  onPacket(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { at, cells, frame } = this;
    const rx = this.time[TimeCell.rxNs];
    if (rx > at[Cell.now]) at[Cell.now] = rx;
    if (source < 0 || source >= this.lineCount) {
      this.onOtherSource(source, bytes, view, offset, length);
      return;
    }
    const base = FEED_CELLS + source * LINE_CELLS;
    cells[base + LineCell.packets]++;
    cells[base + LineCell.bytes] += length;
    const kind = this.framer.frame(bytes, view, offset, length, frame);
    if (kind === PacketKind.malformed) {
      this.countMalformed(base, frame.malformedReason);
      return;
    }
    const now = this.session;
    const its = frame.session;
    if (its[0] !== now[0] || its[1] !== now[1] || its[2] !== now[2] || its[3] !== now[3] || !this.guard.known) {
      if (!this.admitSession(source)) {
        this.settle();
        return;
      }
    }
    if (cells[base + LineCell.health] !== LineHealth.live) this.heard(source);
    if (kind === PacketKind.units && !this.linked) {
      const ids = frame.ids;
      const expected = at[Cell.expected];
      if (ids[FrameId.first] === expected && !this.busy && (!this.sticky || source === this.active)) {
        this.takeInOrder(source, bytes, view);
        cells[base + LineCell.lastHeardNs] = rx;
        if (this.sinkFailed) this.rethrow();
        return;
      }
      if (ids[FrameId.next] <= expected && ids[FrameId.first] > cells[base + LineCell.highestId]) {
        this.takeCopies(source, view);
        cells[base + LineCell.lastHeardNs] = rx;
        if (this.sinkFailed) this.rethrow();
        return;
      }
      this.takeMixed(source, bytes, view);
    } else if (kind === PacketKind.units) {
      this.takeMixed(source, bytes, view);
    } else {
      this.takeHeartbeat(source, kind);
    }
    cells[base + LineCell.lastHeardNs] = rx;
    this.settle();
  }

  /** It is `time[nowNs]`: whatever is due happens. One comparison if nothing is. */
  onTime(): void {
    const now = this.time[TimeCell.nowNs];
    if (now < this.at[Cell.deadline]) return;
    if (now > this.at[Cell.now]) this.at[Cell.now] = now;
    this.serviceDeadlines();
    this.settle();
  }

  /** The io layer found a datagram unfit to be framed, for example cut short. */
  onMalformed(line: number, reason: ReportedMalformed): void {
    if (line < 0 || line >= this.lineCount) return;
    const base = FEED_CELLS + line * LINE_CELLS;
    this.cells[base + LineCell.packets]++;
    this.countMalformed(base, reason);
  }

  /** The line's socket reported an error. */
  onSocketError(line: number): void {
    if (line < 0 || line >= this.lineCount) return;
    this.readClock();
    this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.socketErrors]++;
    this.setHealth(line, LineHealth.failed);
    if (this.sticky && line === this.active) this.leaveActive(SwitchEvidence.socketError);
    this.settle();
  }

  /** The kernel's drop counter of the line's socket (`SO_RXQ_OVFL`, cumulative) now stands at this. */
  onKernelDrops(line: number, cumulative: number): void {
    if (line < 0 || line >= this.lineCount) return;
    const cell = FEED_CELLS + line * LINE_CELLS + LineCell.kernelDrops;
    const more = cumulative - this.cells[cell];
    if (more <= 0) return;
    this.readClock();
    this.cells[cell] = cumulative;
    this.at[Cell.lastKernelDropAt] = this.at[Cell.now];
    this.say(FeedEventKind.kernelDrop, line, -1, more, 0);
    this.settle();
  }

  /** Something that watches the line expects it to fail soon. */
  onPrediction(line: number): void {
    this.readClock();
    if (this.sticky && line === this.active && this.switches.dwellOver(this.at, Cell.now)) {
      this.leaveActive(SwitchEvidence.prediction);
    }
    this.settle();
  }

  /** The operator wants this line to lead. It stays so: no automatic failback until {@link operatorFailback}. */
  operatorSwitch(line: number): void {
    if (!this.sticky || line < 0 || line >= this.lineCount || line === this.active) return;
    this.readClock();
    this.followPreference = false;
    this.switchTo(line, SwitchEvidence.operator);
    this.settle();
  }

  /** The operator wants the preferred line to lead again. */
  operatorFailback(): void {
    this.readClock();
    this.followPreference = true;
    if (this.sticky && this.active !== this.config.activeLine)
      this.switchTo(this.config.activeLine, SwitchEvidence.failback);
    this.settle();
  }

  /** The operator vouches for the feed: what made it stale has been dealt with. */
  operatorRefreshed(): void {
    this.readClock();
    this.refreshReason = StatusReason.none;
    this.settle();
  }

  /**
   * A snapshot begins: units are held until it ends.
   * @returns false if it is no longer wanted; its owner then drops it, and its books stay as they are
   */
  snapshotBegin(): boolean {
    if (this.snapshotStage !== SnapshotStage.wanted) return false;
    this.snapshotStage = SnapshotStage.running;
    this.paused = true;
    this.busy = true;
    return true;
  }

  /**
   * The snapshot is complete; the feed goes on from `snapshotNext[0]`. Held units from there on are delivered.
   * @returns false if it came too late or lies behind what has been delivered already: nothing is refreshed
   */
  snapshotEnd(): boolean {
    if (this.snapshotStage !== SnapshotStage.running) return false;
    this.readClock();
    const applied = this.snapshotNext[0] >= this.at[Cell.expected] && this.snapshotNext[0] <= Number.MAX_SAFE_INTEGER;
    if (applied) this.applySnapshot();
    else this.failSnapshot();
    this.settle();
    return applied;
  }

  /** The snapshot was refused, cut off or broken. */
  snapshotFailed(): void {
    if (this.snapshotStage === SnapshotStage.none) return;
    this.readClock();
    this.failSnapshot();
    this.settle();
  }

  /** The retransmit server can't be reached, or refused: outstanding requests are given up now rather than timed out. */
  retransmitFailed(): void {
    this.readClock();
    const { gaps, at } = this;
    for (let i = 0; i < gaps.count; i++) if (gaps.askedTo[i] >= gaps.from[i]) gaps.dueNs[i] = at[Cell.now];
    this.serviceGaps();
    this.settle();
  }

  /** No more input: what is still missing is declared lost, what is held is delivered. */
  end(): void {
    this.readClock();
    if (this.started) this.closeStream(-1);
    this.settle();
  }

  // ---------------------------------------------------------------------------------------------- the usual packets

  /** The packet starts with the expected unit and nothing is held: the path that almost every packet takes. */
  private takeInOrder(line: number, bytes: Uint8Array, view: DataView): void {
    const { at, cells, frame, unit } = this;
    const first = frame.ids[FrameId.first];
    const next = frame.ids[FrameId.next];
    const base = FEED_CELLS + line * LINE_CELLS;
    const highest = cells[base + LineCell.highestId];
    if (highest < first - 1 && highest > 0) this.noteHole(line);
    at[Cell.id] = next;
    if (next >= this.brought.clearedTo[0]) this.brought.advance(at, Cell.id);
    const rx = this.time[TimeCell.rxNs];
    const rxLow = rx | 0;
    const rxHigh = stampHigh(rx) | line;
    const low0 = first | 0;
    const { entries, mask } = this.copies;
    const { unitOffset, unitLength, count } = frame;
    let fresh = 0;
    unit[UnitCell.rxNs] = rx;
    for (let i = 0; i < count; i++) {
      const offset = unitOffset[i];
      const length = unitLength[i];
      const low = (low0 + i) | 0;
      const entry = (low & mask) << 2;
      entries[entry + 1] = hashUnit(view, offset, length);
      entries[entry] = low;
      entries[entry + 2] = rxLow;
      entries[entry + 3] = rxHigh;
      fresh += this.brought.note(line, low);
      unit[UnitCell.id] = first + i;
      at[Cell.expected] = first + i + 1;
      this.deliver(bytes, view, offset, length, line);
    }
    if (first - at[Cell.first] < OPENING_UNITS) this.rememberOpening();
    at[Cell.lead] = next - 1;
    at[Cell.lastProgressAt] = rx;
    cells[base + LineCell.units] += count;
    cells[base + LineCell.first] += count;
    cells[base + LineCell.brought] += fresh;
    if (highest < next - 1) cells[base + LineCell.highestId] = next - 1;
    cells[FeedCell.delivered] += count;
    cells[FeedCell.lastId] = next - 1;
    cells[FeedCell.lastDeliveredRxNs] = rx;
    if (cells[FeedCell.highestId] < next - 1) cells[FeedCell.highestId] = next - 1;
  }

  /** Every unit of the packet has been delivered (or given up) before, and it is the next of its line: a slower copy. */
  private takeCopies(line: number, view: DataView): void {
    const { cells, frame } = this;
    const first = frame.ids[FrameId.first];
    const next = frame.ids[FrameId.next];
    const base = FEED_CELLS + line * LINE_CELLS;
    const highest = cells[base + LineCell.highestId];
    if (highest < first - 1 && highest > 0) this.noteHole(line);
    const low0 = first | 0;
    const { unitOffset, unitLength, count } = frame;
    for (let i = 0; i < count; i++) {
      this.at[Cell.id] = first + i;
      this.compareOld(line, (low0 + i) | 0, view, unitOffset[i], unitLength[i]);
    }
    cells[base + LineCell.units] += count;
    cells[base + LineCell.duplicates] += count;
    cells[base + LineCell.highestId] = next - 1;
  }

  // ------------------------------------------------------------------------------------------- every other packet

  /** Old and new units, units beyond a hole, the first packet of all. */
  private takeMixed(source: number, bytes: Uint8Array, view: DataView): void {
    const { at, cells, frame } = this;
    const ids = frame.ids;
    if (this.linked) {
      if (frame.count === 0) return;
      ids[FrameId.first] = frame.unitPredecessor[0] + 1;
      ids[FrameId.next] = frame.unitId[frame.count - 1] + 1;
    }
    const first = ids[FrameId.first];
    const next = ids[FrameId.next];
    const isLine = source >= 0;
    const base = FEED_CELLS + source * LINE_CELLS;
    if (!this.started) {
      if (!isLine) return;
      this.startAt(source, first);
    } else if (isLine && !this.admitNumbers(source, view)) {
      return;
    } else if (!isLine && first > at[Cell.lead] + 1) {
      // Nobody asked for what no line has shown: an answer to a question from before a restart, or worse.
      this.refuse(source, RefusalReason.unconfirmedJump);
      return;
    }
    const leads = !this.sticky || source === this.active || !isLine;
    at[Cell.id] = next;
    if (next >= this.brought.clearedTo[0]) this.brought.advance(at, Cell.id);
    if (isLine) {
      const highest = cells[base + LineCell.highestId];
      if (highest < first - 1 && highest > 0) this.noteHole(source);
      if (highest < next - 1) cells[base + LineCell.highestId] = next - 1;
      if (cells[FeedCell.highestId] < next - 1) {
        cells[FeedCell.highestId] = next - 1;
        at[Cell.lastProgressAt] = at[Cell.now];
      }
      cells[base + LineCell.units] += frame.count;
      if (this.guard.ended && next - 1 > at[Cell.lead]) this.guard.ended = false;
    } else {
      cells[FeedCell.retransmitUnits] += frame.count;
    }
    if (leads && first - 1 > at[Cell.lead]) {
      at[Cell.to] = first - 1;
      this.advanceLead(source, true);
    }
    const low0 = first | 0;
    for (let i = 0; i < frame.count; i++) {
      const id = this.linked ? frame.unitId[i] : first + i;
      at[Cell.id] = id;
      const low = this.linked ? id | 0 : (low0 + i) | 0;
      const offset = frame.unitOffset[i];
      const length = frame.unitLength[i];
      if (this.linked && id >= at[Cell.expected]) {
        at[Cell.unitFrom] = frame.unitPredecessor[i] + 1;
        this.takeLinked(source, bytes, view, offset, length);
      } else if (id < at[Cell.expected]) {
        this.compareOld(source, low, view, offset, length);
        if (isLine) cells[base + LineCell.duplicates]++;
        else cells[FeedCell.retransmitDuplicates]++;
      } else {
        this.takeNew(source, low, bytes, view, offset, length, leads);
      }
    }
    this.flushFill();
    if (this.gaps.count > 0) this.checkLaterCount();
    if (this.sticky && isLine && !leads) this.weighStandby(source);
  }

  /** A unit at or beyond the expected one; its number stands in `at[id]`. */
  private takeNew(
    source: number,
    low: number,
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
    leads: boolean,
  ): void {
    const { at, hold } = this;
    const id = at[Cell.id];
    const far = at[Cell.lead] - id >= FAR;
    if (!far) this.compareOrRemember(source, low, view, offset, length, false);
    const heldSlot = far ? -1 : hold.find(low);
    let missing = false;
    if (id > at[Cell.lead]) {
      if (leads) {
        at[Cell.lead] = id;
      } else {
        // A standby ahead of the active line: kept for the moment at which the active line fails to bring it.
        if (heldSlot >= 0 || this.holdAhead(source, low, view, offset, length) < 0) this.countDuplicate(source);
        return;
      }
    } else {
      missing = heldSlot < 0;
    }
    if (id === at[Cell.expected] && !this.paused) {
      if (heldSlot >= 0) this.dropHeld(heldSlot);
      if (missing && this.gaps.count > 0) this.fill(source, 0);
      this.handOut(source, bytes, view, offset, length);
      if (hold.count > 0) this.drain();
      return;
    }
    if (heldSlot >= 0) {
      this.countDuplicate(source);
      return;
    }
    let slot = far ? -1 : hold.hold(low, source, view, offset, length);
    // What has just been shown may push out the oldest gap; a copy from the middle of a gap may not: it stays missing.
    while (slot < 0 && !missing && this.makeRoom()) {
      if (at[Cell.id] < at[Cell.expected]) break;
      if (at[Cell.id] === at[Cell.expected]) {
        this.handOut(source, bytes, view, offset, length);
        if (hold.count > 0) this.drain();
        return;
      }
      slot = hold.hold(low, source, view, offset, length);
    }
    if (slot < 0) {
      this.countDuplicate(source);
      return;
    }
    this.noteHeld(source, slot);
    if (missing) {
      const gap = this.gaps.find(at, Cell.id);
      if (gap >= 0 && !this.fill(source, gap)) {
        this.dropHeld(slot);
        return;
      }
    } else {
      at[Cell.laterUnits]++;
    }
  }

  /** As {@link takeNew}, of a linked feed: the unit covers the numbers `at[unitFrom]`..`at[id]`. */
  private takeLinked(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { at, gaps, hold } = this;
    const id = at[Cell.id];
    const from = at[Cell.unitFrom];
    if (from > id) {
      // Names a predecessor above itself: links to nothing.
      this.countDuplicate(source);
      return;
    }
    const known = this.compareOrRemember(source, id | 0, view, offset, length, false);
    let gap = -1;
    if (from > at[Cell.lead]) {
      if (from - 1 > at[Cell.lead]) {
        at[Cell.from] = at[Cell.lead] + 1;
        at[Cell.to] = from - 1;
        this.openGap(source);
      }
      at[Cell.lead] = id;
    } else {
      gap = gaps.find(at, Cell.unitFrom);
      // It links to nothing that is missing: held already, or a chain that contradicts the one we have.
      if (gap < 0 || id > gaps.to[gap]) {
        if (!known) this.disagree(source, -1);
        this.countDuplicate(source);
        return;
      }
    }
    if (from === at[Cell.expected] && !this.paused) {
      if (gap >= 0) this.fill(source, gap);
      at[Cell.expected] = id;
      this.handOut(source, bytes, view, offset, length);
      if (hold.count > 0) this.drain();
      return;
    }
    let slot = hold.hold(from | 0, source, view, offset, length);
    while (slot < 0 && gap < 0 && this.makeRoom()) {
      if (from <= at[Cell.expected]) {
        at[Cell.expected] = id;
        this.handOut(source, bytes, view, offset, length);
        return;
      }
      slot = hold.hold(from | 0, source, view, offset, length);
    }
    if (slot < 0) {
      this.countDuplicate(source);
      return;
    }
    this.heldId[slot] = id;
    this.noteHeld(source, slot);
    if (gap < 0) at[Cell.laterUnits]++;
    else if (!this.fill(source, gap)) this.dropHeld(slot);
  }

  private holdAhead(source: number, low: number, view: DataView, offset: number, length: number): number {
    const { at, hold } = this;
    const id = at[Cell.id];
    const bottom = this.gaps.count > 0 ? this.gaps.to[0] + 1 : at[Cell.expected];
    if (id - bottom > hold.mask) return -1;
    const slot = hold.hold(low, source, view, offset, length);
    if (slot < 0) return -1;
    this.noteHeld(source, slot);
    at[Cell.laterUnits]++;
    if (at[Cell.aheadSince] === 0) {
      at[Cell.aheadSince] = at[Cell.now];
      this.due(at[Cell.now] + this.config.lagNs);
    }
    return slot;
  }

  private noteHeld(source: number, slot: number): void {
    const { at, cells } = this;
    this.hold.rxNs[slot] = this.time[TimeCell.rxNs];
    if (at[Cell.id] > at[Cell.highestHeld]) at[Cell.highestHeld] = at[Cell.id];
    if (source >= 0) cells[FEED_CELLS + source * LINE_CELLS + LineCell.held]++;
    this.busy = true;
  }

  /** A held copy turned out to be superfluous. */
  private dropHeld(slot: number): void {
    const source = this.hold.source[slot];
    this.hold.release(slot);
    if (source >= 0) this.cells[FEED_CELLS + source * LINE_CELLS + LineCell.held]--;
    this.countDuplicate(source);
  }

  private countDuplicate(source: number): void {
    if (source >= 0) this.cells[FEED_CELLS + source * LINE_CELLS + LineCell.duplicates]++;
    else this.cells[FeedCell.retransmitDuplicates]++;
  }

  /** The expected unit, whose number stands in `at[expected]`, goes to the sink. State moves on before the call. */
  private handOut(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { at, cells, unit } = this;
    const id = at[Cell.expected];
    unit[UnitCell.id] = id;
    unit[UnitCell.rxNs] = this.time[TimeCell.rxNs];
    at[Cell.expected] = id + 1;
    if (source >= 0) cells[FEED_CELLS + source * LINE_CELLS + LineCell.first]++;
    cells[FeedCell.delivered]++;
    cells[FeedCell.streamUnits]++;
    cells[FeedCell.lastId] = id;
    cells[FeedCell.lastDeliveredRxNs] = unit[UnitCell.rxNs];
    this.deliver(bytes, view, offset, length, source);
  }

  /** Delivers held units from the expected one on, as far as they go and the policy lets them. */
  private drain(): void {
    const { at, cells, hold, unit } = this;
    if (this.paused) return;
    while (hold.count > 0 && at[Cell.expected] <= at[Cell.lead]) {
      const id = at[Cell.expected];
      const slot = at[Cell.lead] - id < FAR ? hold.find(id | 0) : -1;
      if (slot < 0) return;
      const offset = hold.offset[slot];
      const source = hold.source[slot];
      const own = this.linked ? this.heldId[slot] : id;
      unit[UnitCell.id] = own;
      unit[UnitCell.rxNs] = hold.rxNs[slot];
      hold.release(slot);
      at[Cell.expected] = own + 1;
      if (source >= 0) {
        const base = FEED_CELLS + source * LINE_CELLS;
        cells[base + LineCell.held]--;
        cells[base + LineCell.first]++;
      }
      cells[FeedCell.delivered]++;
      cells[FeedCell.streamUnits]++;
      cells[FeedCell.lastId] = own;
      cells[FeedCell.lastDeliveredRxNs] = unit[UnitCell.rxNs];
      this.deliver(hold.bytes, hold.view, offset, hold.length[slot], source);
    }
  }

  private deliver(bytes: Uint8Array, view: DataView, offset: number, length: number, source: number): void {
    try {
      this.sink.onUnit(bytes, view, offset, length, source);
    } catch (error) {
      this.sinkThrew(error);
    }
  }

  // ------------------------------------------------------------------------------------------- copies, compared

  /** A copy of a unit that the stream is past. */
  private compareOld(source: number, low: number, view: DataView, offset: number, length: number): void {
    const { at } = this;
    const id = at[Cell.id];
    const far = at[Cell.lead] - id >= FAR;
    if (far || id <= at[Cell.expected] - 1 - this.copies.mask || id < at[Cell.first]) {
      // Too far back to be compared; still a number that the line has brought.
      if (source >= 0 && id >= at[Cell.first] && id >= this.brought.clearedTo[0] - BROUGHT_SPAN) {
        this.cells[FEED_CELLS + source * LINE_CELLS + LineCell.brought] += this.brought.note(source, low);
      }
      return;
    }
    this.compareOrRemember(source, low, view, offset, length, true);
  }

  /**
   * Holds a copy against the first one, or makes it the first one. Number in `at[id]`.
   * @param past the stream is past this number: without a first copy it had been given up
   * @returns true if there was a first copy
   */
  private compareOrRemember(
    source: number,
    low: number,
    view: DataView,
    offset: number,
    length: number,
    past: boolean,
  ): boolean {
    const { cells } = this;
    const { entries, mask } = this.copies;
    const entry = (low & mask) << 2;
    const hash = hashUnit(view, offset, length);
    const rx = this.time[TimeCell.rxNs];
    const isLine = source >= 0;
    let freshOfLine = 0;
    if (isLine && this.at[Cell.id] >= this.brought.clearedTo[0] - BROUGHT_SPAN) {
      freshOfLine = this.brought.note(source, low);
      cells[FEED_CELLS + source * LINE_CELLS + LineCell.brought] += freshOfLine;
    }
    if (entries[entry] !== low) {
      entries[entry] = low;
      entries[entry + 1] = hash;
      entries[entry + 2] = rx | 0;
      entries[entry + 3] = stampHigh(rx) | (isLine ? source : CopyFlag.notALine) | (past ? CopyFlag.late : 0);
      if (past && isLine) cells[FEED_CELLS + source * LINE_CELLS + LineCell.late]++;
      const place = this.at[Cell.id] - this.at[Cell.first];
      if (place >= 0 && place < OPENING_UNITS) this.openingHashes[place] = hash;
      return false;
    }
    const meta = entries[entry + 3];
    const winner = meta & CopyFlag.sourceMask;
    if (entries[entry + 1] !== hash) this.disagree(source, winner === CopyFlag.notALine ? -1 : winner);
    if (!isLine) return true;
    if ((meta & CopyFlag.late) !== 0) cells[FEED_CELLS + source * LINE_CELLS + LineCell.late]++;
    if ((meta & CopyFlag.decided) === 0 && freshOfLine === 1 && winner !== source && winner !== CopyFlag.notALine) {
      entries[entry + 3] = meta | CopyFlag.decided;
      const margin = stampDifference(entries[entry + 2], meta, rx | 0, stampHigh(rx));
      this.countWin(winner, Math.max(margin, 0));
    }
    return true;
  }

  private countWin(line: number, marginNs: number): void {
    const { cells } = this;
    const base = FEED_CELLS + line * LINE_CELLS;
    let bucket = 0;
    if (marginNs < 2 ** 31) bucket = 32 - Math.clz32(marginNs | 0);
    else bucket = Math.min(WON_BY_BUCKETS - 1, 31 + (32 - Math.clz32((marginNs / 2 ** 31) | 0)));
    cells[base + LineCell.wins]++;
    cells[base + LineCell.wonByTotalNs] += marginNs;
    cells[base + LineCell.wonByBuckets + bucket]++;
  }

  private disagree(source: number, other: number): void {
    const { at, cells } = this;
    cells[FeedCell.disagreements]++;
    if (source >= 0) cells[FEED_CELLS + source * LINE_CELLS + LineCell.disagreements]++;
    if (!this.sticky) this.refreshReason = StatusReason.disagreement;
    this.updateStatus();
    if (!this.mayComplain(source, 2)) return;
    this.event.numbers[0] = at[Cell.id];
    this.event.numbers[1] = at[Cell.id];
    this.sayRange(FeedEventKind.disagreement, source, other, 0, 0);
  }

  private rememberOpening(): void {
    const { at, frame, openingHashes } = this;
    const { entries, mask } = this.copies;
    const first = frame.ids[FrameId.first];
    const place0 = first - at[Cell.first];
    for (let i = 0; i < frame.count && place0 + i < OPENING_UNITS; i++) {
      openingHashes[place0 + i] = entries[((((first | 0) + i) & mask) << 2) + 1];
    }
  }

  // ------------------------------------------------------------------------------------------------------- gaps

  /**
   * The stream is now known to reach up to `at[to]`: what is not held of it is missing.
   * @param filling a hole of the line that showed it, so what others hold of it is a fill
   */
  private advanceLead(source: number, filling: boolean): void {
    const { at, hold } = this;
    const to = at[Cell.to];
    let from = at[Cell.lead] + 1;
    if (from > to) return;
    if (hold.count > 0 && from <= at[Cell.highestHeld]) {
      const top = Math.min(to, at[Cell.highestHeld]);
      let runFrom = from;
      let held = hold.find(from | 0) >= 0;
      let heldBy = held ? hold.source[hold.find(from | 0)] : -1;
      for (let id = from + 1; id <= top + 1; id++) {
        const slot = id <= top ? hold.find(id | 0) : -1;
        const ends = id > top || slot >= 0 !== held || (held && filling && hold.source[slot] !== heldBy);
        if (!ends) continue;
        if (held) {
          if (filling) {
            at[Cell.from] = runFrom;
            at[Cell.to] = id - 1;
            this.fillFromHeld(source, heldBy);
          }
        } else if (id <= top) {
          at[Cell.from] = runFrom;
          at[Cell.to] = id - 1;
          this.openGap(source);
        }
        if (id <= top) {
          runFrom = id;
          held = slot >= 0;
          heldBy = held ? hold.source[slot] : -1;
        } else {
          from = held ? id : runFrom;
        }
      }
    }
    if (from <= to) {
      at[Cell.from] = from;
      at[Cell.to] = to;
      this.openGap(source);
    }
    at[Cell.lead] = to;
    if (hold.count > 0) this.drain();
  }

  /** Units `at[from]`..`at[to]` are missing. */
  private openGap(source: number): void {
    const { at, gaps, cells, config } = this;
    const from = at[Cell.from];
    const to = at[Cell.to];
    if (gaps.count === gaps.capacity) this.loseOldest(LossCause.windowFull);
    const gap = gaps.append();
    gaps.from[gap] = from;
    gaps.to[gap] = to;
    gaps.openedAtNs[gap] = at[Cell.now];
    gaps.laterBase[gap] = at[Cell.laterUnits];
    this.busy = true;
    this.due(at[Cell.now] + Math.min(config.holdOffNs, config.gapDeadlineNs));
    cells[FeedCell.gapsOpened]++;
    this.event.numbers[0] = from;
    this.event.numbers[1] = to;
    this.sayRange(FeedEventKind.gapOpened, source, -1, 0, 0);
    this.updateStatus();
    at[Cell.from] = from;
    at[Cell.to] = to;
  }

  /** Policy `sticky`: the active line has a hole `at[from]`..`at[to]` that `holder` filled before it was seen. */
  private fillFromHeld(source: number, holder: number): void {
    const { at, cells, event } = this;
    const units = at[Cell.to] - at[Cell.from] + 1;
    cells[FeedCell.gapsOpened]++;
    cells[FeedCell.filledByOtherLine] += units;
    if (holder >= 0) cells[FEED_CELLS + holder * LINE_CELLS + LineCell.fills] += units;
    event.numbers[0] = at[Cell.from];
    event.numbers[1] = at[Cell.to];
    this.sayRange(FeedEventKind.gapOpened, source, -1, 0, 0);
    this.sayRange(FeedEventKind.gapFilled, holder, -1, FillMeans.otherLine, 0);
  }

  /** Unit `at[unitFrom]`..`at[id]` of gap `index` has come. @returns false where the gap can't be split for want of room */
  private fill(source: number, index: number): boolean {
    const { at, cells, gaps } = this;
    const id = at[Cell.id];
    const first = this.linked ? at[Cell.unitFrom] : id;
    if (first < gaps.from[index] || id > gaps.to[index]) return true;
    const openedAt = gaps.openedAtNs[index];
    let pieces = 1;
    if (first === gaps.from[index]) {
      if (id === gaps.to[index]) {
        gaps.remove(index);
        pieces = 0;
      } else {
        gaps.from[index] = id + 1;
      }
    } else if (id === gaps.to[index]) {
      gaps.to[index] = first - 1;
    } else {
      if (!gaps.split(index)) return false;
      gaps.to[index] = first - 1;
      gaps.from[index + 1] = id + 1;
      pieces = 2;
    }
    // The unit came after those below it: later than every gap beneath its place.
    for (let g = 0; g < gaps.count && gaps.to[g] < id; g++) gaps.laterBase[g]--;
    if (source >= 0) {
      cells[FeedCell.filledByOtherLine]++;
      cells[FEED_CELLS + source * LINE_CELLS + LineCell.fills]++;
    } else {
      cells[FeedCell.filledByRetransmit]++;
      this.retransmitProgress = true;
      // Progress: the rest of what was asked for may be asked for again, from the first attempt.
      for (let g = index; g < index + pieces; g++) {
        gaps.attempts[g] = 0;
        gaps.askedTo[g] = 0;
        gaps.dueNs[g] = at[Cell.now];
      }
    }
    const means = source >= 0 ? FillMeans.otherLine : FillMeans.retransmit;
    if (at[Cell.fillFrom] !== 0 && at[Cell.fillTo] === first - 1 && this.fillLine === source) {
      at[Cell.fillTo] = id;
    } else {
      this.flushFill();
      at[Cell.fillFrom] = first;
      at[Cell.fillTo] = id;
      at[Cell.fillOpenedAt] = openedAt;
      this.fillMeans = means;
      this.fillLine = source;
    }
    return true;
  }

  /** Reports the run of filled numbers gathered from one packet. */
  private flushFill(): void {
    const { at, event } = this;
    if (at[Cell.fillFrom] === 0) return;
    event.numbers[0] = at[Cell.fillFrom];
    event.numbers[1] = at[Cell.fillTo];
    at[Cell.window] = at[Cell.now] - at[Cell.fillOpenedAt];
    at[Cell.fillFrom] = 0;
    this.sayRange(FeedEventKind.gapFilled, this.fillLine, -1, this.fillMeans, 0);
  }

  /** The hold window is full. @returns false if there is nothing to give up */
  private makeRoom(): boolean {
    if (this.paused) {
      // A snapshot that takes longer than the window lasts is no use: go on without it.
      this.abandonSnapshot();
      this.drain();
      return true;
    }
    if (this.gaps.count === 0) return false;
    const id = this.at[Cell.id];
    this.loseOldest(LossCause.windowFull);
    this.at[Cell.id] = id;
    return true;
  }

  /** Declares the oldest gap lost and goes on behind it. @param cause -1 = find out */
  private loseOldest(cause: number): void {
    const { at, cells, event, gaps } = this;
    if (this.paused) this.abandonSnapshot();
    this.flushFill();
    this.drain();
    if (gaps.count === 0) return;
    const from = gaps.from[0];
    const to = gaps.to[0];
    const why = cause >= 0 ? cause : this.lossCause(gaps.openedAtNs[0]);
    at[Cell.window] = at[Cell.now] - gaps.openedAtNs[0];
    gaps.remove(0);
    at[Cell.expected] = to + 1;
    const units = this.linked ? 1 : to - from + 1;
    cells[FeedCell.streamUnits] += units;
    cells[FeedCell.gapsLost]++;
    cells[FeedCell.lostUnits] += units;
    cells[FeedCell.lostByCause + why] += units;
    if (this.refreshReason === StatusReason.none) this.refreshReason = StatusReason.gapLost;
    if (this.snapshotStage === SnapshotStage.wanted) this.abandonSnapshot();
    this.snapshotAttempts = 0;
    this.lateStart = false;
    event.numbers[0] = from;
    event.numbers[1] = to;
    this.sayRange(FeedEventKind.gapLost, -1, -1, why, 0);
    this.updateStatus();
    this.drain();
  }

  private lossCause(openedAtNs: number): LossCause {
    if (this.at[Cell.lastKernelDropAt] >= openedAtNs - KERNEL_DROP_MEMORY_NS) return LossCause.kernelDrop;
    return this.liveLines(-1) <= 1 ? LossCause.oneLine : LossCause.allLines;
  }

  /** Has some gap enough later units behind it to be escalated? */
  private checkLaterCount(): void {
    const { at, gaps, config } = this;
    for (let i = 0; i < gaps.count; i++) {
      if (gaps.stage[i] !== GapStage.holdOff) continue;
      // Lower gaps are older and have more behind them: the first one still waiting decides.
      if (at[Cell.laterUnits] - gaps.laterBase[i] >= config.holdOffCount) this.serviceGaps();
      return;
    }
  }

  // --------------------------------------------------------------------------------------- the escalation ladder

  /** Moves every gap on that is due, and sets the next deadline. */
  private serviceGaps(): void {
    const { at, gaps, config } = this;
    const now = at[Cell.now];
    this.retransmitProgress = false;
    let outstanding = 0;
    for (let i = 0; i < gaps.count; i++) {
      if (gaps.stage[i] === GapStage.retransmit && gaps.askedTo[i] >= gaps.from[i] && gaps.dueNs[i] > now)
        outstanding++;
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
      if (overdue) gaps.stage[i] = GapStage.exhausted;
      if (gaps.stage[i] === GapStage.retransmit) {
        outstanding += this.serviceRetransmit(i, outstanding);
        this.due(gaps.openedAtNs[i] + config.gapDeadlineNs);
      }
      if (i === 0 && gaps.stage[0] === GapStage.exhausted) {
        if (overdue || !this.serviceSnapshot()) {
          this.loseOldest(-1);
          continue;
        }
        this.due(gaps.openedAtNs[0] + config.gapDeadlineNs);
      }
      i++;
    }
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
    const { at, cells, event, gaps, budget } = this;
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
    event.numbers[0] = gaps.from[gap];
    event.numbers[1] = gaps.askedTo[gap];
    at[Cell.window] = now - gaps.openedAtNs[gap];
    this.sayRange(FeedEventKind.retransmitWanted, -1, -1, gaps.attempts[gap], 0);
    return 1;
  }

  /**
   * Only a snapshot can help: the oldest gap has nothing else left, or the books are torn.
   * @returns false if that rung is used up as well
   */
  private serviceSnapshot(): boolean {
    const { at, cells, event, gaps } = this;
    const policy = this.config.snapshot;
    if (policy === undefined) return false;
    const now = at[Cell.now];
    if (this.snapshotStage !== SnapshotStage.none) {
      if (now < at[Cell.snapshotDue]) {
        this.due(at[Cell.snapshotDue]);
        return true;
      }
      this.failSnapshot();
    }
    if (this.snapshotAttempts >= policy.attempts) {
      this.abandonSnapshot();
      return false;
    }
    this.snapshotAttempts++;
    this.snapshotStage = SnapshotStage.wanted;
    // On torn books nothing is built until they are whole again.
    this.paused = this.refreshReason === StatusReason.snapshot;
    at[Cell.snapshotDue] = now + policy.timeoutNs;
    at[Cell.snapshotFrom] = gaps.count > 0 ? gaps.from[0] : at[Cell.expected];
    this.due(at[Cell.snapshotDue]);
    cells[FeedCell.snapshotsWanted]++;
    event.numbers[0] = at[Cell.snapshotFrom];
    event.numbers[1] = gaps.count > 0 ? gaps.to[0] : at[Cell.lead];
    at[Cell.window] = gaps.count > 0 ? now - gaps.openedAtNs[0] : 0;
    this.sayRange(FeedEventKind.snapshotWanted, -1, -1, this.snapshotAttempts, 0);
    return true;
  }

  private applySnapshot(): void {
    const { at, cells, event, gaps, hold } = this;
    const next = this.snapshotNext[0];
    this.abandonSnapshot();
    this.flushFill();
    while (gaps.count > 0 && gaps.from[0] < next) {
      const to = Math.min(gaps.to[0], next - 1);
      cells[FeedCell.filledBySnapshot] += this.linked ? 1 : to - gaps.from[0] + 1;
      event.numbers[0] = gaps.from[0];
      event.numbers[1] = to;
      at[Cell.window] = at[Cell.now] - gaps.openedAtNs[0];
      if (to === gaps.to[0]) gaps.remove(0);
      else gaps.from[0] = next;
      this.sayRange(FeedEventKind.gapFilled, -1, -1, FillMeans.snapshot, 0);
    }
    // What is held below `next` is in the snapshot already.
    const base = at[Cell.lead];
    let goesOnAt = next;
    for (let slot = 0; slot <= hold.mask && hold.count > 0; slot++) {
      if (hold.offset[slot] < 0) continue;
      const start = base + ((hold.low[slot] - (base | 0)) | 0);
      if (start >= next) continue;
      if (this.linked && this.heldId[slot] >= next) {
        // The snapshot was taken within what this unit covers: its changes are still to come.
        goesOnAt = start;
        continue;
      }
      this.dropHeld(slot);
      cells[FeedCell.coveredBySnapshot]++;
    }
    // Numbers that nobody has shown yet but the snapshot contains.
    if (next - 1 > at[Cell.lead]) {
      cells[FeedCell.filledBySnapshot] += this.linked ? 1 : next - 1 - at[Cell.lead];
      at[Cell.lead] = next - 1;
    }
    at[Cell.expected] = goesOnAt;
    cells[FeedCell.lastId] = next - 1;
    if (cells[FeedCell.highestId] < next - 1) cells[FeedCell.highestId] = next - 1;
    cells[FeedCell.snapshotsApplied]++;
    this.refreshReason = StatusReason.none;
    this.clearedReason = StatusReason.snapshot;
    this.lateStart = false;
    event.numbers[0] = next;
    event.numbers[1] = next;
    this.sayRange(FeedEventKind.snapshotApplied, -1, -1, 0, 0);
    this.drain();
    this.serviceGaps();
  }

  /** Given up: if it had begun, the books that it was building are torn. The next turn of `onTime` asks again. */
  private failSnapshot(): void {
    if (this.snapshotStage === SnapshotStage.running) this.refreshReason = StatusReason.snapshot;
    this.snapshotStage = SnapshotStage.none;
    this.due(this.at[Cell.now]);
  }

  /** No snapshot, for now: the stream goes on with what it has. */
  private abandonSnapshot(): void {
    if (this.snapshotStage === SnapshotStage.running) this.refreshReason = StatusReason.snapshot;
    this.snapshotStage = SnapshotStage.none;
    this.snapshotAttempts = 0;
    this.paused = false;
  }

  // ------------------------------------------------------------------------------- heartbeats and other sources

  private takeHeartbeat(line: number, kind: number): void {
    const { at, cells, frame } = this;
    const base = FEED_CELLS + line * LINE_CELLS;
    const next = frame.ids[FrameId.first];
    cells[base + LineCell.heartbeats]++;
    if (this.linked) return;
    if (!this.started) {
      this.startAt(line, next);
    } else if (!this.admitHeartbeat(line)) {
      return;
    }
    if (next - 1 > cells[base + LineCell.highestId]) cells[base + LineCell.highestId] = next - 1;
    if (next - 1 > cells[FeedCell.highestId]) {
      cells[FeedCell.highestId] = next - 1;
      at[Cell.lastProgressAt] = at[Cell.now];
    }
    const leads = !this.sticky || line === this.active;
    if (leads && next - 1 > at[Cell.lead]) {
      at[Cell.to] = next - 1;
      this.advanceLead(line, true);
    }
    if (kind === PacketKind.endOfSession && !this.guard.ended) {
      this.guard.ended = true;
      this.event.numbers[0] = next;
      this.event.numbers[1] = next;
      this.sayRange(FeedEventKind.sessionEnded, line, -1, 0, 0);
    }
    if (this.sticky && !leads) this.weighStandby(line);
  }

  private onOtherSource(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { cells, frame } = this;
    if (source !== Source.retransmit) {
      this.refuse(source, RefusalReason.unknownLine);
      this.settle();
      return;
    }
    cells[FeedCell.retransmitPackets]++;
    const kind = this.framer.frame(bytes, view, offset, length, frame);
    if (kind !== PacketKind.units) return;
    for (let i = 0; i < 4; i++) {
      if (frame.session[i] !== this.session[i]) {
        this.refuse(source, RefusalReason.foreignSession);
        this.settle();
        return;
      }
    }
    this.takeMixed(source, bytes, view);
    if (this.retransmitProgress) this.serviceGaps();
    this.settle();
  }

  // ----------------------------------------------------------------------------- sessions, restarts and jumps

  private startAt(line: number, first: number): void {
    const { at, cells } = this;
    const late = this.config.startAt === 'beginning' && first > 1;
    at[Cell.first] = late ? 1 : first;
    at[Cell.expected] = at[Cell.first];
    at[Cell.lead] = at[Cell.first] - 1;
    at[Cell.highestHeld] = 0;
    at[Cell.aheadSince] = 0;
    at[Cell.lastProgressAt] = at[Cell.now];
    this.lateStart = late;
    this.brought.restart(at, Cell.first);
    cells[FeedCell.firstId] = at[Cell.first];
    cells[FeedCell.streamUnits] = 0;
    cells[FeedCell.lastId] = at[Cell.first] - 1;
    cells[FeedCell.highestId] = at[Cell.lead];
    if (!this.started) {
      this.started = true;
      at[Cell.startedAt] = at[Cell.now];
      at[Cell.healthDue] = at[Cell.now] + this.healthPeriodNs;
      this.due(at[Cell.healthDue]);
    }
    this.event.numbers[0] = first;
    this.event.numbers[1] = first;
    this.sayRange(FeedEventKind.started, line, -1, 0, 0);
    if (late) {
      at[Cell.from] = 1;
      at[Cell.to] = first - 1;
      this.openGap(line);
      at[Cell.lead] = first - 1;
    }
    this.updateStatus();
  }

  /** The packet's session is not the feed's. @returns true if it is from now on */
  private admitSession(line: number): boolean {
    const { at, frame, guard } = this;
    if (!guard.known) {
      guard.adopt(frame.session);
      return true;
    }
    at[Cell.heardAt] = this.lastHeard(-1);
    const evidence = guard.weigh(line, frame.session, frame.ids, at, Cell.now, Cell.heardAt, this.liveLines(line));
    if (evidence === SESSION_REFUSED) {
      this.refuse(line, RefusalReason.foreignSession);
      return false;
    }
    at[Cell.id] = guard.cells[SessionGuardCell.first];
    this.closeStream(LossCause.sessionEnded);
    at[Cell.id] = guard.cells[SessionGuardCell.first];
    guard.adopt(frame.session);
    this.mayBeOld.fill(0);
    this.beginNumbering(line, evidence as SessionEvidence);
    return true;
  }

  /** Is the packet's place in the numbering to be believed? Refuses or restarts where it is not the usual one. */
  private admitNumbers(line: number, view: DataView): boolean {
    const { at, cells, frame } = this;
    const first = frame.ids[FrameId.first];
    const highest = cells[FEED_CELLS + line * LINE_CELLS + LineCell.highestId];
    if (first > at[Cell.lead] + 1 + Math.min(this.config.windowUnits, this.config.maxForwardJump)) {
      if (this.mayBeOld[line] === 1) {
        this.refuse(line, RefusalReason.foreignSession);
        return false;
      }
      if (first > cells[FeedCell.highestId] + 1 + this.config.maxForwardJump) return this.admitJump(line);
    } else {
      this.mayBeOld[line] = 0;
    }
    if (frame.ids[FrameId.next] <= at[Cell.expected] && first <= highest) this.considerRestart(line, view);
    return true;
  }

  private admitHeartbeat(line: number): boolean {
    const { at, cells, frame } = this;
    const next = frame.ids[FrameId.first];
    if (next <= at[Cell.lead] + 1 + Math.min(this.config.windowUnits, this.config.maxForwardJump)) return true;
    if (this.mayBeOld[line] === 1) {
      this.refuse(line, RefusalReason.foreignSession);
      return false;
    }
    if (next <= cells[FeedCell.highestId] + 1 + this.config.maxForwardJump) return true;
    frame.ids[FrameId.next] = next;
    return this.admitJump(line);
  }

  private admitJump(line: number): boolean {
    const { at, event, frame, jumps } = this;
    at[Cell.heardAt] = this.lastHeard(line);
    const believed = jumps.weigh(line, frame.ids, at, Cell.now, Cell.heardAt, this.liveLines(line));
    event.numbers[0] = frame.ids[FrameId.first];
    event.numbers[1] = at[Cell.lead] + 1;
    if (!believed) {
      if (this.mayComplain(line, 1)) this.sayRange(FeedEventKind.jumpSuspected, line, -1, 0, 0);
      this.refuse(line, RefusalReason.unconfirmedJump);
      return false;
    }
    this.crossJump(line);
    return true;
  }

  /** A jump was confirmed: everything before it is closed, the range jumped over is missing. */
  private crossJump(line: number): void {
    const { at, gaps } = this;
    this.closeStream(LossCause.jump);
    this.copies.clear();
    at[Cell.from] = at[Cell.lead] + 1;
    at[Cell.to] = this.jumps.cells[JumpGuardCell.first] - 1;
    if (at[Cell.from] > at[Cell.to]) return;
    this.openGap(line);
    at[Cell.lead] = at[Cell.to];
    if (this.config.snapshot === undefined) {
      this.loseOldest(LossCause.jump);
    } else {
      gaps.stage[gaps.count - 1] = GapStage.exhausted;
      this.serviceGaps();
    }
  }

  /**
   * A packet wholly behind the stream and behind its own line: a late duplicate, a replay, or a restart? If a restart is
   * believed, the numbering is another one when this returns; otherwise the packet is a copy like any other.
   */
  private considerRestart(line: number, view: DataView): void {
    const { at, cells, frame, restarts } = this;
    at[Cell.silentFor] = at[Cell.now] - at[Cell.lastProgressAt];
    const bytes = this.bytesAgainstMemory(view);
    const weighed = restarts.weigh(
      line,
      frame.ids,
      bytes,
      cells,
      FeedCell.highestId,
      at,
      Cell.now,
      this.liveLines(line),
      at,
      Cell.silentFor,
    );
    const afterEnd = this.guard.ended && bytes === RestartBytes.differ;
    if (weighed === NO_RESTART && !afterEnd) return;
    const evidence = afterEnd ? SessionEvidence.afterEnd : (weighed as SessionEvidence);
    restarts.lowestFirst(at, Cell.id, line);
    this.closeStream(LossCause.sessionEnded);
    restarts.lowestFirst(at, Cell.id, line);
    restarts.reset();
    for (let other = 0; other < this.lineCount; other++) {
      const old = cells[FEED_CELLS + other * LINE_CELLS + LineCell.highestId];
      this.mayBeOld[other] = other !== line && old > at[Cell.id] + this.config.windowUnits ? 1 : 0;
    }
    this.beginNumbering(line, evidence);
  }

  /** What was remembered of the packet's numbers, held against its bytes. */
  private bytesAgainstMemory(view: DataView): RestartBytes {
    const { at, frame, openingHashes } = this;
    const { entries, mask } = this.copies;
    const first = frame.ids[FrameId.first];
    let verdict: RestartBytes = RestartBytes.unknown;
    for (let i = 0; i < frame.count; i++) {
      const id = this.linked ? frame.unitId[i] : first + i;
      const low = id | 0;
      const entry = (low & mask) << 2;
      const place = id - at[Cell.first];
      let remembered = 0;
      if (id > at[Cell.lead] - FAR && entries[entry] === low && id > at[Cell.expected] - 1 - mask)
        remembered = entries[entry + 1];
      else if (place >= 0 && place < OPENING_UNITS) remembered = openingHashes[place];
      if (remembered === 0) continue;
      if (hashUnit(view, frame.unitOffset[i], frame.unitLength[i]) === remembered) return RestartBytes.same;
      verdict = RestartBytes.differ;
    }
    return verdict;
  }

  /** The numbering starts afresh at `at[id]`, shown by `line`. */
  private beginNumbering(line: number, evidence: SessionEvidence): void {
    const { at, cells, config } = this;
    const first = at[Cell.id];
    for (let l = 0; l < this.lineCount; l++) {
      const base = FEED_CELLS + l * LINE_CELLS;
      cells[base + LineCell.lostInEarlierSessions] = lineLost(cells, l);
      cells[base + LineCell.brought] = 0;
      cells[base + LineCell.highestId] = 0;
      this.seenHighest[l] = 0;
      this.seenFeedHighest[l] = 0;
    }
    this.hold.clear();
    this.copies.clear();
    this.openingHashes.fill(0);
    this.jumps.reset();
    this.restarts.reset();
    this.guard.ended = false;
    this.refreshReason = StatusReason.none;
    this.clearedReason = StatusReason.sessionChanged;
    cells[FeedCell.sessionChanges]++;
    this.event.numbers[0] = first;
    this.event.numbers[1] = first;
    this.sayRange(FeedEventKind.sessionChanged, line, -1, evidence, 0);
    this.startAt(line, first);
    if (config.policy === 'sticky') at[Cell.aheadSince] = 0;
  }

  /** The stream as it is ends: held units are delivered, what is missing between them is declared lost. */
  private closeStream(cause: number): void {
    const { at, cells } = this;
    if (this.snapshotStage !== SnapshotStage.none || this.paused) this.abandonSnapshot();
    this.flushFill();
    if (cells[FeedCell.highestId] > at[Cell.lead]) {
      at[Cell.to] = cells[FeedCell.highestId];
      if (!this.linked) this.advanceLead(-1, false);
    }
    this.drain();
    while (this.gaps.count > 0) this.loseOldest(cause);
  }

  private refuse(source: number, reason: RefusalReason): void {
    const { at, cells, event, frame } = this;
    cells[FeedCell.refused]++;
    if (source >= 0 && source < this.lineCount) {
      const base = FEED_CELLS + source * LINE_CELLS;
      cells[base + LineCell.refused]++;
      cells[base + LineCell.refusedByReason + reason]++;
    }
    if (!this.mayComplain(source, 0)) return;
    event.numbers[0] = frame.ids[FrameId.first];
    event.numbers[1] = at[Cell.lead] + 1;
    this.sayRange(FeedEventKind.refused, source, -1, reason, 0);
  }

  /** Is the last event of this sort about the source long enough ago? Sorts: 0 refused, 1 jump suspected, 2 disagreement. */
  private mayComplain(source: number, sort: number): boolean {
    const place = (source + 1) * 3 + sort;
    const { complainedAtNs } = this;
    if (place < 0 || place >= complainedAtNs.length) return false;
    if (this.at[Cell.now] - complainedAtNs[place] < COMPLAINT_PERIOD_NS) return false;
    complainedAtNs[place] = this.at[Cell.now];
    return true;
  }

  private countMalformed(base: number, reason: MalformedReason): void {
    this.cells[base + LineCell.malformed]++;
    this.cells[base + LineCell.malformedByReason + reason]++;
  }

  // ----------------------------------------------------------------------------------------------- lines' health

  /** Deadlines of gaps, health, lag and failback. */
  private serviceDeadlines(): void {
    const { at } = this;
    at[Cell.deadline] = Number.POSITIVE_INFINITY;
    if (!this.started) return;
    if (this.gaps.count > 0) this.serviceGaps();
    else if (this.paused && !this.serviceSnapshot()) this.drain();
    if (this.sticky && at[Cell.aheadSince] !== 0) this.checkLag();
    if (at[Cell.now] >= at[Cell.healthDue]) this.checkLines();
    this.due(at[Cell.healthDue]);
  }

  private checkLines(): void {
    const { at, cells, config } = this;
    const now = at[Cell.now];
    const feedHighest = cells[FeedCell.highestId];
    let soonest = now + this.healthPeriodNs;
    for (let line = 0; line < this.lineCount; line++) {
      const base = FEED_CELLS + line * LINE_CELLS;
      const health = cells[base + LineCell.health];
      const staleAt = cells[base + LineCell.lastHeardNs] + config.staleAfterNs;
      if (health === LineHealth.live || health === LineHealth.lagging) {
        if (now >= staleAt) {
          this.setHealth(line, LineHealth.stale);
        } else {
          if (staleAt < soonest) soonest = staleAt;
          const highest = cells[base + LineCell.highestId];
          const stuck = highest === this.seenHighest[line] && this.seenFeedHighest[line] > highest;
          const lags = feedHighest - highest >= config.lagUnits || (stuck && this.healthPeriodNs >= config.lagNs);
          this.setHealth(line, lags ? LineHealth.lagging : LineHealth.live);
        }
      }
      this.seenHighest[line] = cells[base + LineCell.highestId];
      this.seenFeedHighest[line] = feedHighest;
    }
    at[Cell.healthDue] = soonest;
    this.checkRedundancy();
    if (this.liveLines(-1) === 0) this.silence = true;
    if (this.sticky) this.checkActive();
  }

  /** Redundancy is lost while a line expected live is not heard, from `staleAfterNs` after the feed's start on. */
  private checkRedundancy(): void {
    const { at, cells, config } = this;
    for (let line = 0; line < this.lineCount; line++) {
      const base = FEED_CELLS + line * LINE_CELLS;
      const health = cells[base + LineCell.health];
      if (config.lines[line].expect !== 'live') continue;
      const alive = health === LineHealth.live || health === LineHealth.lagging;
      if (!alive && health === LineHealth.silent && at[Cell.now] - at[Cell.startedAt] < config.staleAfterNs) continue;
      const lost = alive ? 0 : 1;
      if (cells[base + LineCell.redundancyLost] === lost) continue;
      cells[base + LineCell.redundancyLost] = lost;
      this.say(FeedEventKind.redundancy, line, -1, lost, health);
    }
  }

  private checkActive(): void {
    const { cells, config, at } = this;
    const health = cells[FEED_CELLS + this.active * LINE_CELLS + LineCell.health];
    if (health === LineHealth.stale || health === LineHealth.failed) {
      this.leaveActive(health === LineHealth.stale ? SwitchEvidence.silence : SwitchEvidence.socketError);
    }
    const failback = config.failback;
    const preferred = config.activeLine;
    if (typeof failback !== 'object' || this.active === preferred || !this.followPreference) return;
    if (cells[FEED_CELLS + preferred * LINE_CELLS + LineCell.health] !== LineHealth.live) return;
    const clean = at[Cell.now] - this.cleanSinceNs[preferred];
    if (clean >= failback.afterCleanNs && this.switches.dwellOver(at, Cell.now)) {
      at[Cell.window] = clean;
      this.switchTo(preferred, SwitchEvidence.failback);
    }
  }

  /** Something acceptable came on a line that was not live. */
  private heard(line: number): void {
    if (this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.health] === LineHealth.lagging) return;
    this.setHealth(line, LineHealth.live);
    this.silence = false;
    if (!this.started) return;
    this.checkRedundancy();
    this.updateStatus();
  }

  private setHealth(line: number, health: LineHealth): void {
    const { at, cells } = this;
    const base = FEED_CELLS + line * LINE_CELLS;
    if (cells[base + LineCell.health] === health) return;
    cells[base + LineCell.health] = health;
    this.cleanSinceNs[line] = at[Cell.now];
    const lastHeard = cells[base + LineCell.lastHeardNs];
    at[Cell.window] = lastHeard === 0 ? 0 : at[Cell.now] - lastHeard;
    this.say(FeedEventKind.lineHealth, line, -1, health, 0);
    if (this.started && (health === LineHealth.stale || health === LineHealth.failed)) this.checkRedundancy();
  }

  /** A line skipped numbers of its own stream. */
  private noteHole(line: number): void {
    const { at, cells } = this;
    cells[FEED_CELLS + line * LINE_CELLS + LineCell.holes]++;
    this.cleanSinceNs[line] = at[Cell.now];
    if (!this.sticky || line !== this.active) return;
    if (this.switches.holeSeen(at, Cell.now) && this.switches.dwellOver(at, Cell.now)) this.wantToLeave = true;
  }

  /** Holes of the active line have piled up: left once the packet has been taken. */
  private wantToLeave = false;

  private lastHeard(except: number): number {
    let last = Number.NEGATIVE_INFINITY;
    for (let line = 0; line < this.lineCount; line++) {
      const heard = this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.lastHeardNs];
      if (line !== except && heard > last) last = heard;
    }
    return last;
  }

  private liveLines(except: number): number {
    let live = 0;
    for (let line = 0; line < this.lineCount; line++) {
      const health = this.cells[FEED_CELLS + line * LINE_CELLS + LineCell.health];
      if (line !== except && (health === LineHealth.live || health === LineHealth.lagging)) live++;
    }
    return live;
  }

  // ------------------------------------------------------------------------------------- policy sticky: switches

  /** A standby has shown something: is the active line too far behind it, or gone? */
  private weighStandby(line: number): void {
    const { at, cells, config } = this;
    const active = FEED_CELLS + this.active * LINE_CELLS;
    const health = cells[active + LineCell.health];
    if (health === LineHealth.stale) this.switchTo(line, SwitchEvidence.silence);
    else if (health === LineHealth.failed) this.switchTo(line, SwitchEvidence.socketError);
    else {
      const behind = cells[FEED_CELLS + line * LINE_CELLS + LineCell.highestId] - at[Cell.lead];
      if (behind < config.lagUnits || behind < config.lagUnits * this.switches.lagFactor(at, Cell.now)) return;
      this.switchTo(line, health === LineHealth.silent ? SwitchEvidence.silence : SwitchEvidence.lag);
    }
  }

  /** Has a standby's unit waited too long for the active line? */
  private checkLag(): void {
    const { at, cells, config, hold } = this;
    let id = at[Cell.lead] + 1;
    while (id <= at[Cell.highestHeld] && hold.find(id | 0) < 0) id++;
    if (hold.count === 0 || id > at[Cell.highestHeld]) {
      at[Cell.aheadSince] = 0;
      return;
    }
    const slot = hold.find(id | 0);
    const waited = at[Cell.now] - hold.rxNs[slot];
    const limit = config.lagNs * this.switches.lagFactor(at, Cell.now);
    if (waited < limit) {
      this.due(hold.rxNs[slot] + limit);
      return;
    }
    at[Cell.window] = waited;
    at[Cell.aheadSince] = 0;
    const silent = cells[FEED_CELLS + this.active * LINE_CELLS + LineCell.health] === LineHealth.silent;
    this.switchTo(hold.source[slot], silent ? SwitchEvidence.silence : SwitchEvidence.lag);
  }

  /** The active line is to be left for the best other one, if any is live. */
  private leaveActive(evidence: SwitchEvidence): void {
    const { cells } = this;
    let best = -1;
    for (let line = 0; line < this.lineCount; line++) {
      const base = FEED_CELLS + line * LINE_CELLS;
      if (line === this.active || cells[base + LineCell.health] !== LineHealth.live) continue;
      if (best < 0 || cells[base + LineCell.highestId] > cells[FEED_CELLS + best * LINE_CELLS + LineCell.highestId])
        best = line;
    }
    if (best < 0) return;
    this.at[Cell.window] = this.at[Cell.now] - cells[FEED_CELLS + this.active * LINE_CELLS + LineCell.lastHeardNs];
    this.switchTo(best, evidence);
  }

  /** The line leads from now on: what it has shown that the former one had not is the stream now. */
  private switchTo(line: number, evidence: SwitchEvidence): void {
    const { at, cells } = this;
    const from = this.active;
    this.active = line;
    this.switches.switched(at, Cell.now);
    at[Cell.aheadSince] = 0;
    cells[FeedCell.activeLine] = line;
    cells[FeedCell.switches]++;
    cells[FeedCell.switchesByEvidence + evidence]++;
    cells[FeedCell.lastSwitchAtNs] = at[Cell.now];
    this.event.numbers[0] = at[Cell.lead] + 1;
    this.event.numbers[1] = cells[FEED_CELLS + line * LINE_CELLS + LineCell.highestId];
    this.sayRange(FeedEventKind.switched, line, from, evidence, 0);
    if (!this.started) return;
    const highest = cells[FEED_CELLS + line * LINE_CELLS + LineCell.highestId];
    if (highest > at[Cell.lead]) {
      at[Cell.to] = highest;
      this.advanceLead(line, false);
    }
    // A third line may be ahead of the new active one as well.
    if (this.hold.count > 0 && at[Cell.highestHeld] > at[Cell.lead]) {
      at[Cell.aheadSince] = at[Cell.now];
      this.due(at[Cell.now] + this.config.lagNs);
    }
  }

  // ------------------------------------------------------------------------------------------- status and events

  /** Ends every call from outside: counters, status, and the sink's error if it had one. */
  private settle(): void {
    const { at, cells, gaps, hold } = this;
    if (this.wantToLeave) {
      this.wantToLeave = false;
      this.leaveActive(SwitchEvidence.repeatedHoles);
    }
    if (gaps.count === 0) {
      this.lateStart = false;
      if (this.snapshotStage === SnapshotStage.wanted && !this.paused) this.abandonSnapshot();
    }
    this.busy = gaps.count > 0 || hold.count > 0 || this.paused || this.guard.ended || !this.started;
    cells[FeedCell.heldUnits] = hold.count;
    cells[FeedCell.heldBytes] = hold.usedBytes;
    cells[FeedCell.openGaps] = gaps.count;
    let missing = 0;
    for (let i = 0; i < gaps.count; i++) missing += gaps.to[i] - gaps.from[i] + 1;
    cells[FeedCell.openGapUnits] = missing;
    cells[FeedCell.oldestGapOpenedAtNs] = gaps.count > 0 ? gaps.openedAtNs[0] : 0;
    this.ended = this.guard.ended && at[Cell.expected] > at[Cell.lead];
    this.updateStatus();
    if (this.sinkFailed) this.rethrow();
  }

  private updateStatus(): void {
    let status: FeedStatus = FeedStatus.live;
    let reason: StatusReason = this.clearedReason;
    if (!this.started) {
      status = FeedStatus.down;
      reason = StatusReason.neverHeard;
    } else if (this.ended) {
      status = FeedStatus.down;
      reason = StatusReason.sessionEnded;
    } else if (this.refreshReason !== StatusReason.none) {
      status = FeedStatus.stale;
      reason = this.refreshReason;
    } else if (this.gaps.count > 0 || this.paused) {
      status = FeedStatus.recovering;
      reason = this.lateStart ? StatusReason.lateStart : StatusReason.gapOpen;
    } else if (this.silence) {
      status = FeedStatus.stale;
      reason = StatusReason.silence;
    }
    const { cells } = this;
    if (cells[FeedCell.status] === status && (status === FeedStatus.live || cells[FeedCell.statusReason] === reason))
      return;
    if (status !== FeedStatus.live) this.clearedReason = StatusReason.none;
    cells[FeedCell.status] = status;
    cells[FeedCell.statusReason] = reason;
    this.say(FeedEventKind.status, -1, -1, status, reason);
  }

  /** Makes sure that {@link onTime} acts at this time at the latest. */
  private due(atNs: number): void {
    if (atNs < this.at[Cell.deadline]) this.at[Cell.deadline] = atNs;
  }

  private readClock(): void {
    const now = this.time[TimeCell.nowNs];
    if (now > this.at[Cell.now]) this.at[Cell.now] = now;
  }

  private say(kind: FeedEventKind, line: number, otherLine: number, detail: number, reason: number): void {
    this.event.numbers[0] = 0;
    this.event.numbers[1] = 0;
    this.sayRange(kind, line, otherLine, detail, reason);
  }

  /** As {@link say}, for the range that stands in the event already. */
  private sayRange(kind: FeedEventKind, line: number, otherLine: number, detail: number, reason: number): void {
    const { at, event } = this;
    event.kind = kind;
    event.line = line;
    event.otherLine = otherLine;
    event.detail = detail;
    event.reason = reason;
    event.numbers[2] = at[Cell.now];
    event.numbers[3] = at[Cell.window];
    at[Cell.window] = 0;
    try {
      this.sink.onEvent(event);
    } catch (error) {
      this.sinkThrew(error);
    }
  }

  private sinkThrew(error: unknown): void {
    this.cells[FeedCell.sinkErrors]++;
    if (this.sinkFailed) return;
    this.sinkFailed = true;
    this.sinkError = error;
  }

  private rethrow(): void {
    const error = this.sinkError;
    this.sinkFailed = false;
    this.sinkError = undefined;
    throw error;
  }
}
