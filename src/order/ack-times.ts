/**
 * How long a venue takes to answer, as a histogram that forgets: from it comes the deadline after which an unanswered
 * order speaks against its session. Log-linear with eight steps to the octave (wrong by 1/16 at most), in one typed array.
 */
const STEP_BITS = 3;
const STEPS = 1 << STEP_BITS;
const VALUE_BITS = 31;
const BUCKETS = STEPS * (VALUE_BITS - STEP_BITS + 1);
const MAX_VALUE = 2 ** VALUE_BITS - 1;
/** ns per counted unit: answers are told apart from 64 ns up to 137 s. */
const UNIT_NS = 64;
/** Counts are halved after so many answers, so that the venue's pace of an hour ago does not decide. */
const ANSWERS_TO_HALVE = 16_384;
/** The deadline is worked out again after so many answers. */
const ANSWERS_TO_REFRESH = 256;
/** Fewer answers than this do not have a 99.9th percentile worth the name. */
const LEAST_ANSWERS = 1000;
const TAIL = 0.999;

export const AckCell = {
  /** ns after which an unanswered order speaks against its session. */
  deadlineNs: 0,
  /** 99.9th percentile of the answer times, 0 while too few are known. */
  tailNs: 1,
  answers: 2,
  lastNs: 3,
} as const;
export const ACK_CELLS = 4;

/** Hears how long each new order's answer took. */
export interface AnswerListener {
  /** @param cells {@link AckCell}: `lastNs` is the time */
  answered(cells: Float64Array): void;
}
export const UNHEARD: AnswerListener = { answered() {} };

export class AckTimes {
  /** {@link AckCell} */
  readonly cells: Float64Array;
  private readonly counts = new Int32Array(BUCKETS);
  private readonly floorNs: number;
  private readonly factor: number;
  private total = 0;
  private sinceRefresh = 0;

  /**
   * @param floorNs the deadline is never shorter
   * @param factor k: the deadline is k × the 99.9th percentile where that is longer
   */
  constructor(floorNs: number, factor: number, cells: Float64Array = new Float64Array(ACK_CELLS)) {
    this.floorNs = floorNs;
    this.factor = factor;
    this.cells = cells;
    cells[AckCell.deadlineNs] = floorNs;
  }

  /** Takes note of an answer that came `cells[lastNs]` after its order. */
  record(): void {
    const units = this.cells[AckCell.lastNs] / UNIT_NS;
    const value = units >= MAX_VALUE ? MAX_VALUE : units <= 0 ? 0 : units | 0;
    const bucket = bucketOf(value);
    this.counts[bucket]++;
    this.total++;
    this.cells[AckCell.answers]++;
    if (++this.sinceRefresh < ANSWERS_TO_REFRESH) return;
    this.sinceRefresh = 0;
    this.refresh();
  }

  private refresh(): void {
    const { counts, cells } = this;
    if (this.total >= ANSWERS_TO_HALVE) {
      let total = 0;
      for (let i = 0; i < BUCKETS; i++) {
        counts[i] >>= 1;
        total += counts[i];
      }
      this.total = total;
    }
    if (this.total < LEAST_ANSWERS) return;
    let above = Math.floor(this.total * (1 - TAIL));
    let bucket = BUCKETS - 1;
    while (bucket > 0 && counts[bucket] <= above) above -= counts[bucket--];
    cells[AckCell.tailNs] = highestOf(bucket) * UNIT_NS;
    cells[AckCell.deadlineNs] = Math.max(this.floorNs, this.factor * cells[AckCell.tailNs]);
  }
}

function bucketOf(value: number): number {
  const shift = VALUE_BITS - STEP_BITS - Math.clz32(value | STEPS);
  return shift * STEPS + (value >> shift);
}

function highestOf(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket;
  const shift = (bucket >> STEP_BITS) - 1;
  return (bucket - shift * STEPS + 1) * 2 ** shift - 1;
}
