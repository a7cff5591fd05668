import type { Figure } from '../lib/figure.ts';
import { ringHop } from './ring-hop.ts';
import { ringThroughput } from './ring-throughput.ts';

/** In the order in which they are run and printed. */
export const figures: readonly Figure[] = [ringHop, ringThroughput];
