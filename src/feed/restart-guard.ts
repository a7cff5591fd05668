import { MAX_LINES } from './arbiter-config.ts';
import { SessionEvidence } from './events.ts';

/** Numbers at the start of a session whose hashes are kept all day: what a replay from the beginning is known by. */
export const OPENING_UNITS = 65_536;

/** What the bytes of a suspicious packet say when held against what was remembered of the same numbers. */
export const RestartBytes = { unknown: 0, same: 1, differ: 2 } as const;
export type RestartBytes = (typeof RestartBytes)[keyof typeof RestartBytes];

/** Further apart than this, no network reorders packets, and no line that works loses them in a row. */
export const REORDERED_UNITS = 100;

/** {@link RestartGuard.weigh}: not believed. */
export const NO_RESTART = -1;

/**
 * Restarts of the numbering within one session. What looks like one may be a late duplicate, or a line that replays old
 * data: those must never restart the feed. A restart is suspected only of a line that goes back behind what it has
 * itself shown before; it is believed after packets that follow each other, but for what the line loses, and carry *other* bytes than were seen under
 * those numbers before, while no line goes on at the old ones. Where nothing is remembered of those numbers, it takes
 * every live line; or the only live line, if its run begins at number 1, from further away than packets are reordered,
 * or after the feed has been silent for long.
 */
export class RestartGuard {
  /** First number of each line's run. */
  readonly first = new Float64Array(MAX_LINES);
  private readonly next = new Float64Array(MAX_LINES);
  private readonly progress = new Float64Array(MAX_LINES);
  private readonly seenAtNs = new Float64Array(MAX_LINES);
  private readonly packets = new Int32Array(MAX_LINES);
  private readonly differs = new Int32Array(MAX_LINES);
  private readonly confirmPackets: number;
  private forgetAfterNs: number;
  private silenceNs: number;

  /**
   * @param forgetAfterNs a run that pauses for longer is forgotten
   * @param silenceNs without a new unit for this long, the feed counts as silent
   */
  constructor(confirmPackets: number, forgetAfterNs: number, silenceNs: number) {
    this.confirmPackets = confirmPackets;
    this.silenceNs = silenceNs;
    this.forgetAfterNs = forgetAfterNs;
  }

  forgetAfter(ns: number, silenceNs: number): void {
    this.forgetAfterNs = ns;
    this.silenceNs = silenceNs;
  }

  /**
   * Weighs a packet that lies wholly behind the stream and behind its own line's highest number.
   * @param ids the packet's first and next number
   * @param bytes what its bytes say
   * @param otherLinesLive how many other lines are live
   * @param silentNs cell `silentCell`: for how long no new unit has come
   * @returns {@link NO_RESTART}, or the {@link SessionEvidence} on which to believe it
   */
  weigh(
    line: number,
    ids: Float64Array,
    bytes: RestartBytes,
    progress: Float64Array,
    progressCell: number,
    clock: Float64Array,
    clockCell: number,
    otherLinesLive: number,
    silentNs: Float64Array,
    silentCell: number,
  ): number {
    const { first, next, packets, differs, seenAtNs } = this;
    const now = clock[clockCell];
    if (bytes === RestartBytes.same) {
      packets[line] = 0;
      return NO_RESTART;
    }
    const goesOn =
      packets[line] > 0 &&
      ids[0] >= next[line] &&
      ids[0] - next[line] < REORDERED_UNITS &&
      this.progress[line] === progress[progressCell] &&
      now - seenAtNs[line] <= this.forgetAfterNs;
    if (!goesOn) {
      packets[line] = 0;
      differs[line] = 0;
      first[line] = ids[0];
      this.progress[line] = progress[progressCell];
    }
    packets[line]++;
    next[line] = ids[1];
    seenAtNs[line] = now;
    if (bytes === RestartBytes.differ) differs[line] = 1;

    const silence = silentNs[silentCell] >= this.silenceNs;
    const enough = packets[line] >= this.confirmPackets;
    const companions = this.companions(line, clock, clockCell, differs[line] === 1 ? 1 : this.confirmPackets);
    if (differs[line] === 1) {
      if (companions > 0) return SessionEvidence.secondLine;
      // Other bytes on one line only, while another line is live: a line that disagrees.
      return enough && otherLinesLive === 0 ? SessionEvidence.repeated : NO_RESTART;
    }
    if (!enough) return NO_RESTART;
    if (companions > 0 && companions >= otherLinesLive) return SessionEvidence.secondLine;
    const fromOne = first[line] === 1 && progress[progressCell] - next[line] >= REORDERED_UNITS;
    return otherLinesLive === 0 && (silence || fromOne) ? SessionEvidence.repeated : NO_RESTART;
  }

  reset(): void {
    this.packets.fill(0);
  }

  /** True if the line's last packet began a run rather than went on with one. */
  begins(line: number): boolean {
    return this.packets[line] <= 1;
  }

  /** The lines that have a run under way over the same part of the numbering as this one, itself included: a bit each. */
  runningWith(line: number): number {
    let lines = 0;
    for (let other = 0; other < MAX_LINES; other++)
      if (this.packets[other] > 0 && this.progress[other] === this.progress[line]) lines |= 1 << other;
    return lines;
  }

  /** Lowest first number of the runs under way. Written to `target[cell]`. */
  lowestFirst(target: Float64Array, cell: number, line: number): void {
    let lowest = this.first[line];
    for (let other = 0; other < MAX_LINES; other++) {
      if (this.packets[other] > 0 && this.progress[other] === this.progress[line] && this.first[other] < lowest)
        lowest = this.first[other];
    }
    target[cell] = lowest;
  }

  /** How many other lines have a run of at least `least` packets under way over the same part of the numbering. */
  private companions(line: number, clock: Float64Array, clockCell: number, least: number): number {
    let found = 0;
    for (let other = 0; other < MAX_LINES; other++) {
      if (other === line || this.packets[other] < least) continue;
      if (clock[clockCell] - this.seenAtNs[other] > this.forgetAfterNs) continue;
      if (this.progress[other] !== this.progress[line]) continue;
      const overlap = this.first[other] <= this.next[line] && this.first[line] <= this.next[other];
      if (overlap) found++;
    }
    return found;
  }
}
