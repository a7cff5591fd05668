import { DelayQueue } from './delay-queue.ts';
import { FaultPipeline } from './faults.ts';
import { Random } from './random.ts';

/** Puts one datagram on a wire. @returns 0, or an errno */
export type SendPacket = (bytes: Uint8Array, offset: number, length: number) => number;

/** How much later than the venue's decision a line brings a packet: normally distributed. */
export interface LineSkew {
  readonly meanNs: number;
  readonly deviationNs: number;
}

export interface LineStats {
  /** Put on the wire. */
  packets: number;
  bytes: number;
  /** Refused by the socket: lost on this host. */
  sendErrors: number;
  /** The last errno. */
  lastError: number;
}

const SKEW_STREAM = 2000;

/**
 * One line's way out: packets go through its faults and its delays and then onto the wire. Independent of the other
 * lines in everything but the units it carries.
 */
export class LinePublisher {
  readonly name: string;
  readonly faults: FaultPipeline;
  readonly stats: LineStats = { packets: 0, bytes: 0, sendErrors: 0, lastError: 0 };
  /** The next unit that this line has still to carry. */
  cursor = 1;
  /** Taken off the numbers on the wire while the line's sequence is restarted. */
  shift = 0;
  /** When something was last handed to the line, dropped by a fault or not: heartbeats are due a while after that. */
  lastOfferedNs = Number.NEGATIVE_INFINITY;
  readonly #skew: LineSkew;
  readonly #random: Random;
  readonly #send: SendPacket;
  readonly #delayed = new DelayQueue();
  #nowNs = 0;
  #skewNs = 0;
  /** When the packet offered last is due: in order, skew never makes a line overtake itself. */
  #orderNs = 0;

  /**
   * @param index of the line in its feed: its faults' and its skew's randomness differ by it
   */
  constructor(name: string, index: number, seed: number, skew: LineSkew, send: SendPacket) {
    this.name = name;
    this.#skew = skew;
    this.#random = new Random(seed, SKEW_STREAM + index);
    this.#send = send;
    this.faults = new FaultPipeline(seed, index, this.#schedule);
  }

  /** How late the line is with its next packet, in ns; negative = early. Drawn once per packet. */
  drawSkewNs(): number {
    const { meanNs, deviationNs } = this.#skew;
    return deviationNs === 0 ? meanNs : this.#random.normal(meanNs, deviationNs);
  }

  /** Hands the line a packet that leaves `skewNs` from now, if its faults let it. */
  offer(bytes: Uint8Array, offset: number, length: number, nowNs: number, skewNs: number): void {
    this.#nowNs = nowNs;
    this.#skewNs = skewNs;
    this.lastOfferedNs = nowNs;
    this.faults.process(bytes, offset, length, nowNs);
  }

  /** When the next packet is due; Infinity if none waits. */
  get nextDueNs(): number {
    return this.#delayed.nextDueNs;
  }

  /** Sends what is due. */
  drain(nowNs: number): void {
    while (this.#delayed.length > 0 && this.#delayed.nextDueNs <= nowNs) this.#delayed.shift(this.#sendDelayed);
  }

  /** Sends all that waits, due or not: at the end of a run. */
  flush(): void {
    this.faults.flush();
    this.drain(Number.POSITIVE_INFINITY);
  }

  readonly #schedule = (bytes: Uint8Array, offset: number, length: number, delayNs: number): void => {
    let dueNs = this.#nowNs + this.#skewNs;
    if (dueNs < this.#orderNs) dueNs = this.#orderNs;
    else this.#orderNs = dueNs;
    dueNs += delayNs;
    if (dueNs <= this.#nowNs && this.#delayed.length === 0) this.#put(bytes, offset, length);
    else this.#delayed.add(bytes, offset, length, dueNs);
  };

  readonly #sendDelayed = (bytes: Uint8Array, length: number): void => this.#put(bytes, 0, length);

  #put(bytes: Uint8Array, offset: number, length: number): void {
    const errno = this.#send(bytes, offset, length);
    if (errno === 0) {
      this.stats.packets++;
      this.stats.bytes += length;
    } else {
      this.stats.sendErrors++;
      this.stats.lastError = errno;
    }
  }
}
