import { copyOf } from './copy-bytes.ts';
import type { FaultKind } from './fault-kinds.ts';
import { type FaultSpec, formatFaultSpec } from './fault-spec.ts';
import { Random } from './random.ts';

/** Takes a packet that comes out of the faults, to be sent `delayNs` from now. The bytes are lent for the call only. */
export type PacketOutput = (bytes: Uint8Array, offset: number, length: number, delayNs: number) => void;

/** What faults did to the packets of one line. */
export interface FaultStats {
  packetsIn: number;
  packetsOut: number;
  dropped: number;
  delayed: number;
  reordered: number;
  duplicated: number;
  corrupted: number;
  truncated: number;
}

interface HeldPacket {
  readonly bytes: Uint8Array;
  readonly delayNs: number;
  /** Leaves behind this many more packets. */
  remaining: number;
}

/** A fault in force, or about to be. */
export interface ActiveFault {
  readonly id: number;
  readonly spec: FaultSpec;
  readonly text: string;
  readonly startsNs: number;
  /** Infinity = until cleared. */
  readonly endsNs: number;
}

interface Fault extends ActiveFault {
  readonly random: Random;
  /** Packets still to be lost of a burst under way. */
  burstLeft: number;
  readonly held: HeldPacket[];
}

/** A packet meets the faults in this order: what is lost is not corrupted, what is duplicated is delayed twice. */
const STAGES: readonly FaultKind[] = [
  'silence',
  'refuse',
  'drop',
  'burst',
  'truncate',
  'corrupt',
  'duplicate',
  'delay',
  'jitter',
  'reorder',
];

const DEFAULT_CORRUPT_BITS = 1;
const DEFAULT_REORDER_BY = 1;

/**
 * The faults of one line (or of a server's answers): a packet in, none, one or more packets out, each with a delay.
 * Pure: time comes in, randomness is seeded per fault, so the same packets meet the same fate.
 *
 * Faults that are not about single packets (repacketise, restart, end, cut, stall) are only kept here, for
 * {@link find}.
 */
export class FaultPipeline {
  readonly stats: FaultStats = {
    packetsIn: 0,
    packetsOut: 0,
    dropped: 0,
    delayed: 0,
    reordered: 0,
    duplicated: 0,
    corrupted: 0,
    truncated: 0,
  };
  readonly #seed: number;
  readonly #stream: number;
  readonly #output: PacketOutput;
  #faults: Fault[] = [];
  #created = 0;
  #scratch = new Uint8Array(2048);

  /**
   * @param seed of the faults that bring none of their own
   * @param stream tells pipelines apart, so that one fault on every line does not hit the same packets of each
   */
  constructor(seed: number, stream: number, output: PacketOutput) {
    this.#seed = seed;
    this.#stream = stream;
    this.#output = output;
  }

