import { REORDERED_UNITS } from './restart-guard.ts';
import { TimeCell } from './sink.ts';

/** Packets kept. More than a confirmation takes on eight lines, and what a burst of them may bring meanwhile. */
const MAX_PACKETS = 64;
/** Longest packet kept: one of an Ethernet without jumbo frames. */
const MAX_BYTES = 2048;
const FORGOTTEN = -1;
const NONE = -1;

/** Why a packet is not believed yet. */
export const Suspicion = { session: 0, restart: 1, jump: 2 } as const;
export type Suspicion = (typeof Suspicion)[keyof typeof Suspicion];

/**
 * The last packets that were not believed: of another session, behind a restart, beyond a jump. Once what they show is
 * confirmed they are taken as if they came then, so that a confirmation costs none of the units that led to it. Bounded:
 * the oldest make room, and a packet longer than 2,048 bytes is not kept; what they brought is a gap like any other.
 */
export class SuspectPackets {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Per packet: its line, length, receive stamp (ns), first and next number. */
  readonly line = new Int8Array(MAX_PACKETS);
  readonly length = new Int32Array(MAX_PACKETS);
  readonly rxNs = new Float64Array(MAX_PACKETS);
  private readonly first = new Float64Array(MAX_PACKETS);
  private readonly next = new Float64Array(MAX_PACKETS);
  private readonly why = new Int8Array(MAX_PACKETS);
  private readonly wanted = new Int8Array(MAX_PACKETS);
  /** Packets kept, and the place of the oldest. */
  private count = 0;
  private oldest = 0;

  private forgetAfterNs: number;

  /** @param forgetAfterNs packets that are older lead to nothing */
  constructor(forgetAfterNs: number) {
    this.forgetAfterNs = forgetAfterNs;
    const memory = new ArrayBuffer(MAX_PACKETS * MAX_BYTES);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
  }

  forgetAfter(ns: number): void {
    this.forgetAfterNs = ns;
  }

  /** Where the packet at this place starts. */
  offset(place: number): number {
    return place * MAX_BYTES;
  }

  /**
   * Keeps a packet.
   * @param ids its first and next number
   */
  keep(
    why: Suspicion,
    line: number,
    ids: Float64Array,
    time: Float64Array,
    view: DataView,
    offset: number,
    length: number,
  ): void {
    if (length > MAX_BYTES) return;
    if (this.count === MAX_PACKETS) this.dropOldest();
    const place = (this.oldest + this.count++) % MAX_PACKETS;
    this.why[place] = why;
    this.line[place] = line;
    this.length[place] = length;
    this.rxNs[place] = time[TimeCell.rxNs];
    this.first[place] = ids[0];
    this.next[place] = ids[1];
    const to = place * MAX_BYTES;
    for (let i = 0; i < length; i++) this.bytes[to + i] = view.getUint8(offset + i);
  }

  /**
   * Chooses those of one suspicion that belong to the packet which confirmed it: all that are of its session, which the
   * caller has to see to; else those whose numbers lead up to its own in small steps, so that a stray one is left out.
   * @param lines bit per line whose packets count
   * @param ids the first and next number of the packet that confirmed
   * @param clock cell `clockCell`: time now; what is older than the memory of suspicions is left out
   */
  choose(why: Suspicion, lines: number, ids: Float64Array, clock: Float64Array, clockCell: number): void {
    const { first, next, wanted } = this;
    const sinceNs = clock[clockCell] - this.forgetAfterNs;
    wanted.fill(0);
    let from = ids[0];
    let to = ids[1];
    for (let found = true; found; ) {
      found = false;
      for (let k = 0; k < this.count; k++) {
        const place = (this.oldest + k) % MAX_PACKETS;
        if (wanted[place] === 1 || this.why[place] !== why || this.rxNs[place] < sinceNs) continue;
        if ((lines & (1 << this.line[place])) === 0) continue;
        if (why !== Suspicion.session && (first[place] > to + REORDERED_UNITS || next[place] < from - REORDERED_UNITS))
          continue;
        wanted[place] = 1;
        found = true;
        from = Math.min(from, first[place]);
        to = Math.max(to, next[place]);
      }
    }
  }

  /** Takes the oldest chosen packet out. @returns its place, whose bytes stay until the next {@link keep}; -1 = none left */
  takeChosen(): number {
    while (this.count > 0) {
      const place = this.oldest;
      this.dropOldest();
      if (this.wanted[place] === 1) return place;
    }
    return NONE;
  }

  /** A line's run of suspicion begins anew: what it showed before leads nowhere. */
  forget(why: Suspicion, line: number): void {
    for (let k = 0; k < this.count; k++) {
      const place = (this.oldest + k) % MAX_PACKETS;
      if (this.why[place] === why && this.line[place] === line) this.why[place] = FORGOTTEN;
    }
  }

  private dropOldest(): void {
    this.oldest = (this.oldest + 1) % MAX_PACKETS;
    this.count--;
  }
}
