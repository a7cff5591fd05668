import type { VenueReport } from '../../order/venue-report.ts';

/** The client's side of an OUCH version: whole packets out, reports in. Writers take int32s and allocate nothing. */
export interface OuchCodec {
  /** Bytes of each packet. */
  readonly enterBytes: number;
  readonly replaceBytes: number;
  readonly cancelBytes: number;
  readonly barrierBytes: number;
  enter(
    view: DataView,
    at: number,
    ref: number,
    side: number,
    marking: number,
    shares: number,
    symbolHi: number,
    symbolLo: number,
    price4: number,
    timeInForce: number,
  ): void;
  replace(view: DataView, at: number, previousRef: number, ref: number, shares: number, price4: number): void;
  cancel(view: DataView, at: number, ref: number, shares: number): void;
  barrier(view: DataView, at: number, ref: number, side: number, symbolHi: number, symbolLo: number): void;
  /**
   * Reads a message of the venue.
   * @param report is cleared and filled; of kind 0 where the message says nothing that the order half needs
   * @returns `OuchRefusal`; `report` is whole only where it is none
   */
  decode(view: DataView, offset: number, length: number, report: VenueReport): number;
  /** The message that was read last answers a probe rather than its order. */
  readonly probeAnswer: boolean;
  /** A new connection: probes of the one before are forgotten. */
  restart(): void;
}
