import { FAR as SHARED_FAR, Cell as SharedCell } from './arbiter-cell.ts';
import { type BroughtBitmap, BROUGHT_SPAN as SHARED_SPAN } from './brought-bitmap.ts';
import {
  type CopyWindow,
  CopyFlag as SharedCopyFlag,
  stampDifference,
  stampHigh as stampHighOf,
} from './copy-window.ts';
import { lineBase as lineBaseOf, LineCell as SharedLineCell, WON_BY_BUCKETS } from './feed-counters.ts';
import { type Frame, FrameId as SharedFrameId } from './framer.ts';
import { OPENING_UNITS, RestartBytes } from './restart-guard.ts';
import { TimeCell as SharedTimeCell } from './sink.ts';
import { hashUnit as hashOf } from './unit-hash.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Cell = Object.freeze({ ...SharedCell });
const CopyFlag = Object.freeze({ ...SharedCopyFlag });
const LineCell = Object.freeze({ ...SharedLineCell });
const FrameId = Object.freeze({ ...SharedFrameId });
const TimeCell = Object.freeze({ ...SharedTimeCell });
const FAR = SHARED_FAR;
const BROUGHT_SPAN = SHARED_SPAN;
const lineBase = lineBaseOf;
const stampHigh = stampHighOf;
const hashUnit = hashOf;

/** Hears that a copy of unit `at[id]` from `source` differs from the first copy, which `other` brought. */
export interface DisagreementListener {
  onDisagreement(source: number, other: number): void;
}

/**
 * Holds every copy of a unit against the first one: same bytes? whose was first, and by how much? had the line brought
 * it before? Also remembers the hashes of a session's first units for as long as it lasts, to know a replay by.
 */
export class CopyComparison {
  private readonly copies: CopyWindow;
  private readonly brought: BroughtBitmap;
  private readonly at: Float64Array;
  private readonly cells: Float64Array;
  private readonly time: Float64Array;
  private readonly listener: DisagreementListener;
  private readonly openingHashes = new Int32Array(OPENING_UNITS);

  constructor(
    copies: CopyWindow,
    brought: BroughtBitmap,
    at: Float64Array,
    cells: Float64Array,
    time: Float64Array,
    listener: DisagreementListener,
  ) {
    this.copies = copies;
    this.brought = brought;
    this.at = at;
    this.cells = cells;
    this.time = time;
    this.listener = listener;
  }

