import type { VenueReport } from './venue-report.ts';

/**
 * Another way by which a venue tells what became of orders: a drop copy, a clearing feed. It speaks of executions and
 * ends, names port and reference, and does not answer questions. What it says counts at once, executions once however
 * often they are told; it does not make a port reachable.
 */
export interface EvidenceSource {
  readonly name: string;
  /** Moves what there is to move. @returns how much was done */
  turn(nowNs: Float64Array, sink: EvidenceSink): number;
  close(): void;
}

export interface EvidenceSink {
  /** @param port the port that the order was entered on, by its position; keep nothing of the report beyond the call */
  evidence(source: number, port: number, report: VenueReport): void;
}