  /**
   * Puts a fault in force from `nowNs` (or `spec.afterNs` later).
   * @param id its number, for {@link clear}; given where one fault is put on several lines
   * @returns its number
   */
  add(spec: FaultSpec, nowNs: number, id = this.#created + 1): number {
    this.#created = Math.max(this.#created, id);
    const startsNs = nowNs + (spec.afterNs ?? 0);
    this.#faults.push({
      id,
      spec,
      text: formatFaultSpec(spec),
      startsNs,
      endsNs: startsNs + (spec.forNs ?? Number.POSITIVE_INFINITY),
      random: new Random(spec.seed ?? this.#seed + id, this.#stream),
      burstLeft: spec.kind === 'burst' && spec.rate === undefined ? (spec.count ?? 0) : 0,
      held: [],
    });
    this.#faults.sort((a, b) => STAGES.indexOf(a.spec.kind) - STAGES.indexOf(b.spec.kind) || a.id - b.id);
    return id;
  }

  /** Takes faults out of force: all, or those of a kind, or one by number. Packets held back leave now. */
  clear(which?: FaultKind | number): number {
    const gone = this.#faults.filter((fault) => which === undefined || fault.id === which || fault.spec.kind === which);
    this.#faults = this.#faults.filter((fault) => !gone.includes(fault));
    for (const fault of gone) this.#releaseHeld(fault);
    return gone.length;
  }

  /** Faults in force or still to come; those whose time has passed are forgotten. */
  active(nowNs: number): readonly ActiveFault[] {
    this.#expire(nowNs);
    return this.#faults;
  }

  /** The fault of this kind that is in force now. */
  find(kind: FaultKind, nowNs: number): FaultSpec | undefined {
    for (const fault of this.#faults) {
      if (fault.spec.kind === kind && nowNs >= fault.startsNs && nowNs < fault.endsNs) return fault.spec;
    }
    return undefined;
  }

  /** Passes one packet through the faults; what is left of it goes to the output. */
  process(bytes: Uint8Array, offset: number, length: number, nowNs: number): void {
    this.stats.packetsIn++;
    if (this.#faults.length === 0) this.#emit(bytes, offset, length, 0);
    else {
      this.#expire(nowNs);
      this.#pass(0, bytes, offset, length, 0, nowNs);
    }
  }

  /** Sends what reordering still holds back: at the end of a run, or a tail would be lost that nobody asked to lose. */
  flush(): void {
    for (const fault of this.#faults) this.#releaseHeld(fault);
  }

  #pass(stage: number, bytes: Uint8Array, offset: number, length: number, delayNs: number, nowNs: number): void {
    const fault = this.#faults[stage];
    if (fault === undefined) {
      this.#emit(bytes, offset, length, delayNs);
      return;
    }
    const next = stage + 1;
    if (nowNs < fault.startsNs) {
      this.#pass(next, bytes, offset, length, delayNs, nowNs);
      return;
    }
    const spec = fault.spec;
    switch (spec.kind) {
      case 'silence':
      case 'refuse':
        this.stats.dropped++;
        return;
      case 'drop':
        if (fault.random.chance(spec.rate!)) {
          this.stats.dropped++;
          return;
        }
        break;
      case 'burst':
        if (fault.burstLeft === 0 && spec.rate !== undefined && fault.random.chance(spec.rate)) {
          fault.burstLeft = spec.count!;
        }
        if (fault.burstLeft > 0) {
          fault.burstLeft--;
          this.stats.dropped++;
          return;
        }
        break;
      case 'truncate':
        if (length > 1 && fault.random.chance(spec.rate!)) {
          this.stats.truncated++;
          this.#pass(next, bytes, offset, 1 + fault.random.below(length - 1), delayNs, nowNs);
          return;
        }
        break;
      case 'corrupt':
        if (length > 0 && fault.random.chance(spec.rate!)) {
          const copy = this.#copy(bytes, offset, length);
          for (let bits = spec.bits ?? DEFAULT_CORRUPT_BITS; bits > 0; bits--) {
            const bit = fault.random.below(length * 8);
            copy[bit >> 3] ^= 1 << (bit & 7);
          }
          this.stats.corrupted++;
          this.#pass(next, copy, 0, length, delayNs, nowNs);
          return;
        }
        break;
      case 'duplicate':
        if (fault.random.chance(spec.rate!)) {
          this.stats.duplicated++;
          this.#pass(next, bytes, offset, length, delayNs, nowNs);
          this.#pass(next, bytes, offset, length, delayNs + (spec.durationNs ?? 0), nowNs);
          return;
        }
        break;
      case 'delay':
      case 'jitter':
        if (spec.rate === undefined || fault.random.chance(spec.rate)) {
          const share = spec.kind === 'delay' ? 1 : fault.random.fraction();
          this.stats.delayed++;
          this.#pass(next, bytes, offset, length, delayNs + Math.round(spec.durationNs! * share), nowNs);
          return;
        }
        break;
      case 'reorder': {
        const hold = fault.random.chance(spec.rate!);
        if (hold) {
          const remaining = spec.by ?? DEFAULT_REORDER_BY;
          this.stats.reordered++;
          fault.held.push({ bytes: copyOf(bytes, offset, length), delayNs, remaining: remaining + 1 });
        } else this.#pass(next, bytes, offset, length, delayNs, nowNs);
        this.#ageHeld(fault, next, nowNs);
        return;
      }
      default:
        break;
    }
    this.#pass(next, bytes, offset, length, delayNs, nowNs);
  }

  #ageHeld(fault: Fault, next: number, nowNs: number): void {
    for (let i = 0; i < fault.held.length; ) {
      const packet = fault.held[i];
      if (--packet.remaining > 0) i++;
      else {
        fault.held.splice(i, 1);
        this.#pass(next, packet.bytes, 0, packet.bytes.length, packet.delayNs, nowNs);
      }
    }
  }

  #releaseHeld(fault: Fault): void {
    for (const packet of fault.held.splice(0)) this.#emit(packet.bytes, 0, packet.bytes.length, packet.delayNs);
  }

  #expire(nowNs: number): void {
    let expired = false;
    for (const fault of this.#faults) {
      if (nowNs >= fault.endsNs || (isSpent(fault) && nowNs >= fault.startsNs)) {
        this.#releaseHeld(fault);
        expired = true;
      }
    }
    if (expired) {
      this.#faults = this.#faults.filter(
        (fault) => nowNs < fault.endsNs && !(isSpent(fault) && nowNs >= fault.startsNs),
      );
    }
  }

  #emit(bytes: Uint8Array, offset: number, length: number, delayNs: number): void {
    this.stats.packetsOut++;
    this.#output(bytes, offset, length, delayNs);
  }

  #copy(bytes: Uint8Array, offset: number, length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    // A packet that is already in the scratch copy (corrupted twice) stays where it is.
    if (bytes !== this.#scratch) this.#scratch.set(bytes.subarray(offset, offset + length));
    return this.#scratch;
  }
}

/** A burst that was asked for once and has been lost. */
function isSpent(fault: Fault): boolean {
  return fault.spec.kind === 'burst' && fault.spec.rate === undefined && fault.burstLeft === 0;
}
