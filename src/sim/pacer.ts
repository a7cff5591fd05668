/** Times of a higher rate that come back at a fixed interval. */
export interface Bursts {
  /** From the start of one burst to the start of the next. */
  readonly everyNs: number;
  readonly forNs: number;
  /** How many times the usual rate. */
  readonly times: number;
}

/** What is not published within this time is given up, or a stalled process would flood its lines when it wakes. */
const MAX_BACKLOG_NS = 250e6;

/** Says how many units are owed by now at a given rate with bursts. */
export class Pacer {
  /** Units that were given up because the process could not keep up: the rate was not reached. */
  givenUp = 0;
  readonly #unitsPerNs: number;
  readonly #bursts: Bursts | undefined;
  #startNs = Number.NaN;
  #lastNs = 0;
  #owed = 0;

  constructor(unitsPerSecond: number, bursts?: Bursts) {
    this.#unitsPerNs = unitsPerSecond / 1e9;
    this.#bursts = bursts;
  }

  /** Whole units owed at `nowNs`; take them with {@link paid}. The first call starts the clock. */
  owed(nowNs: number): number {
    if (Number.isNaN(this.#startNs)) {
      this.#startNs = nowNs;
      this.#lastNs = nowNs;
    }
    const from = this.#lastNs - this.#startNs;
    const to = nowNs - this.#startNs;
    this.#lastNs = nowNs;
    const bursts = this.#bursts;
    const extraNs = bursts === undefined ? 0 : (bursts.times - 1) * (burstNs(bursts, to) - burstNs(bursts, from));
    this.#owed += this.#unitsPerNs * (to - from + extraNs);
    const most = Math.max(1, this.#unitsPerNs * MAX_BACKLOG_NS * (bursts?.times ?? 1));
    if (this.#owed > most) {
      this.givenUp += this.#owed - most;
      this.#owed = most;
    }
    return Math.floor(this.#owed);
  }

  /** `units` were published. More than were owed are made up for later. */
  paid(units: number): void {
    this.#owed -= units;
  }

  /** Time passes without units being owed. */
  skip(nowNs: number): void {
    if (Number.isNaN(this.#startNs)) this.#startNs = nowNs;
    this.#lastNs = nowNs;
    this.#owed = 0;
  }
}

/** How much of the first `ns` lay within bursts. */
function burstNs(bursts: Bursts, ns: number): number {
  return Math.floor(ns / bursts.everyNs) * bursts.forNs + Math.min(ns % bursts.everyNs, bursts.forNs);
}
