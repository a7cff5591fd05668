import { z } from 'zod';
import { FaultSpecError, parseFaultSpec } from '../sim/fault-spec.ts';
import { count, duration, port, size, withUnits } from './fields.ts';
import { simOrdersSection } from './sim-orders-schema.ts';

/** Where `warmline sim fault …` looks for a simulator when it is told no port and no config. */
export const DEFAULT_CONTROL_PORT = 26481;

const bursts = withUnits(
  z.strictObject({
    every: duration().prefault('1s').describe('From the start of one burst to the start of the next.'),
    for: duration().prefault('10ms').describe('How long a burst lasts.'),
    times: count(2, 1000).prefault(10).describe('How many times the usual rate.'),
  }),
  { every: 'everyNs', for: 'forNs' },
);

const skew = withUnits(
  z.strictObject({
    mean: duration({ min: 0 }).prefault(0).describe('How much later than the earliest line, on average.'),
    deviation: duration({ min: 0 }).prefault(0).describe('Standard deviation of that (normally distributed).'),
  }),
  { mean: 'meanNs', deviation: 'deviationNs' },
);

const faultText = z.string().superRefine((text, context) => {
  try {
    parseFaultSpec(text);
  } catch (error) {
    if (!(error instanceof FaultSpecError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

/** The `sim` section: what `warmline sim` and `warmline demo` publish. */
export const simSection = withUnits(
  z.strictObject({
    seed: count(0, 2 ** 32 - 1)
      .prefault(42)
      .describe('Seed of the generator: the same seed gives the same market.'),
    messagesPerSecond: count(1, 10_000_000).prefault(20_000).describe('Messages published a second.'),
    bursts: bursts.optional().describe('Times of a higher rate. Default: none.'),
    symbols: count(1, 65_535).prefault(50).describe('Symbols traded.'),
    ordersPerSymbol: count(10, 100_000).prefault(300).describe('Live orders that each symbol tends to.'),
    session: z
      .string()
      .regex(/^[!-~]{1,10}$/, 'is not a session name: 1 to 10 printable characters')
      .optional()
      .describe('Session name (MoldUDP64). Default: made of the seed.'),
    messagesPerPacket: count(1, 1000)
      .prefault(8)
      .describe('Messages per packet at the usual rate: 1 to this many. A backlog fills packets up.'),
    maxPacket: size({ min: 128, max: 65_507 }).prefault('1472B').describe('Largest datagram that is sent.'),
    pacing: z
      .enum(['timer', 'spin'])
      .prefault('timer')
      .describe(
        '`timer`: publishes each millisecond. `spin`: takes a core whole and publishes each message in its time.',
      ),
    skew: z
      .record(z.string(), skew)
      .optional()
      .describe(
        'How much later each line brings a packet, by line name: `{ B: { mean: 2us, deviation: 1us } }`. Default: a few microseconds, the first line ahead.',
      ),
    interfaces: z
      .record(z.string(), z.string())
      .optional()
      .describe(
        'Interface that a multicast line is sent from, by line name: `{ A: eth1 }`. Default: the interface that the line is read on.',
      ),
    multicastTtl: count(0, 255).prefault(1).describe('Time to live of multicast packets.'),
    store: size({ min: 1024 ** 2, max: 2 ** 36 })
      .prefault('256MiB')
      .describe(
        'Memory for published messages, so that they can be retransmitted; beyond it the oldest are forgotten.',
      ),
    endOfSession: duration({ min: 0 })
      .prefault('300ms')
      .describe('How long the simulator says end of session, and still answers requests, before it exits.'),
    faults: z.array(faultText).prefault([]).describe('Faults from the start, for example `A:drop=0.01,seed=7`.'),
    orders: simOrdersSection
      .optional()
      .describe('The order side: ports, hosts, how the venue treats them. Without it nothing can be traded.'),
    controlPort: port().optional().describe('TCP port on 127.0.0.1 that `warmline sim fault …` talks to.'),
  }),
  { maxPacket: 'maxPacketBytes', store: 'storeBytes', endOfSession: 'endOfSessionNs' },
);
