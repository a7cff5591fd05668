import type { Figure } from '../lib/figure.ts';
import { runLoopFigure } from '../lib/loop-figure.ts';

const CYCLES = 1800;
const WARM_CYCLES = 15_000;
const SMOKE_CYCLES = 300;
const QUEUED = 8;

/** Policy `first`: line B brings what line A lost. */
export const fill: Figure = {
  id: 'fill',
  title: `Policy \`first\`: receive of the filling packet returned → last of ${QUEUED} queued messages delivered to the strategy`,
  unit: 'ns',
  run: (context) =>
    runLoopFigure(context, {
      receiver: 'mode=fill',
      pattern: () => `mode=fill queued=${QUEUED} cycles=${context.smoke ? SMOKE_CYCLES : CYCLES}`,
      warmUp: () => `mode=fill queued=${QUEUED} gapUs=8 cycles=${context.smoke ? SMOKE_CYCLES : WARM_CYCLES}`,
      p50AtMostNs: 1_000,
      p99AtMostNs: 10_000,
      notes: [
        'Real sockets on loopback. Line A loses one message and brings the next eight, line B brings the lost one: nine deliveries lie in the figure. The eight wait in the hold window with their own stamps.',
        'The wait for line B is the other figure of a fill: here the generator makes it 40 µs; on a wire it is the skew of the lines.',
        'Warm: a cold path (the first thousands of gaps after a start) takes some ten times as long, until V8 has optimised it.',
        'Reading the clock in the callback is in it (about 30 ns).',
      ],
    }),
};
