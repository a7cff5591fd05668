/** Where on the escalation ladder a gap stands. */
export const GapStage = {
  /** Another line may still bring it. */
  holdOff: 0,
  /** Asked for, or waiting to be, at the retransmit server. */
  retransmit: 1,
  /** Nothing is left but a snapshot, or declaring it lost, once it is the oldest. */
  exhausted: 2,
} as const;
export type GapStage = (typeof GapStage)[keyof typeof GapStage];

/**
 * The open gaps of a feed, ascending. Each has its own clock, count and stage. They are always opened at the top, so a
 * gap is never younger than the one above it; a piece split off keeps its parent's age.
 */
export class GapList {
  /** First and last number missing. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly openedAtNs: Float64Array;
  /** When the outstanding request is given up, or a postponed one may be made. */
  readonly dueNs: Float64Array;
  /** Last number of the outstanding request; below `from` if there is none. */
  readonly askedTo: Float64Array;
  /** Value of the arbiter's count of later units when the gap opened, less those that landed above it in a lower place. */
  readonly laterBase: Float64Array;
  /** {@link GapStage}. */
  readonly stage: Int32Array;
  /** Requests made since the last progress. */
  readonly attempts: Int32Array;
  count = 0;
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.from = new Float64Array(capacity);
    this.to = new Float64Array(capacity);
    this.openedAtNs = new Float64Array(capacity);
    this.dueNs = new Float64Array(capacity);
    this.askedTo = new Float64Array(capacity);
    this.laterBase = new Float64Array(capacity);
    this.stage = new Int32Array(capacity);
    this.attempts = new Int32Array(capacity);
  }

  /** Index of the gap that the number in `cells[cell]` is missing in; -1 if none. */
  find(cells: Float64Array, cell: number): number {
    const id = cells[cell];
    const { from, to } = this;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (id < from[middle]) high = middle - 1;
      else if (id > to[middle]) low = middle + 1;
      else return middle;
    }
    return -1;
  }

  /** Appends a gap above all others; the caller fills its cells in. @returns its index, or -1 where the list is full */
  append(): number {
    if (this.count === this.capacity) return -1;
    const index = this.count++;
    this.reset(index);
    return index;
  }

  /** Makes room above gap `index` and copies it there, so that the two can become pieces of it. @returns false if full */
  split(index: number): boolean {
    if (this.count === this.capacity) return false;
    for (let i = this.count; i > index; i--) this.move(i - 1, i);
    this.count++;
    return true;
  }

  remove(index: number): void {
    this.count--;
    for (let i = index; i < this.count; i++) this.move(i + 1, i);
  }

  private reset(index: number): void {
    this.stage[index] = GapStage.holdOff;
    this.attempts[index] = 0;
    this.askedTo[index] = 0;
    this.dueNs[index] = 0;
  }

  private move(source: number, target: number): void {
    this.from[target] = this.from[source];
    this.to[target] = this.to[source];
    this.openedAtNs[target] = this.openedAtNs[source];
    this.dueNs[target] = this.dueNs[source];
    this.askedTo[target] = this.askedTo[source];
    this.laterBase[target] = this.laterBase[source];
    this.stage[target] = this.stage[source];
    this.attempts[target] = this.attempts[source];
  }
}
