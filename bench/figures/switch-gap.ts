import type { Figure } from '../lib/figure.ts';
import { runLoopFigure } from '../lib/loop-figure.ts';

const CYCLES = 2400;
const WARM_CYCLES = 20_000;
const SMOKE_CYCLES = 300;

/** Policy `sticky`: the active line skips what the standby holds. */
export const switchGap: Figure = {
  id: 'switch-gap',
  title:
    'Policy `sticky`, the standby line holds the message: receive of the packet that reveals the hole returned → missing message delivered',
  unit: 'ns',
  run: (context) =>
    runLoopFigure(context, {
      receiver: 'mode=gap',
      pattern: () => `mode=gap cycles=${context.smoke ? SMOKE_CYCLES : CYCLES}`,
      warmUp: () => `mode=gap gapUs=8 cycles=${context.smoke ? SMOKE_CYCLES : WARM_CYCLES}`,
      p50AtMostNs: 1_000,
      p99AtMostNs: 10_000,
      notes: [
        'One message in three is missing on line A. There is no detection window: the packet that reveals the hole is the detection. Holes are kept from changing the active line, so that every one is met in the same state.',
        'The Node twin delivers from a Map in the receive callback; no other thread is in it.',
      ],
    }),
};
