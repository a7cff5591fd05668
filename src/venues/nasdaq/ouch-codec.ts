import type { VenueReport } from '../../order/venue-report.ts';

/** Packets as they go out but for what differs from one order to the next. */
export interface OuchPackets {
  readonly enter: Uint8Array;
  readonly replace: Uint8Array;
  readonly cancel: Uint8Array;
  readonly barrier: Uint8Array;
}

/**
 * The client's side of an OUCH version. Writers complete a copy of their packet whose message begins at `message` (behind
 * the SoupBinTCP header); they take int32s and allocate nothing.
 */
export interface OuchCodec {
  readonly packets: OuchPackets;
  enter(
    view: DataView,
    message: number,
    ref: number,
    side: number,
    marking: number,
    shares: number,
    symbolHi: number,
    symbolLo: number,
    price4: number,
    timeInForce: number,
  ): void;
  replace(view: DataView, message: number, previousRef: number, ref: number, shares: number, price4: number): void;
  cancel(view: DataView, message: number, ref: number, shares: number): void;
  barrier(view: DataView, message: number, ref: number, side: number, symbolHi: number, symbolLo: number): void;
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
