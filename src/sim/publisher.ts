import type { LinePublisher } from './line-publisher.ts';
import { MoldPacketiser } from './packetiser.ts';
import { Random } from './random.ts';
import type { UnitStore } from './unit-store.ts';

export interface PublisherOptions {
  readonly seed: number;
  /** Messages per packet at the usual rate: 1 to this many. A backlog fills packets up. */
  readonly messagesPerPacket: number;
  readonly maxPacketBytes?: number;
  /** A line that has carried nothing for so long sends a heartbeat. */
  readonly heartbeatNs: number;
  /** Monotonic time. */
  readonly now: () => number;
}

/** Units waiting at once from which packets are filled up, as multiples of the largest usual packet. */
const BACKLOG_PACKETS = 6;
/** More than fit any datagram: the packet's length decides. */
const FULL_PACKET_UNITS = 0xfffe;
/** A packet due within this time is waited for in place: timers are too coarse for the skew between lines. */
const SPIN_NS = 30_000;

const REPACKETISE_STREAM = 1000;

/**
 * Cuts a store's new units into packets and hands them to every line. Lines are cut alike, as if one packetiser fed
 * them all, except those with the fault `repacketise`.
 */
export class Publisher {
  readonly lines: readonly LinePublisher[];
  /** Set while the venue says that its session is over. */
  ended = false;
  readonly #options: PublisherOptions;
  readonly #packetiser: MoldPacketiser;
  readonly #random: Random;
  readonly #repacketiseRandom: readonly Random[];
  #store: UnitStore;
  /** Ends of the packets to be sent, as numbers of the unit after. */
  readonly #plan: number[] = [];
  /** The packet that stands in the packetiser, so that lines cut alike share it. */
  #packedFirst = -1;
  #packedLimit = -1;
  #packedShift = 0;
  #packedLength = 0;
  /** Lines whose sequence was restarted alone, and under which session name. */
  readonly #restarted: (string | undefined)[];
  /** Lines that say end of session. */
  readonly #over: boolean[];
  readonly #skews: number[] = [];

  constructor(store: UnitStore, lines: readonly LinePublisher[], options: PublisherOptions) {
    this.#store = store;
    this.lines = lines;
    this.#options = options;
    this.#packetiser = new MoldPacketiser(store.session, options.maxPacketBytes);
    this.#random = new Random(options.seed, 1);
    this.#repacketiseRandom = lines.map((_, line) => new Random(options.seed, REPACKETISE_STREAM + line));
    this.#restarted = lines.map(() => undefined);
    this.#over = lines.map(() => false);
    for (const line of lines) line.cursor = store.next;
  }

  /** Goes on with the units of another session. */
  startSession(store: UnitStore): void {
    this.#store = store;
    this.ended = false;
    this.#packedFirst = -1;
    this.#packetiser.setSession(store.session);
    for (const line of this.lines) {
      line.cursor = store.next;
      line.shift = 0;
      line.lastOfferedNs = Number.NEGATIVE_INFINITY;
    }
  }

  /** Counts every unit below `next` as sent: something else has sent them. */
  skipTo(next: number): void {
    for (const line of this.lines) line.cursor = next;
  }

  /** Sends every unit that the store has and the lines have not, and the heartbeats that are due. */
  publish(): void {
    this.#planPackets();
    let nowNs = this.#options.now();
    for (const end of this.#plan) {
      nowNs = this.#sendUpTo(end, nowNs);
      nowNs = this.#drain(nowNs);
    }
    this.#plan.length = 0;
    this.#keepAlive(nowNs);
    this.#drain(nowNs);
  }

  /** Says once, on every line, that the session is over; {@link publish} repeats it in place of heartbeats. */
  sendEndOfSession(): void {
    this.ended = true;
    this.#over.fill(false);
    this.#keepAlive(this.#options.now());
  }

  /** Sends what faults and skew hold back. */
  flush(): void {
    for (const line of this.lines) line.flush();
  }

