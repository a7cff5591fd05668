import { HistogramSnapshot } from '../runtime/histogram.ts';
import type { LatencyView } from './status-model.ts';

/** What is shown of a histogram. @param cells `runtime/histogram.ts` */
export function latencyView(name: string, cells: Float64Array): LatencyView {
  const histogram = HistogramSnapshot.of(cells);
  return {
    name,
    count: histogram.count,
    p50Ns: histogram.percentile(50),
    p90Ns: histogram.percentile(90),
    p99Ns: histogram.percentile(99),
    p999Ns: histogram.percentile(99.9),
    maxNs: histogram.maxNs,
  };
}
