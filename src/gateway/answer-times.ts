import { AckCell, type AnswerListener } from '../order/ack-times.ts';
import { recordLatency } from '../runtime/histogram.ts';

/** Keeps how long venues took to answer new orders. */
export class AnswerTimes implements AnswerListener {
  private readonly histogram: Float64Array;

  constructor(histogram: Float64Array) {
    this.histogram = histogram;
  }

  answered(cells: Float64Array): void {
    recordLatency(this.histogram, cells[AckCell.lastNs]);
  }
}
