import { FAR as SHARED_FAR, Cell as SharedCell } from './arbiter-cell.ts';
import { type ArbiterMemory, BROUGHT_SPAN as SHARED_SPAN } from './arbiter-memory.ts';
import { noteBrought as noteBroughtOf } from './brought-bitmap.ts';
import {
  copyDouble as copyDoubleOf,
  forgetCopies,
  CopyCell as SharedCopyCell,
  CopyFlag as SharedCopyFlag,
} from './copy-window.ts';
import { lineBase as lineBaseOf, LineCell as SharedLineCell, WON_BY_BUCKETS } from './feed-counters.ts';
import { type Frame, FrameId as SharedFrameId } from './framer.ts';
import { OPENING_UNITS, RestartBytes } from './restart-guard.ts';
import { hashUnit as hashOf } from './unit-hash.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Cell = Object.freeze({ ...SharedCell });
const CopyCell = Object.freeze({ ...SharedCopyCell });
const CopyFlag = Object.freeze({ ...SharedCopyFlag });
const LineCell = Object.freeze({ ...SharedLineCell });
const FrameId = Object.freeze({ ...SharedFrameId });
const FAR = SHARED_FAR;
const BROUGHT_SPAN = SHARED_SPAN;
const lineBase = lineBaseOf;
const copyDouble = copyDoubleOf;
const noteBrought = noteBroughtOf;
const hashUnit = hashOf;

/** Margins below this are int32s. */
const SHORT_MARGIN_NS = 2 ** 31;

/** Hears that a copy of unit `at[id]` from `source` differs from the first copy, which `other` brought. */
export interface DisagreementListener {
  onDisagreement(source: number, other: number): void;
}

/**
 * Holds every copy of a unit against the first one: same bytes? whose was first, and by how much? had the line brought
 * it before? Also remembers the hashes of a session's first units for as long as it lasts, to know a replay by.
 */
export class CopyComparison {
  private readonly memory: ArbiterMemory;
  private readonly at: Float64Array;
  private readonly words: Int32Array;
  private readonly copyMask: number;
  private readonly cells: Float64Array;
  private readonly listener: DisagreementListener;
  private readonly openingHashes = new Int32Array(OPENING_UNITS);

  constructor(memory: ArbiterMemory, cells: Float64Array, listener: DisagreementListener) {
    this.memory = memory;
    this.at = memory.doubles;
    this.words = memory.words;
    this.copyMask = memory.copyMask;
    forgetCopies(memory);
    this.cells = cells;
    this.listener = listener;
  }