  /** When a delayed packet is due; Infinity if there is none. */
  get nextDueNs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const line of this.lines) next = Math.min(next, line.nextDueNs);
    return next;
  }

  /** Sends delayed packets that are due. */
  drain(): void {
    this.#drain(this.#options.now());
  }

  #planPackets(): void {
    const { messagesPerPacket } = this.#options;
    let at = Number.POSITIVE_INFINITY;
    for (const line of this.lines) at = Math.min(at, line.cursor);
    const head = this.#store.next;
    while (at < head) {
      const backlog = head - at;
      const full = backlog > messagesPerPacket * BACKLOG_PACKETS;
      let units = full ? backlog : Math.min(backlog, 1 + this.#random.below(messagesPerPacket));
      if (full) units = this.#fullPacket(at, units);
      at += units;
      this.#plan.push(at);
    }
  }

  /** How many units from `first` fit one datagram. */
  #fullPacket(first: number, units: number): number {
    this.#forget();
    this.#packetiser.packUnits(this.#store, first, Math.min(units, FULL_PACKET_UNITS));
    return Math.max(1, this.#packetiser.packed);
  }

  /** Brings every line up to unit `end`, packet by packet, the lines side by side. */
  #sendUpTo(end: number, startNs: number): number {
    let nowNs = startNs;
    for (let busy = true; busy; ) {
      busy = false;
      nowNs = this.#options.now();
      // Skews are relative: the earliest line sends now, the others so much later.
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < this.lines.length; i++) {
        this.#skews[i] = this.lines[i].drawSkewNs();
        least = Math.min(least, this.#skews[i]);
      }
      for (let i = 0; i < this.lines.length; i++) {
        const line = this.lines[i];
        if (line.cursor >= end) continue;
        this.#sendNext(i, end, nowNs, this.#skews[i] - least);
        if (line.cursor < end) busy = true;
      }
    }
    return nowNs;
  }

  #sendNext(index: number, end: number, nowNs: number, skewNs: number): void {
    const line = this.lines[index];
    const first = line.cursor;
    this.#followLineRestart(index, nowNs);
    if (line.faults.find('end', nowNs) !== undefined) {
      line.cursor = end;
      return;
    }
    const repacketise = line.faults.find('repacketise', nowNs);
    const units =
      repacketise === undefined
        ? end - first
        : Math.min(end - first, 1 + this.#repacketiseRandom[index].below(repacketise.count!));
    if (
      this.#packedFirst !== first ||
      this.#packedLimit !== units ||
      this.#packedShift !== line.shift ||
      this.#restarted[index] !== undefined
    ) {
      this.#usingSession(index, () => {
        this.#packedLength = this.#packetiser.packUnits(this.#store, first, units, line.shift);
      });
      this.#packedFirst = this.#restarted[index] === undefined ? first : -1;
      this.#packedLimit = units;
      this.#packedShift = line.shift;
    }
    // A hole in the source: nobody has these units, the line steps over them.
    if (this.#packedLength === 0) line.cursor = first + 1;
    else {
      line.cursor = first + this.#packetiser.packed;
      this.#offer(line, this.#packedLength, nowNs, skewNs);
    }
  }

  /** Packs under the session name of a line that was restarted alone. */
  #usingSession(index: number, pack: () => void): void {
    const session = this.#restarted[index];
    if (session !== undefined) this.#packetiser.setSession(session);
    pack();
    if (session !== undefined) this.#packetiser.setSession(this.#store.session);
  }

  /** A line restarted alone counts from 1 again, from where it was when the fault came into force. */
  #followLineRestart(index: number, nowNs: number): void {
    const line = this.lines[index];
    const fault = line.faults.find('restart', nowNs);
    if (fault === undefined) {
      line.shift = 0;
      this.#restarted[index] = undefined;
    } else if (this.#restarted[index] === undefined) {
      line.shift = line.cursor - 1;
      this.#restarted[index] = fault.word === 'same' ? this.#store.session : nextSessionName(this.#store.session);
    }
  }

  #keepAlive(nowNs: number): void {
    for (let index = 0; index < this.lines.length; index++) {
      const line = this.lines[index];
      const over = this.ended || line.faults.find('end', nowNs) !== undefined;
      const news = over && !this.#over[index];
      this.#over[index] = over;
      if (!news && nowNs - line.lastOfferedNs < this.#options.heartbeatNs) continue;
      this.#forget();
      this.#followLineRestart(index, nowNs);
      let length = 0;
      this.#usingSession(index, () => {
        length = over
          ? this.#packetiser.packEndOfSession(line.cursor, line.shift)
          : this.#packetiser.packHeartbeat(line.cursor, line.shift);
      });
      this.#offer(line, length, nowNs, 0);
    }
  }

  #offer(line: LinePublisher, length: number, nowNs: number, skewNs: number): void {
    line.offer(this.#packetiser.bytes, 0, length, nowNs, skewNs);
  }

  /** Sends what is due, waiting in place for what is due within microseconds. @returns the time then */
  #drain(startNs: number): number {
    let nowNs = startNs;
    const untilNs = startNs + SPIN_NS;
    for (;;) {
      let next = Number.POSITIVE_INFINITY;
      for (const line of this.lines) {
        line.drain(nowNs);
        if (line.nextDueNs < next) next = line.nextDueNs;
      }
      if (next > untilNs) return nowNs;
      nowNs = this.#options.now();
    }
  }

  #forget(): void {
    this.#packedFirst = -1;
  }
}

/** The name of the session after this one: its number counted up, or a number put behind. */
export function nextSessionName(session: string): string {
  const match = /^(.*?)(\d+)(\D*)$/.exec(session);
  if (match === null) return `${session.slice(0, 8)}02`;
  const [, head, digits, tail] = match;
  const next = String((Number(digits) + 1) % 10 ** digits.length).padStart(digits.length, '0');
  return `${head}${next}${tail}`;
}
