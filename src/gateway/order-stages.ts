import { StampCell } from '../order/gateway-parts.ts';
import { recordLatency } from '../runtime/histogram.ts';
import type { GatewayHistograms } from './gateway-options.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Stamp = Object.freeze({ ...StampCell });

/** Records how long each stage of the last new order took on the gateway's thread. @param stamps {@link StampCell} */
export function recordStages(histograms: GatewayHistograms, stamps: Float64Array): void {
  recordLatency(histograms.risk, stamps[Stamp.judged] - stamps[Stamp.called]);
  recordLatency(histograms.toSend, stamps[Stamp.sending] - stamps[Stamp.judged]);
  recordLatency(histograms.send, stamps[Stamp.sent] - stamps[Stamp.sending]);
}