  /**
   * All units of a counted packet that the stream is past: the usual second copy. One loop with nothing but the usual
   * in it, because it runs for every packet of every slower line.
   */
  comparePacket(line: number, frame: Frame, view: DataView): void {
    const { at, words, copyMask } = this;
    const { unitOffset, unitLength, count } = frame;
    const first = frame.ids[FrameId.first];
    const low0 = first | 0;
    const rx = at[Cell.rxNs];
    const near = first >= at[Cell.clearedTo] - BROUGHT_SPAN;
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const low = (low0 + i) | 0;
      const entry = copyDouble(low, copyMask);
      const number = first + i;
      const meta = words[((entry << 1) + CopyCell.flags) | 0];
      if (!near || at[(entry + CopyCell.number) | 0] !== number || (meta & CopyFlag.late) !== 0) {
        at[Cell.id] = number;
        this.compareOld(line, low, view, unitOffset[i], unitLength[i]);
        continue;
      }
      const winner = meta & CopyFlag.sourceMask;
      if (words[((entry << 1) + CopyCell.hash) | 0] !== hashUnit(view, unitOffset[i], unitLength[i])) {
        at[Cell.id] = number;
        this.listener.onDisagreement(line, winner === CopyFlag.notALine ? -1 : winner);
      }
      if (noteBrought(words, line, low) === 0) continue;
      fresh = (fresh + 1) | 0;
      if ((meta & CopyFlag.decided) !== 0 || winner === line || winner === CopyFlag.notALine) continue;
      words[((entry << 1) + CopyCell.flags) | 0] = meta | CopyFlag.decided;
      at[Cell.margin] = rx - at[(entry + CopyCell.stamp) | 0];
      this.countWin(winner);
    }
    this.cells[lineBase(line) + LineCell.brought] += fresh;
  }

  /** A copy of a unit that the stream is past. Number in `at[id]`, its low 32 bits in `low`. */
  compareOld(source: number, low: number, view: DataView, offset: number, length: number): void {
    const { at } = this;
    const id = at[Cell.id];
    const far = at[Cell.lead] - id >= FAR;
    if (far || id <= at[Cell.expected] - 1 - this.copyMask || id < at[Cell.first]) {
      // Too far back to be compared; still a number that the line has brought.
      if (source >= 0 && id >= at[Cell.first] && id >= at[Cell.clearedTo] - BROUGHT_SPAN) {
        this.cells[lineBase(source) + LineCell.brought] += noteBrought(this.words, source, low);
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
    const { at, cells, words, copyMask } = this;
    const entry = copyDouble(low, copyMask);
    const hash = hashUnit(view, offset, length);
    const id = at[Cell.id];
    const isLine = source >= 0;
    let freshOfLine = 0;
    if (isLine && id >= at[Cell.clearedTo] - BROUGHT_SPAN) {
      freshOfLine = noteBrought(this.words, source, low);
      cells[lineBase(source) + LineCell.brought] += freshOfLine;
    }
    if (at[(entry + CopyCell.number) | 0] !== id) {
      at[(entry + CopyCell.number) | 0] = id;
      at[(entry + CopyCell.stamp) | 0] = at[Cell.rxNs];
      words[((entry << 1) + CopyCell.hash) | 0] = hash;
      words[((entry << 1) + CopyCell.flags) | 0] = (isLine ? source : CopyFlag.notALine) | (past ? CopyFlag.late : 0);
      if (past && isLine) cells[lineBase(source) + LineCell.late]++;
      const place = id - at[Cell.first];
      if (place >= 0 && place < OPENING_UNITS) this.openingHashes[place] = hash;
      return false;
    }
    const meta = words[((entry << 1) + CopyCell.flags) | 0];
    const winner = meta & CopyFlag.sourceMask;
    if (words[((entry << 1) + CopyCell.hash) | 0] !== hash) {
      this.listener.onDisagreement(source, winner === CopyFlag.notALine ? -1 : winner);
    }
    if (!isLine) return true;
    if ((meta & CopyFlag.late) !== 0) cells[lineBase(source) + LineCell.late]++;
    if ((meta & CopyFlag.decided) === 0 && freshOfLine === 1 && winner !== source && winner !== CopyFlag.notALine) {
      words[((entry << 1) + CopyCell.flags) | 0] = meta | CopyFlag.decided;
      at[Cell.margin] = at[Cell.rxNs] - at[(entry + CopyCell.stamp) | 0];
      this.countWin(winner);
    }
    return true;
  }

  /** The packet's units were written to the window just now: those near the session's start are kept for good. */
  rememberOpening(frame: Frame): void {
    const { at, words, copyMask, openingHashes } = this;
    const first = frame.ids[FrameId.first];
    const place0 = first - at[Cell.first];
    for (let i = 0; i < frame.count && place0 + i < OPENING_UNITS; i++) {
      const entry = copyDouble((first | 0) + i, copyMask);
      openingHashes[place0 + i] = words[((entry << 1) + CopyCell.hash) | 0];
    }
  }

  /** What is remembered of the numbers of a packet that goes back, held against its bytes. */
  againstMemory(frame: Frame, linked: boolean, view: DataView): RestartBytes {
    const { at, words, copyMask, openingHashes } = this;
    const first = frame.ids[FrameId.first];
    let verdict: RestartBytes = RestartBytes.unknown;
    for (let i = 0; i < frame.count; i++) {
      const id = linked ? frame.unitId[i] : first + i;
      const entry = copyDouble(id | 0, copyMask);
      const place = id - at[Cell.first];
      const recent = id > at[Cell.lead] - FAR && id > at[Cell.expected] - 1 - copyMask;
      let remembered = 0;
      if (recent && at[(entry + CopyCell.number) | 0] === id) remembered = words[((entry << 1) + CopyCell.hash) | 0];
      else if (place >= 0 && place < OPENING_UNITS) remembered = openingHashes[place];
      if (remembered === 0) continue;
      if (hashUnit(view, frame.unitOffset[i], frame.unitLength[i]) === remembered) return RestartBytes.same;
      verdict = RestartBytes.differ;
    }
    return verdict;
  }

  /** Another numbering begins. */
  restart(): void {
    forgetCopies(this.memory);
    this.openingHashes.fill(0);
  }

  /** The line's copy was the first by `at[margin]` ns; a stamp that goes back counts as 0. */
  private countWin(line: number): void {
    const { cells } = this;
    const base = lineBase(line);
    let marginNs = this.at[Cell.margin];
    let bucket = 0;
    if (!(marginNs > 0)) marginNs = 0;
    else if (marginNs < SHORT_MARGIN_NS) bucket = 32 - Math.clz32(marginNs | 0);
    else bucket = Math.min(WON_BY_BUCKETS - 1, 31 + (32 - Math.clz32((marginNs / SHORT_MARGIN_NS) | 0)));
    cells[base + LineCell.wins]++;
    cells[base + LineCell.wonByTotalNs] += marginNs;
    cells[base + LineCell.wonByBuckets + bucket]++;
  }
}
