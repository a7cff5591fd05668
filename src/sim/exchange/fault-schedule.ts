import type { FaultKind } from '../fault-kinds.ts';
import { type FaultSpec, formatFaultSpec } from '../fault-spec.ts';
import type { ActiveFault } from '../faults.ts';
import { Random } from '../random.ts';

interface Fault extends ActiveFault {
  readonly random: Random;
  /** How often it still strikes, for faults that are counted. */
  left: number;
  started: boolean;
}

/** Told when faults begin and end. */
export interface FaultActor {
  faultBegins(spec: FaultSpec): void;
  faultEnds(spec: FaultSpec): void;
}

/** Faults that strike once, at the moment at which they begin. */
const MOMENTARY: readonly FaultKind[] = ['reset', 'close', 'garbage', 'half', 'foreign', 'end', 'bust', 'correct'];
/** Faults that strike as often as they say, and are over then. */
const COUNTED: readonly FaultKind[] = ['lose', 'misdirect', 'late', 'deny'];
/** Faults that wait for an occasion and strike once. */
const ONCE: readonly FaultKind[] = ['jump'];

/**
 * The faults of one host of the order side, or of the exchange: when each begins and ends, and how often it still
 * strikes. Pure: time comes in; randomness is seeded per fault.
 */
export class FaultSchedule {
  readonly #seed: number;
  readonly #stream: number;
  readonly #actor: FaultActor;
  #faults: Fault[] = [];
  #nowNs = Number.NEGATIVE_INFINITY;

  constructor(seed: number, stream: number, actor: FaultActor) {
    this.#seed = seed;
    this.#stream = stream;
    this.#actor = actor;
  }

  /** Puts a fault in force from `nowNs`, or `spec.afterNs` later. */
  add(spec: FaultSpec, nowNs: number, id: number): void {
    const startsNs = nowNs + (spec.afterNs ?? 0);
    this.#faults.push({
      id,
      spec,
      text: formatFaultSpec(spec),
      startsNs,
      endsNs: startsNs + (spec.forNs ?? Number.POSITIVE_INFINITY),
      random: new Random(spec.seed ?? this.#seed + id, this.#stream),
      left: timesOf(spec),
      started: false,
    });
    this.advance(nowNs);
  }

  /** Takes faults out of force: all, those of a kind, or one by number. @returns how many */
  clear(which: FaultKind | number | undefined): number {
    return this.#end((fault) => which === undefined || fault.id === which || fault.spec.kind === which);
  }

  /** Lets time pass. */
  advance(nowNs: number): void {
    if (nowNs > this.#nowNs) this.#nowNs = nowNs;
    if (this.#faults.length === 0) return;
    for (const fault of [...this.#faults]) {
      if (fault.started || fault.startsNs > this.#nowNs) continue;
      fault.started = true;
      this.#actor.faultBegins(fault.spec);
    }
    this.#end((fault) => fault.endsNs <= this.#nowNs || this.#isSpent(fault));
  }

  /** Faults in force or still to come. */
  active(): readonly ActiveFault[] {
    return this.#faults;
  }

  /** The fault of this kind that is in force. */
  find(kind: FaultKind): FaultSpec | undefined {
    return this.#inForce(kind)?.spec;
  }

  /** Lets a counted fault strike. @returns false if none of that kind is in force */
  strikes(kind: FaultKind): boolean {
    const fault = this.#inForce(kind);
    if (fault === undefined) return false;
    if (--fault.left === 0) this.#faults = this.#faults.filter((one) => one !== fault);
    return true;
  }

  /** Lets a fault with a rate strike, or not. */
  chances(kind: FaultKind): boolean {
    const fault = this.#inForce(kind);
    return fault?.random.chance(fault.spec.rate ?? 1) === true;
  }

  /** A fault's own randomness; undefined if none of that kind is in force. */
  randomOf(kind: FaultKind): Random | undefined {
    return this.#faults.find(({ spec }) => spec.kind === kind)?.random;
  }

  /** When {@link advance} has something to do next. */
  get nextDueNs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { started, startsNs, endsNs } of this.#faults) next = Math.min(next, started ? endsNs : startsNs);
    return next;
  }

  #inForce(kind: FaultKind): Fault | undefined {
    if (this.#faults.length === 0) return undefined;
    return this.#faults.find(({ spec, started, endsNs }) => spec.kind === kind && started && endsNs > this.#nowNs);
  }

  #isSpent(fault: Fault): boolean {
    return fault.started && MOMENTARY.includes(fault.spec.kind);
  }

  #end(over: (fault: Fault) => boolean): number {
    const gone = this.#faults.filter(over);
    if (gone.length === 0) return 0;
    this.#faults = this.#faults.filter((fault) => !gone.includes(fault));
    for (const { spec, started } of gone) if (started) this.#actor.faultEnds(spec);
    return gone.length;
  }
}

/** How often a fault strikes; Infinity = as long as it lasts. */
function timesOf({ kind, count }: FaultSpec): number {
  if (ONCE.includes(kind)) return 1;
  return COUNTED.includes(kind) ? (count ?? 1) : Number.POSITIVE_INFINITY;
}
