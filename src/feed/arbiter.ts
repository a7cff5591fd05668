import { FAR, Cell as SharedCell } from './arbiter-cell.ts';
import { type ArbiterConfig, arbiterConfigProblems, type ReportedMalformed } from './arbiter-config.ts';
import { ArbiterMemory } from './arbiter-memory.ts';
import { BroughtBitmap, noteBrought as noteBroughtOf } from './brought-bitmap.ts';
import { CopyComparison } from './copy-comparison.ts';
import { copyDouble as copyDoubleOf, forgetCopies, CopyCell as SharedCopyCell } from './copy-window.ts';
import {
  FeedEventKind,
  FeedStatus,
  FillMeans,
  LossCause,
  RefusalReason,
  SessionEvidence,
  LineHealth as SharedLineHealth,
  StatusReason,
  SwitchEvidence,
} from './events.ts';
import {
  feedCellCount,
  lineBase as lineBaseOf,
  lineLost,
  FeedCell as SharedFeedCell,
  LineCell as SharedLineCell,
} from './feed-counters.ts';
import { Complaint, FeedVoice } from './feed-voice.ts';
import {
  Frame,
  type Framer,
  type MalformedReason,
  FrameId as SharedFrameId,
  PacketKind as SharedPacketKind,
} from './framer.ts';
import { GapList } from './gap-list.ts';
import { HoldWindow } from './hold-window.ts';
import { JumpGuard, JumpGuardCell } from './jump-guard.ts';
import { LineWatch } from './line-watch.ts';
import type { LiveSettings } from './live-settings.ts';
import { RecoveryLadder } from './recovery-ladder.ts';
import { NO_RESTART, RestartBytes, RestartGuard, OPENING_UNITS as SHARED_OPENING_UNITS } from './restart-guard.ts';
import { SESSION_REFUSED, SessionGuard, SessionGuardCell } from './session-guard.ts';
import { type FeedSink, Source } from './sink.ts';
import { SuspectPackets, Suspicion } from './suspect-packets.ts';
import { SwitchPolicy } from './switch-policy.ts';
import { hashUnit as hashOf } from './unit-hash.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Cell = Object.freeze({ ...SharedCell });
const FeedCell = Object.freeze({ ...SharedFeedCell });
const LineCell = Object.freeze({ ...SharedLineCell });
const FrameId = Object.freeze({ ...SharedFrameId });
const PacketKind = Object.freeze({ ...SharedPacketKind });
const CopyCell = Object.freeze({ ...SharedCopyCell });
const LineHealth = Object.freeze({ ...SharedLineHealth });
const OPENING_UNITS = SHARED_OPENING_UNITS;
const lineBase = lineBaseOf;
const copyDouble = copyDoubleOf;
const noteBrought = noteBroughtOf;
const hashUnit = hashOf;

