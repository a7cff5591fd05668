import type { Clock } from '../runtime/clock.ts';
import { recordLatency } from '../runtime/histogram.ts';
import { NowCell as SharedNowCell } from '../strategy/api.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const NowCell = Object.freeze({ ...SharedNowCell });

/**
 * Time within one turn of the router's duty cycle, and the latency that is sampled from it: of each turn that received
 * something, the first unit delivered is measured from its receive stamp to the moment all its strategies have
 * returned. One clock read a turn, not one a unit, so that measuring does not become what is measured.
 */
export class TurnClock {
  /** See `NowCell`; shared with every strategy of the thread. */
  readonly now = new Float64Array(3);
  private readonly clock: Clock;
  private readonly clockCell: Float64Array;
  private readonly latency: Float64Array;
  private armed = false;

  /** @param latency a histogram (`runtime/histogram.ts`): receive to strategy returned, in ns */
  constructor(clock: Clock, latency: Float64Array) {
    this.clock = clock;
    this.clockCell = clock.nowNs;
    this.latency = latency;
  }

  /** A turn begins at `turnNs[0]`; `received` says whether it brought packets. */
  begin(turnNs: Float64Array, received: boolean): void {
    this.now[NowCell.turnNs] = turnNs[0];
    this.armed = received;
  }

  /** The turn's packets have been handed on: what runs from here on is caused by no unit. */
  endUnits(): void {
    this.now[NowCell.rxNs] = 0;
  }

  /** A unit was delivered; the first of a turn is measured. */
  onDelivered(): void {
    if (!this.armed) return;
    this.armed = false;
    this.clock.read();
    recordLatency(this.latency, this.clockCell[0] - this.now[NowCell.rxNs]);
  }
}