  /**
   * All units of a counted packet that the stream is past: the usual second copy. One loop with nothing but the usual
   * in it, because it runs for every packet of every slower line.
   */
  comparePacket(line: number, frame: Frame, view: DataView): void {
    const { at, brought } = this;
    const { entries, mask } = this.copies;
    const { unitOffset, unitLength, count } = frame;
    const first = frame.ids[FrameId.first];
    const low0 = first | 0;
    const rx = this.time[TimeCell.rxNs];
    const rxLow = rx | 0;
    const rxHigh = stampHigh(rx);
    const near =
      first >= at[Cell.expected] - mask &&
      first >= at[Cell.first] &&
      at[Cell.lead] - first < FAR &&
      first >= brought.clearedTo[0] - BROUGHT_SPAN;
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const low = (low0 + i) | 0;
      const entry = (low & mask) << 2;
      const meta = entries[entry + 3];
      if (!near || entries[entry] !== low || (meta & CopyFlag.late) !== 0) {
        at[Cell.id] = first + i;
        this.compareOld(line, low, view, unitOffset[i], unitLength[i]);
        continue;
      }
      const winner = meta & CopyFlag.sourceMask;
      if (entries[entry + 1] !== hashUnit(view, unitOffset[i], unitLength[i])) {
        at[Cell.id] = first + i;
        this.listener.onDisagreement(line, winner === CopyFlag.notALine ? -1 : winner);
      }
      if (brought.note(line, low) === 0) continue;
      fresh++;
      if ((meta & CopyFlag.decided) !== 0 || winner === line || winner === CopyFlag.notALine) continue;
      entries[entry + 3] = meta | CopyFlag.decided;
      const stampLow = entries[entry + 2];
      if (((meta ^ rxHigh) & CopyFlag.stampHighMask) === 0 && rxLow >= stampLow && (rxLow ^ stampLow) >= 0) {
        this.countShortWin(winner, rxLow - stampLow);
      } else {
        this.countWin(winner, Math.max(0, stampDifference(stampLow, meta, rxLow, rxHigh)));
      }
    }
    this.cells[lineBase(line) + LineCell.brought] += fresh;
  }

  /** A copy of a unit that the stream is past. Number in `at[id]`, its low 32 bits in `low`. */
  compareOld(source: number, low: number, view: DataView, offset: number, length: number): void {
    const { at } = this;
    const id = at[Cell.id];
    const far = at[Cell.lead] - id >= FAR;
    if (far || id <= at[Cell.expected] - 1 - this.copies.mask || id < at[Cell.first]) {
      // Too far back to be compared; still a number that the line has brought.
      if (source >= 0 && id >= at[Cell.first] && id >= this.brought.clearedTo[0] - BROUGHT_SPAN) {
        this.cells[lineBase(source) + LineCell.brought] += this.brought.note(source, low);
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
  compareOrRemember(
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
      cells[lineBase(source) + LineCell.brought] += freshOfLine;
    }
    if (entries[entry] !== low) {
      entries[entry] = low;
      entries[entry + 1] = hash;
      entries[entry + 2] = rx | 0;
      entries[entry + 3] = stampHigh(rx) | (isLine ? source : CopyFlag.notALine) | (past ? CopyFlag.late : 0);
      if (past && isLine) cells[lineBase(source) + LineCell.late]++;
      const place = this.at[Cell.id] - this.at[Cell.first];
      if (place >= 0 && place < OPENING_UNITS) this.openingHashes[place] = hash;
      return false;
    }
    const meta = entries[entry + 3];
    const winner = meta & CopyFlag.sourceMask;
    if (entries[entry + 1] !== hash) {
      this.listener.onDisagreement(source, winner === CopyFlag.notALine ? -1 : winner);
    }
    if (!isLine) return true;
    if ((meta & CopyFlag.late) !== 0) cells[lineBase(source) + LineCell.late]++;
    if ((meta & CopyFlag.decided) === 0 && freshOfLine === 1 && winner !== source && winner !== CopyFlag.notALine) {
      entries[entry + 3] = meta | CopyFlag.decided;
      const margin = stampDifference(entries[entry + 2], meta, rx | 0, stampHigh(rx));
      this.countWin(winner, Math.max(margin, 0));
    }
    return true;
  }

  /** The packet's units were written to the window just now: those near the session's start are kept for good. */
  rememberOpening(frame: Frame): void {
    const { at, openingHashes } = this;
    const { entries, mask } = this.copies;
    const first = frame.ids[FrameId.first];
    const place0 = first - at[Cell.first];
    for (let i = 0; i < frame.count && place0 + i < OPENING_UNITS; i++) {
      openingHashes[place0 + i] = entries[((((first | 0) + i) & mask) << 2) + 1];
    }
  }

  /** What is remembered of the numbers of a packet that goes back, held against its bytes. */
  againstMemory(frame: Frame, linked: boolean, view: DataView): RestartBytes {
    const { at, openingHashes } = this;
    const { entries, mask } = this.copies;
    const first = frame.ids[FrameId.first];
    let verdict: RestartBytes = RestartBytes.unknown;
    for (let i = 0; i < frame.count; i++) {
      const id = linked ? frame.unitId[i] : first + i;
      const low = id | 0;
      const entry = (low & mask) << 2;
      const place = id - at[Cell.first];
      const recent = id > at[Cell.lead] - FAR && id > at[Cell.expected] - 1 - mask;
      let remembered = 0;
      if (recent && entries[entry] === low) remembered = entries[entry + 1];
      else if (place >= 0 && place < OPENING_UNITS) remembered = openingHashes[place];
      if (remembered === 0) continue;
      if (hashUnit(view, frame.unitOffset[i], frame.unitLength[i]) === remembered) return RestartBytes.same;
      verdict = RestartBytes.differ;
    }
    return verdict;
  }

  /** Another numbering begins. */
  restart(): void {
    this.copies.clear();
    this.openingHashes.fill(0);
  }

  /** As {@link countWin}, of a margin that is an int32. */
  private countShortWin(line: number, marginNs: number): void {
    const { cells } = this;
    const base = lineBase(line);
    cells[base + LineCell.wins]++;
    cells[base + LineCell.wonByTotalNs] += marginNs;
    cells[base + LineCell.wonByBuckets + (32 - Math.clz32(marginNs))]++;
  }

  private countWin(line: number, marginNs: number): void {
    const { cells } = this;
    const base = lineBase(line);
    let bucket = 0;
    if (marginNs < 2 ** 31) bucket = 32 - Math.clz32(marginNs | 0);
    else bucket = Math.min(WON_BY_BUCKETS - 1, 31 + (32 - Math.clz32((marginNs / 2 ** 31) | 0)));
    cells[base + LineCell.wins]++;
    cells[base + LineCell.wonByTotalNs] += marginNs;
    cells[base + LineCell.wonByBuckets + bucket]++;
  }
}