/** Open gaps kept at once; with more, the oldest is declared lost. */
const MAX_OPEN_GAPS = 4096;
/** A kernel drop this long before a gap opened still explains it: the kernel reports drops with the next datagram. */
const KERNEL_DROP_MEMORY_NS = 100_000_000;
const ALL_LINES = -1;
/** A run of suspicious packets that pauses for longer than this many staleness intervals is forgotten. */
const SUSPICION_MEMORY = 20;

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
  /** Stamps in, see `TimeCell`: write, then call. */
  readonly time: Float64Array;
  /** The unit under delivery, see `UnitCell`. */
  readonly unit: Float64Array;
  /** Counters, laid out as feed-counters.ts says. */
  readonly cells: Float64Array;
  /** Cell 0: number from which the feed goes on after a snapshot. Write, then call {@link snapshotEnd}. */
  readonly snapshotNext = new Float64Array(1);
  /** Words of the feed's session: what a retransmit request has to name. All zero until a session is known. */
  readonly session: Int32Array;
  readonly config: ArbiterConfig;

  private readonly framer: Framer;
  private readonly sink: FeedSink;
  private readonly frame: Frame;
  private readonly memory: ArbiterMemory;
  /** The memory's doubles and words. */
  private readonly at: Float64Array;
  private readonly words: Int32Array;
  private readonly lineCount: number;
  private readonly sticky: boolean;
  /**
   * Units name their predecessor. Such a unit covers the numbers after its predecessor's up to its own, so that all that
   * holds of counted units holds of them, with intervals for numbers.
   */
  private readonly linked: boolean;
  /** Linked feeds, per slot of the hold window: the held unit's own number; the slot goes by where it starts. */
  private readonly heldId: Float64Array;
  private readonly hold: HoldWindow;
  private readonly gaps: GapList;
  private readonly brought: BroughtBitmap;
  private readonly comparison: CopyComparison;
  private readonly guard: SessionGuard;
  private readonly jumps: JumpGuard;
  private readonly restarts: RestartGuard;
  private readonly suspects: SuspectPackets;
  private readonly switches: SwitchPolicy;
  private readonly watch: LineWatch;
  private readonly ladder: RecoveryLadder;
  private readonly voice: FeedVoice;

  /** Lines that still may be sending the numbering from before a restart. */
  private readonly mayBeOld: Int32Array;

  /** The frame's session was the feed's when it had this version. */
  private sessionVersion = -1;
  private started = false;
  private ended = false;
  private refreshReason: StatusReason = StatusReason.none;
  private clearedReason: StatusReason = StatusReason.none;
  private lateStart = false;
  /** Packets that were not believed when they came are being taken now. */
  private takingSuspects = false;
  /** The lines that showed the last restart: a bit each. */
  private restartedLines = 0;
  /** Gaps, held units or a running snapshot: the fast path does not apply. */
  private busy = true;
  private active: number;
  private followPreference = true;
  /** The retransmit packet under way filled something: what is still missing may be asked for at once. */
  private retransmitProgress = false;
  private fillMeans: FillMeans = FillMeans.otherLine;
  private fillLine = -1;

  /**
   * @param cells where to count, `feedCellCount(lines)` doubles, in shared memory if others are to read them
   * @throws {Error} naming everything that is wrong with the config
   */
  constructor(configured: ArbiterConfig, framer: Framer, sink: FeedSink, cells?: Float64Array) {
    // its own: some of it may change while it runs
    const config = { ...configured };
    const problems = arbiterConfigProblems(config);
    if (framer.linked && config.policy === 'sticky')
      problems.push('policy sticky needs a feed whose units are counted');
    if (problems.length > 0) throw new Error(`arbiter configuration: ${problems.join('; ')}`);
    const lines = config.lines.length;
    this.memory = new ArbiterMemory(Math.max(2, config.compareWindowUnits));
    const at = this.memory.doubles;
    this.at = at;
    this.words = this.memory.words;
    this.time = at.subarray(Cell.nowNs, Cell.rxNs + 1);
    this.unit = at.subarray(Cell.unitId, Cell.unitRxNs + 1);
    this.brought = new BroughtBitmap(this.memory, lines);
    this.config = config;
    this.framer = framer;
    this.sink = sink;
    this.cells = cells ?? new Float64Array(feedCellCount(lines));
    this.lineCount = lines;
    this.sticky = config.policy === 'sticky';
    this.active = this.sticky ? config.activeLine : -1;
    this.frame = new Frame(undefined, framer.linked);
    this.linked = framer.linked;
    this.hold = new HoldWindow(config.windowUnits, config.holdBytes, this.linked);
    this.heldId = new Float64Array(this.linked ? config.windowUnits : 0);
    this.gaps = new GapList(MAX_OPEN_GAPS);
    const memoryNs = config.staleAfterNs * SUSPICION_MEMORY;
    this.guard = new SessionGuard(config.confirmPackets, config.heartbeatNs, memoryNs);
    this.jumps = new JumpGuard(config.confirmPackets, config.maxForwardJump, config.heartbeatNs, memoryNs);
    this.restarts = new RestartGuard(config.confirmPackets, memoryNs, config.staleAfterNs);
    this.suspects = new SuspectPackets(memoryNs);
    this.session = this.guard.current;
    this.switches = new SwitchPolicy(config);
    this.voice = new FeedVoice(sink, this.at, this.cells, lines);
    this.watch = new LineWatch(config, this.at, this.cells, this.voice);
    this.ladder = new RecoveryLadder(config, this.gaps, this.at, this.cells, this.voice, this);
    this.comparison = new CopyComparison(this.memory, this.cells, this);
    this.mayBeOld = new Int32Array(lines);
    // No number equals NaN: the first packet takes the slow path.
    at[Cell.expected] = Number.NaN;
    at[Cell.lead] = Number.NaN;
    at[Cell.deadline] = Number.POSITIVE_INFINITY;
    at[Cell.healthDue] = Number.POSITIVE_INFINITY;
    at[Cell.lastKernelDropAt] = Number.NEGATIVE_INFINITY;
    at[Cell.awakeSince] = Number.NEGATIVE_INFINITY;
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
    const rx = this.at[Cell.rxNs];
    if (rx > at[Cell.now]) at[Cell.now] = rx;
    if (source < 0 || source >= this.lineCount) {
      this.onOtherSource(source, bytes, view, offset, length);
      return;
    }
    const base = lineBase(source);
    cells[base + LineCell.packets]++;
    cells[base + LineCell.bytes] += length;
    const kind = this.framer.frame(bytes, view, offset, length, frame);
    if (kind === PacketKind.malformed) {
      this.countMalformed(base, frame.malformedReason);
      return;
    }
    if (frame.sessionVersion !== this.sessionVersion) {
      if (!this.admitSession(source)) {
        if (kind === PacketKind.units)
          this.suspects.keep(Suspicion.session, source, frame.ids, this.time, view, offset, length);
        this.settle();
        return;
      }
      this.framer.frame(bytes, view, offset, length, frame);
    }
    if (cells[base + LineCell.health] !== LineHealth.live) {
      // No line is live before a session is known, even where all sessions are called nothing.
      if (!this.guard.known) this.guard.adopt(frame.session);
      if (this.watch.heard(source)) this.updateStatus();
    }
    if (kind === PacketKind.units && !this.linked) {
      const ids = frame.ids;
      const expected = at[Cell.expected];
      if (ids[FrameId.first] === expected && !this.busy && (!this.sticky || source === this.active)) {
        this.takeInOrder(source, bytes, view);
        cells[base + LineCell.lastHeardNs] = rx;
        if (this.voice.failed) this.voice.rethrow();
        return;
      }
      if (ids[FrameId.next] <= expected && ids[FrameId.first] > cells[base + LineCell.highestId]) {
        this.takeCopies(source, view);
        cells[base + LineCell.lastHeardNs] = rx;
        if (this.voice.failed) this.voice.rethrow();
        return;
      }
      this.takeMixed(source, bytes, view, offset, length);
    } else if (kind === PacketKind.units) {
      this.takeMixed(source, bytes, view, offset, length);
    } else {
      this.takeHeartbeat(source, kind);
    }
    cells[base + LineCell.lastHeardNs] = rx;
    this.settle();
  }

  /** It is `time[nowNs]`: whatever is due happens. One comparison if nothing is. */
  onTime(): void {
    const now = this.at[Cell.nowNs];
    if (now < this.at[Cell.deadline]) return;
    if (now > this.at[Cell.now]) this.at[Cell.now] = now;
    this.serviceDeadlines();
    this.settle();
  }

  /** The io layer found a datagram unfit to be framed, for example cut short. */
  onMalformed(line: number, reason: ReportedMalformed): void {
    if (line < 0 || line >= this.lineCount) return;
    const base = lineBase(line);
    this.cells[base + LineCell.packets]++;
    this.countMalformed(base, reason);
  }

  /** The io layer received a datagram that is none of the line's, for example from another address than its sender's. */
  onRefused(source: number, reason: RefusalReason): void {
    this.readClock();
    if (source >= 0 && source < this.lineCount) this.cells[lineBase(source) + LineCell.packets]++;
    const { ids } = this.frame;
    ids[FrameId.first] = 0;
    this.refuse(source, reason);
    this.settle();
  }

  /** The line's socket reported an error. */
  onSocketError(line: number): void {
    if (line < 0 || line >= this.lineCount) return;
    this.readClock();
    this.cells[lineBase(line) + LineCell.socketErrors]++;
    this.watch.failed(line);
    if (this.sticky && line === this.active) this.leaveActive(SwitchEvidence.socketError);
    this.settle();
  }

  /** The kernel's drop counter of the line's socket (`SO_RXQ_OVFL`, cumulative) now stands at this. */
  onKernelDrops(line: number, cumulative: number): void {
    if (line < 0 || line >= this.lineCount) return;
    const cell = lineBase(line) + LineCell.kernelDrops;
    const more = cumulative - this.cells[cell];
    if (more <= 0) return;
    this.readClock();
    this.cells[cell] = cumulative;
    this.at[Cell.lastKernelDropAt] = this.at[Cell.now];
    this.voice.say(FeedEventKind.kernelDrop, line, -1, more, 0);
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

  /**
   * Takes over thresholds, all at once: open gaps and lines go on under them.
   * @throws {Error} naming everything that is wrong with them; nothing has changed then
   */
  adopt(live: LiveSettings): void {
    const problems = arbiterConfigProblems({ ...this.config, ...live });
    if (problems.length > 0) throw new Error(`arbiter configuration: ${problems.join('; ')}`);
    this.readClock();
    const { minDwellNs } = this.config;
    Object.assign(this.config, live);
    const memoryNs = live.staleAfterNs * SUSPICION_MEMORY;
    this.guard.forgetAfter(memoryNs);
    this.jumps.forgetAfter(memoryNs);
    this.restarts.forgetAfter(memoryNs, live.staleAfterNs);
    this.suspects.forgetAfter(memoryNs);
    this.switches.adopt(minDwellNs);
    this.watch.adopt(live);
    this.ladder.adopt();
    // whatever waits for a deadline reckons with another one now
    if (Number.isFinite(this.at[Cell.deadline])) this.at[Cell.deadline] = this.at[Cell.now];
    this.onTime();
  }

  /** The operator vouches for the feed: what made it stale has been dealt with. */
  operatorRefreshed(): void {
    this.readClock();
    this.refreshReason = StatusReason.none;
    this.ladder.torn = false;
    this.settle();
  }

  /**
   * A snapshot begins: units are held until it ends.
   * @returns false if it is no longer wanted; its owner then drops it, and its books stay as they are
   */
  snapshotBegin(): boolean {
    if (!this.ladder.snapshotBegin()) return false;
    this.busy = true;
    return true;
  }

  /**
   * The snapshot is complete; the feed goes on from `snapshotNext[0]`. Held units from there on are delivered.
   * @returns false if it came too late or lies behind what has been delivered already: nothing is refreshed
   */
  snapshotEnd(): boolean {
    if (!this.ladder.snapshotRunning) return false;
    this.readClock();
    const applied = this.snapshotNext[0] >= this.at[Cell.expected] && this.snapshotNext[0] <= Number.MAX_SAFE_INTEGER;
    if (applied) this.applySnapshot();
    else this.ladder.snapshotFailed();
    this.settle();
    return applied;
  }

  /** The snapshot was refused, cut off or broken. */
  snapshotFailed(): void {
    this.readClock();
    this.ladder.snapshotFailed();
    this.settle();
  }

  /** The retransmit server can't be reached, or refused: outstanding requests are given up now rather than timed out. */
  retransmitFailed(): void {
    this.readClock();
    this.ladder.giveUpRequests();
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
    const { at, cells, frame, words } = this;
    const first = frame.ids[FrameId.first];
    const next = frame.ids[FrameId.next];
    const last = next - 1;
    const base = lineBase(line);
    const highest = cells[base + LineCell.highestId];
    if (highest < first - 1 && highest > 0) this.noteHole(line);
    if (next >= at[Cell.clearedTo]) {
      at[Cell.id] = next;
      this.brought.advance(Cell.id);
    }
    const rx = this.at[Cell.rxNs];
    const low0 = first | 0;
    const mask = this.memory.copyMask;
    const { unitOffset, unitLength, count } = frame;
    let fresh = 0;
    at[Cell.unitRxNs] = rx;
    for (let i = 0; i < count; i++) {
      const offset = unitOffset[i];
      const length = unitLength[i];
      const low = (low0 + i) | 0;
      const entry = copyDouble(low, mask);
      const entryWord = entry << 1;
      const id = first + i;
      fresh = (fresh + noteBrought(words, line, low)) | 0;
      at[(entry + CopyCell.number) | 0] = id;
      at[(entry + CopyCell.stamp) | 0] = rx;
      words[(entryWord + CopyCell.hash) | 0] = hashUnit(view, offset, length);
      words[(entryWord + CopyCell.flags) | 0] = line;
      at[Cell.unitId] = id;
      at[Cell.expected] = id + 1;
      this.deliver(bytes, view, offset, length, line);
    }
    if (first - at[Cell.first] < OPENING_UNITS) this.comparison.rememberOpening(frame);
    at[Cell.lead] = last;
    at[Cell.lastProgressAt] = rx;
    cells[base + LineCell.units] += count;
    cells[base + LineCell.first] += count;
    cells[base + LineCell.brought] += fresh;
    if (highest < last) cells[base + LineCell.highestId] = last;
    cells[FeedCell.delivered] += count;
    cells[FeedCell.lastId] = last;
    cells[FeedCell.lastDeliveredRxNs] = rx;
    if (cells[FeedCell.highestId] < last) cells[FeedCell.highestId] = last;
  }

  /** Every unit of the packet has been delivered (or given up) before, and it is the next of its line: a slower copy. */
  private takeCopies(line: number, view: DataView): void {
    const { cells, frame } = this;
    const first = frame.ids[FrameId.first];
    const next = frame.ids[FrameId.next];
    const base = lineBase(line);
    const highest = cells[base + LineCell.highestId];
    if (highest < first - 1 && highest > 0) this.noteHole(line);
    const { count } = frame;
    this.comparison.comparePacket(line, frame, view);
    cells[base + LineCell.units] += count;
    cells[base + LineCell.duplicates] += count;
    cells[base + LineCell.highestId] = next - 1;
  }

  // ------------------------------------------------------------------------------------------- every other packet

  /** Old and new units, units beyond a hole, the first packet of all. */
  private takeMixed(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
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
    const base = lineBase(source);
    if (!this.started) {
      if (!isLine) return;
      this.startAt(source, first);
    } else if (isLine && !this.admitNumbers(source, bytes, view, offset, length)) {
      return;
    } else if (!isLine && first > at[Cell.lead] + 1) {
      // Nobody asked for what no line has shown: an answer to a question from before a restart, or worse.
      this.refuse(source, RefusalReason.unconfirmedJump);
      return;
    }
    const leads = !this.sticky || source === this.active || !isLine;
    at[Cell.id] = next;
    if (next >= at[Cell.clearedTo]) this.brought.advance(Cell.id);
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
        this.comparison.compareOld(source, low, view, offset, length);
        if (isLine) cells[base + LineCell.duplicates]++;
        else cells[FeedCell.retransmitDuplicates]++;
      } else {
        this.takeNew(source, low, bytes, view, offset, length, leads);
      }
    }
    this.flushFill();
    if (this.gaps.count > 0 && this.ladder.countReached) this.ladder.service();
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
    if (!far) this.comparison.compareOrRemember(source, low, view, offset, length, false);
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
    if (id === at[Cell.expected] && !this.ladder.paused) {
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
    const known = this.comparison.compareOrRemember(source, id | 0, view, offset, length, false);
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
        if (!known) this.onDisagreement(source, -1);
        this.countDuplicate(source);
        return;
      }
    }
    if (from === at[Cell.expected] && !this.ladder.paused) {
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
    this.hold.rxNs[slot] = this.at[Cell.rxNs];
    if (at[Cell.id] > at[Cell.highestHeld]) at[Cell.highestHeld] = at[Cell.id];
    if (source >= 0) cells[lineBase(source) + LineCell.held]++;
    this.busy = true;
  }

  /** A held copy turned out to be superfluous. */
  private dropHeld(slot: number): void {
    const source = this.hold.source[slot];
    this.hold.release(slot);
    if (source >= 0) this.cells[lineBase(source) + LineCell.held]--;
    this.countDuplicate(source);
  }

  private countDuplicate(source: number): void {
    if (source >= 0) this.cells[lineBase(source) + LineCell.duplicates]++;
    else this.cells[FeedCell.retransmitDuplicates]++;
  }

  /** The expected unit, whose number stands in `at[expected]`, goes to the sink. State moves on before the call. */
  private handOut(source: number, bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    const { at, cells } = this;
    const id = at[Cell.expected];
    at[Cell.unitId] = id;
    at[Cell.unitRxNs] = this.at[Cell.rxNs];
    at[Cell.expected] = id + 1;
    if (source >= 0) cells[lineBase(source) + LineCell.first]++;
    cells[FeedCell.delivered]++;
    cells[FeedCell.streamUnits]++;
    cells[FeedCell.lastId] = id;
    cells[FeedCell.lastDeliveredRxNs] = at[Cell.unitRxNs];
    this.deliver(bytes, view, offset, length, source);
  }

  /** Delivers held units from the expected one on, as far as they go and the policy lets them. */
  private drain(): void {
    const { at, cells, hold } = this;
    if (this.ladder.paused) return;
    while (hold.count > 0 && at[Cell.expected] <= at[Cell.lead]) {
      const id = at[Cell.expected];
      const slot = at[Cell.lead] - id < FAR ? hold.find(id | 0) : -1;
      if (slot < 0) return;
      const offset = hold.offset[slot];
      const source = hold.source[slot];
      const own = this.linked ? this.heldId[slot] : id;
      at[Cell.unitId] = own;
      at[Cell.unitRxNs] = hold.rxNs[slot];
      hold.release(slot);
      at[Cell.expected] = own + 1;
      if (source >= 0) {
        const base = lineBase(source);
        cells[base + LineCell.held]--;
        cells[base + LineCell.first]++;
      }
      cells[FeedCell.delivered]++;
      cells[FeedCell.streamUnits]++;
      cells[FeedCell.lastId] = own;
      cells[FeedCell.lastDeliveredRxNs] = at[Cell.unitRxNs];
      this.deliver(hold.bytes, hold.view, offset, hold.length[slot], source);
    }
  }

  private deliver(bytes: Uint8Array, view: DataView, offset: number, length: number, source: number): void {
    try {
      this.sink.onUnit(bytes, view, offset, length, source);
    } catch (error) {
      this.voice.threw(error);
    }
  }

  // ------------------------------------------------------------------------------------------- copies, compared

  /** Called by the comparison of copies. */
  onDisagreement(source: number, other: number): void {
    const { at, cells } = this;
    cells[FeedCell.disagreements]++;
    if (source >= 0) cells[lineBase(source) + LineCell.disagreements]++;
    if (!this.sticky) this.refreshReason = StatusReason.disagreement;
    this.updateStatus();
    if (!this.voice.mayComplain(source, Complaint.disagreement)) return;
    this.voice.event.numbers[0] = at[Cell.id];
    this.voice.event.numbers[1] = at[Cell.id];
    this.voice.sayRange(FeedEventKind.disagreement, source, other, 0, 0);
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
      // Ends by count, not by number: 2^53 would never be passed.
      const runEnd = top - from + 1;
      for (let step = 1; step <= runEnd; step++) {
        const id = from + step;
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
    // Not by a call: a double handed through one that is not inlined costs an allocation, and gaps may be many.
    const holdOffEnds = at[Cell.now] + Math.min(config.holdOffNs, config.gapDeadlineNs);
    if (holdOffEnds < at[Cell.deadline]) at[Cell.deadline] = holdOffEnds;
    cells[FeedCell.gapsOpened]++;
    this.voice.event.numbers[0] = from;
    this.voice.event.numbers[1] = to;
    this.voice.sayRange(FeedEventKind.gapOpened, source, -1, 0, 0);
    this.updateStatus();
    at[Cell.from] = from;
    at[Cell.to] = to;
  }

  /** Policy `sticky`: the active line has a hole `at[from]`..`at[to]` that `holder` filled before it was seen. */
  private fillFromHeld(source: number, holder: number): void {
    const { at, cells } = this;
    const { event } = this.voice;
    const units = at[Cell.to] - at[Cell.from] + 1;
    cells[FeedCell.gapsOpened]++;
    cells[FeedCell.filledByOtherLine] += units;
    if (holder >= 0) cells[lineBase(holder) + LineCell.fills] += units;
    event.numbers[0] = at[Cell.from];
    event.numbers[1] = at[Cell.to];
    this.voice.sayRange(FeedEventKind.gapOpened, source, -1, 0, 0);
    this.voice.sayRange(FeedEventKind.gapFilled, holder, -1, FillMeans.otherLine, 0);
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
      cells[lineBase(source) + LineCell.fills]++;
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
    const { at } = this;
    const { event } = this.voice;
    if (at[Cell.fillFrom] === 0) return;
    event.numbers[0] = at[Cell.fillFrom];
    event.numbers[1] = at[Cell.fillTo];
    at[Cell.window] = at[Cell.now] - at[Cell.fillOpenedAt];
    at[Cell.fillFrom] = 0;
    this.voice.sayRange(FeedEventKind.gapFilled, this.fillLine, -1, this.fillMeans, 0);
  }

  /** The hold window is full. @returns false if there is nothing to give up */
  private makeRoom(): boolean {
    if (this.ladder.paused) {
      // A snapshot that takes longer than the window lasts is no use: go on without it.
      this.ladder.abandonSnapshot();
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
  loseOldest(cause: number): void {
    const { at, cells, gaps } = this;
    const { event } = this.voice;
    if (this.ladder.paused) this.ladder.abandonSnapshot();
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
    this.ladder.abandonSnapshot();
    this.lateStart = false;
    event.numbers[0] = from;
    event.numbers[1] = to;
    this.voice.sayRange(FeedEventKind.gapLost, -1, -1, why, 0);
    this.updateStatus();
    this.drain();
  }

  private lossCause(openedAtNs: number): LossCause {
    if (this.at[Cell.lastKernelDropAt] >= openedAtNs - KERNEL_DROP_MEMORY_NS) return LossCause.kernelDrop;
    return this.watch.liveLines(-1) <= 1 ? LossCause.oneLine : LossCause.allLines;
  }

  private applySnapshot(): void {
    const { at, cells, gaps, hold } = this;
    const { event } = this.voice;
    const next = this.snapshotNext[0];
    this.ladder.snapshotDone();
    this.flushFill();
    while (gaps.count > 0 && gaps.from[0] < next) {
      const to = Math.min(gaps.to[0], next - 1);
      cells[FeedCell.filledBySnapshot] += this.linked ? 1 : to - gaps.from[0] + 1;
      event.numbers[0] = gaps.from[0];
      event.numbers[1] = to;
      at[Cell.window] = at[Cell.now] - gaps.openedAtNs[0];
      if (to === gaps.to[0]) gaps.remove(0);
      else gaps.from[0] = next;
      this.voice.sayRange(FeedEventKind.gapFilled, -1, -1, FillMeans.snapshot, 0);
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
    this.ladder.torn = false;
    this.clearedReason = StatusReason.snapshot;
    this.lateStart = false;
    event.numbers[0] = next;
    event.numbers[1] = next;
    this.voice.sayRange(FeedEventKind.snapshotApplied, -1, -1, 0, 0);
    this.drain();
    this.ladder.service();
  }

  // ------------------------------------------------------------------------------- heartbeats and other sources

  private takeHeartbeat(line: number, kind: number): void {
    const { at, cells, frame } = this;
    const base = lineBase(line);
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
      this.voice.event.numbers[0] = next;
      this.voice.event.numbers[1] = next;
      this.voice.sayRange(FeedEventKind.sessionEnded, line, -1, 0, 0);
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
    this.takeMixed(source, bytes, view, offset, length);
    if (this.retransmitProgress) {
      this.retransmitProgress = false;
      this.ladder.service();
    }
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
    this.brought.restart(Cell.first);
    cells[FeedCell.firstId] = at[Cell.first];
    cells[FeedCell.streamUnits] = 0;
    cells[FeedCell.lastId] = at[Cell.first] - 1;
    cells[FeedCell.highestId] = at[Cell.lead];
    if (!this.started) {
      this.started = true;
      this.watch.start();
      this.due(at[Cell.healthDue]);
    }
    this.voice.event.numbers[0] = first;
    this.voice.event.numbers[1] = first;
    this.voice.sayRange(FeedEventKind.started, line, -1, 0, 0);
    if (late) {
      at[Cell.from] = 1;
      at[Cell.to] = first - 1;
      this.openGap(line);
      at[Cell.lead] = first - 1;
    }
    this.updateStatus();
  }

  /**
   * The packet's session is not the feed's, or was not the packet's before. @returns true if it is from now on; the frame
   * then may show another packet
   */
  private admitSession(line: number): boolean {
    const { at, frame, guard } = this;
    if (!guard.known) guard.adopt(frame.session);
    if (guard.isCurrent(frame.session)) {
      this.sessionVersion = frame.sessionVersion;
      return true;
    }
    at[Cell.heardAt] = this.watch.lastHeard(-1);
    const evidence = guard.weigh(
      line,
      frame.session,
      frame.ids,
      at,
      Cell.now,
      Cell.heardAt,
      this.watch.liveLines(line),
    );
    if (evidence === SESSION_REFUSED) {
      this.refuse(line, RefusalReason.foreignSession);
      return false;
    }
    at[Cell.id] = guard.cells[SessionGuardCell.first];
    this.closeStream(LossCause.sessionEnded);
    at[Cell.id] = guard.cells[SessionGuardCell.first];
    guard.adopt(frame.session);
    this.sessionVersion = frame.sessionVersion;
    this.mayBeOld.fill(0);
    this.beginNumbering(line, evidence as SessionEvidence);
    this.takeSuspects(Suspicion.session, ALL_LINES);
    return true;
  }

  /** Is the packet's place in the numbering to be believed? Refuses or restarts where it is not the usual one. */
  private admitNumbers(line: number, bytes: Uint8Array, view: DataView, offset: number, length: number): boolean {
    const { at, cells, frame } = this;
    const first = frame.ids[FrameId.first];
    const highest = cells[lineBase(line) + LineCell.highestId];
    if (first > at[Cell.lead] + 1 + Math.min(this.config.windowUnits, this.config.maxForwardJump)) {
      if (this.mayBeOld[line] === 1) {
        this.refuse(line, RefusalReason.foreignSession);
        return false;
      }
      if (first > cells[FeedCell.highestId] + 1 + this.config.maxForwardJump) {
        if (this.takingSuspects) return false;
        if (!this.admitJump(line)) {
          this.suspects.keep(Suspicion.jump, line, frame.ids, this.time, view, offset, length);
          return false;
        }
        this.takeSuspects(Suspicion.jump, ALL_LINES);
        this.framer.frame(bytes, view, offset, length, frame);
        return true;
      }
    } else {
      this.mayBeOld[line] = 0;
    }
    if (frame.ids[FrameId.next] > at[Cell.expected] || first > highest || this.takingSuspects) return true;
    const read = this.comparison.againstMemory(frame, this.linked, view);
    if (this.considerRestart(line, read)) {
      this.takeSuspects(Suspicion.restart, this.restartedLines);
      this.framer.frame(bytes, view, offset, length, frame);
    } else if (read !== RestartBytes.same) {
      if (this.restarts.begins(line)) this.suspects.forget(Suspicion.restart, line);
      this.suspects.keep(Suspicion.restart, line, frame.ids, this.time, view, offset, length);
    }
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
    if (!this.admitJump(line)) return false;
    this.takeSuspects(Suspicion.jump, ALL_LINES);
    return true;
  }

  private admitJump(line: number): boolean {
    const { at, frame, jumps } = this;
    const { event } = this.voice;
    at[Cell.heardAt] = this.watch.lastHeard(line);
    const believed = jumps.weigh(line, frame.ids, at, Cell.now, Cell.heardAt, this.watch.liveLines(line));
    event.numbers[0] = frame.ids[FrameId.first];
    event.numbers[1] = at[Cell.lead] + 1;
    if (!believed) {
      if (this.voice.mayComplain(line, Complaint.jumpSuspected))
        this.voice.sayRange(FeedEventKind.jumpSuspected, line, -1, 0, 0);
      this.refuse(line, RefusalReason.unconfirmedJump);
      return false;
    }
    this.crossJump(line);
    return true;
  }

  /** A jump was confirmed: everything before it is closed, the range jumped over is missing. */
  private crossJump(line: number): void {
    const { at } = this;
    this.closeStream(LossCause.jump);
    forgetCopies(this.memory);
    at[Cell.from] = at[Cell.lead] + 1;
    at[Cell.to] = this.jumps.cells[JumpGuardCell.first] - 1;
    if (at[Cell.from] > at[Cell.to]) return;
    this.openGap(line);
    at[Cell.lead] = at[Cell.to];
    if (this.config.snapshot === undefined) {
      this.loseOldest(LossCause.jump);
    } else {
      this.ladder.skipToSnapshot();
    }
  }

  /**
   * A packet wholly behind the stream and behind its own line: a late duplicate, a replay, or a restart? If a restart is
   * believed, the numbering is another one when this returns true; otherwise the packet is a copy like any other.
   */
  private considerRestart(line: number, bytes: RestartBytes): boolean {
    const { at, cells, frame, restarts } = this;
    at[Cell.silentFor] = at[Cell.now] - at[Cell.lastProgressAt];
    const weighed = restarts.weigh(
      line,
      frame.ids,
      bytes,
      cells,
      FeedCell.highestId,
      at,
      Cell.now,
      this.watch.liveLines(line),
      at,
      Cell.silentFor,
    );
    const afterEnd = this.guard.ended && bytes === RestartBytes.differ;
    if (weighed === NO_RESTART && !afterEnd) return false;
    const evidence = afterEnd ? SessionEvidence.afterEnd : (weighed as SessionEvidence);
    restarts.lowestFirst(at, Cell.id, line);
    this.closeStream(LossCause.sessionEnded);
    restarts.lowestFirst(at, Cell.id, line);
    this.restartedLines = restarts.runningWith(line);
    restarts.reset();
    for (let other = 0; other < this.lineCount; other++) {
      const old = cells[lineBase(other) + LineCell.highestId];
      this.mayBeOld[other] = other !== line && old > at[Cell.id] + this.config.windowUnits ? 1 : 0;
    }
    this.beginNumbering(line, evidence);
    return true;
  }

  /**
   * What was suspected has been confirmed: the packets that led to it are taken now, with the stamps at which they came.
   * The frame shows another packet afterwards.
   */
  private takeSuspects(why: Suspicion, lines: number): void {
    if (this.takingSuspects) return;
    const { at, cells, frame, session, suspects } = this;
    suspects.choose(why, lines, frame.ids, at, Cell.now);
    const rx = at[Cell.rxNs];
    this.takingSuspects = true;
    for (let place = suspects.takeChosen(); place >= 0; place = suspects.takeChosen()) {
      const { bytes, view } = suspects;
      const offset = suspects.offset(place);
      const line = suspects.line[place];
      const length = suspects.length[place];
      this.framer.frame(bytes, view, offset, length, frame);
      if (frame.session.some((word, i) => word !== session[i])) continue;
      if (why === Suspicion.restart) {
        // Taken for copies of the old numbering until now.
        cells[lineBase(line) + LineCell.units] -= frame.count;
        cells[lineBase(line) + LineCell.duplicates] -= frame.count;
      }
      at[Cell.rxNs] = suspects.rxNs[place];
      this.takeMixed(line, bytes, view, offset, length);
    }
    this.takingSuspects = false;
    at[Cell.rxNs] = rx;
  }

  /** The numbering starts afresh at `at[id]`, shown by `line`. */
  private beginNumbering(line: number, evidence: SessionEvidence): void {
    const { at, cells, config } = this;
    const first = at[Cell.id];
    for (let l = 0; l < this.lineCount; l++) {
      const base = lineBase(l);
      cells[base + LineCell.lostInEarlierSessions] = lineLost(cells, l);
      cells[base + LineCell.brought] = 0;
      cells[base + LineCell.highestId] = 0;
    }
    this.hold.clear();
    this.comparison.restart();
    this.watch.restart();
    this.jumps.reset();
    this.restarts.reset();
    this.guard.ended = false;
    this.refreshReason = StatusReason.none;
    this.ladder.torn = false;
    this.clearedReason = StatusReason.sessionChanged;
    cells[FeedCell.sessionChanges]++;
    this.voice.event.numbers[0] = first;
    this.voice.event.numbers[1] = first;
    this.voice.sayRange(FeedEventKind.sessionChanged, line, -1, evidence, 0);
    this.startAt(line, first);
    if (config.policy === 'sticky') at[Cell.aheadSince] = 0;
  }

  /** The stream as it is ends: held units are delivered, what is missing between them is declared lost. */
  private closeStream(cause: number): void {
    const { at, cells } = this;
    this.ladder.abandonSnapshot();
    this.flushFill();
    if (cells[FeedCell.highestId] > at[Cell.lead]) {
      at[Cell.to] = cells[FeedCell.highestId];
      if (!this.linked) this.advanceLead(-1, false);
    }
    this.drain();
    while (this.gaps.count > 0) this.loseOldest(cause);
  }

  private refuse(source: number, reason: RefusalReason): void {
    const { at, cells, frame } = this;
    const { event } = this.voice;
    cells[FeedCell.refused]++;
    if (source >= 0 && source < this.lineCount) {
      const base = lineBase(source);
      cells[base + LineCell.refused]++;
      cells[base + LineCell.refusedByReason + reason]++;
    }
    if (!this.voice.mayComplain(source, Complaint.refused)) return;
    event.numbers[0] = frame.ids[FrameId.first];
    event.numbers[1] = at[Cell.lead] + 1;
    this.voice.sayRange(FeedEventKind.refused, source, -1, reason, 0);
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
    if (this.gaps.count > 0) this.ladder.service();
    else if (!this.ladder.serviceWithoutGaps()) this.drain();
    if (this.sticky && at[Cell.aheadSince] !== 0) this.checkLag();
    if (at[Cell.now] >= at[Cell.healthDue]) {
      this.watch.look();
      if (this.sticky) this.checkActive();
    }
    this.due(at[Cell.healthDue]);
  }

  /** Policy `sticky`: is the active line to be left, or the preferred one to be taken up again? */
  private checkActive(): void {
    const { cells, config, at } = this;
    const health = cells[lineBase(this.active) + LineCell.health];
    if (health === LineHealth.failed) this.leaveActive(SwitchEvidence.socketError);
    else if (health === LineHealth.stale && this.watch.silenceCounts()) this.leaveActive(SwitchEvidence.silence);
    const failback = config.failback;
    const preferred = config.activeLine;
    if (typeof failback !== 'object' || this.active === preferred || !this.followPreference) return;
    if (cells[lineBase(preferred) + LineCell.health] !== LineHealth.live) return;
    const clean = at[Cell.now] - this.watch.cleanSinceNs[preferred];
    if (clean >= failback.afterCleanNs && this.switches.dwellOver(at, Cell.now)) {
      at[Cell.window] = clean;
      this.switchTo(preferred, SwitchEvidence.failback);
    }
  }

  /** A line skipped numbers of its own stream. */
  private noteHole(line: number): void {
    const { at, cells } = this;
    cells[lineBase(line) + LineCell.holes]++;
    this.watch.cleanSinceNs[line] = at[Cell.now];
    if (!this.sticky || line !== this.active) return;
    if (this.switches.holeSeen(at, Cell.now) && this.switches.dwellOver(at, Cell.now)) this.wantToLeave = true;
  }

  /** Holes of the active line have piled up: left once the packet has been taken. */
  private wantToLeave = false;

  // ------------------------------------------------------------------------------------- policy sticky: switches

  /** A standby has shown something: is the active line too far behind it, or gone? */
  private weighStandby(line: number): void {
    const { at, cells, config } = this;
    const active = lineBase(this.active);
    const health = cells[active + LineCell.health];
    let evidence: SwitchEvidence = SwitchEvidence.lag;
    if (health === LineHealth.failed) {
      evidence = SwitchEvidence.socketError;
    } else if (health === LineHealth.stale && this.watch.silenceCounts()) {
      evidence = SwitchEvidence.silence;
    } else {
      const behind = cells[lineBase(line) + LineCell.highestId] - at[Cell.lead];
      if (behind < config.lagUnits || behind < config.lagUnits * this.switches.lagFactor(at, Cell.now)) return;
      if (health === LineHealth.silent) evidence = SwitchEvidence.silence;
    }
    const lastHeard = cells[active + LineCell.lastHeardNs];
    at[Cell.window] = lastHeard > 0 ? at[Cell.now] - lastHeard : 0;
    this.switchTo(line, evidence);
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
    const health = cells[lineBase(this.active) + LineCell.health];
    const silent = health === LineHealth.silent || health === LineHealth.stale;
    this.switchTo(hold.source[slot], silent ? SwitchEvidence.silence : SwitchEvidence.lag);
  }

  /** The active line is to be left for the best other one, if any is live. */
  private leaveActive(evidence: SwitchEvidence): void {
    const { cells } = this;
    const best = this.watch.bestLine(this.active);
    if (best < 0) return;
    this.at[Cell.window] = this.at[Cell.now] - cells[lineBase(this.active) + LineCell.lastHeardNs];
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
    this.voice.event.numbers[0] = at[Cell.lead] + 1;
    this.voice.event.numbers[1] = cells[lineBase(line) + LineCell.highestId];
    this.voice.sayRange(FeedEventKind.switched, line, from, evidence, 0);
    if (!this.started) return;
    const highest = cells[lineBase(line) + LineCell.highestId];
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
      this.ladder.gapsClosed();
    }
    this.busy = gaps.count > 0 || hold.count > 0 || this.ladder.paused || this.guard.ended || !this.started;
    cells[FeedCell.heldUnits] = hold.count;
    cells[FeedCell.heldBytes] = hold.usedBytes;
    cells[FeedCell.openGaps] = gaps.count;
    let missing = 0;
    for (let i = 0; i < gaps.count; i++) missing += gaps.to[i] - gaps.from[i] + 1;
    cells[FeedCell.openGapUnits] = missing;
    cells[FeedCell.oldestGapOpenedAtNs] = gaps.count > 0 ? gaps.openedAtNs[0] : 0;
    this.ended = this.guard.ended && at[Cell.expected] > at[Cell.lead];
    this.updateStatus();
    if (this.voice.failed) this.voice.rethrow();
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
    } else if (this.ladder.torn || this.refreshReason !== StatusReason.none) {
      status = FeedStatus.stale;
      reason = this.ladder.torn ? StatusReason.snapshot : this.refreshReason;
    } else if (this.gaps.count > 0 || this.ladder.paused) {
      status = FeedStatus.recovering;
      reason = this.lateStart ? StatusReason.lateStart : StatusReason.gapOpen;
    } else if (this.watch.silence) {
      status = FeedStatus.stale;
      reason = StatusReason.silence;
    }
    const { cells } = this;
    if (cells[FeedCell.status] === status && (status === FeedStatus.live || cells[FeedCell.statusReason] === reason))
      return;
    if (status !== FeedStatus.live) this.clearedReason = StatusReason.none;
    cells[FeedCell.status] = status;
    cells[FeedCell.statusReason] = reason;
    this.voice.say(FeedEventKind.status, -1, -1, status, reason);
  }

  /** Makes sure that {@link onTime} acts at this time at the latest. */
  private due(atNs: number): void {
    if (atNs < this.at[Cell.deadline]) this.at[Cell.deadline] = atNs;
  }

  private readClock(): void {
    const now = this.at[Cell.nowNs];
    if (now > this.at[Cell.now]) this.at[Cell.now] = now;
  }
}
