import { z } from 'zod';
import { defaultArbiterConfig, defaultRetransmitPolicy, defaultSnapshotPolicy } from '../feed/arbiter-config.ts';

import { type ApiConfig, apiSection } from './api-schema.ts';
import { checkConfig, checkFeed, checkLine, checkSnapshot, checkThreads } from './checks.ts';
import { count, duration, groupAddress, hostAddress, name, port, powerOfTwo, size, withUnits } from './fields.ts';
import { checkStrategyOrders } from './orders-checks.ts';
import { type OrdersConfig, ordersSection, strategyOrders } from './orders-schema.ts';
import { checkRisk } from './risk-checks.ts';
import { checkSimOrders } from './sim-orders-checks.ts';
import { simSection } from './sim-schema.ts';
import { formatDurationNs, formatSizeBytes } from './units.ts';

/**
 * The configuration of a venue: one schema that types, defaults, validation, the JSON Schema for editors and
 * `docs/configuration.md` all come from. Its input is what people write; its output ({@link WarmlineConfig}) is
 * normalised: durations are nanoseconds (`…Ns`), sizes are bytes (`…Bytes`), defaults are filled in.
 */

// Defaults of arbitration stand once, beside the arbiter.
const arbiter = defaultArbiterConfig;
const ns = formatDurationNs;

/** Cross checks run on what is there even when parts of it are wrong, so that every violation is reported at once. */
const ALWAYS = { when: () => true };

const endpoint = z.strictObject({
  address: hostAddress().describe('IPv4 address of the server.'),
  port: port().describe('Its port.'),
});

const line = z
  .strictObject({
    name: name().describe('What the line is called: A, B, C…'),
    group: groupAddress().optional().describe('Multicast group to join. Either this or `address`.'),
    address: hostAddress().optional().describe('Local address to receive unicast on. Either this or `group`.'),
    port: port().describe('UDP port to receive on.'),
    interface: z
      .string()
      .min(1)
      .optional()
      .describe('Network interface to join the group on, by name (`eth1`) or by its address.'),
    source: hostAddress()
      .optional()
      .describe('Only accept datagrams from this address: a source-specific join for a group, a check for unicast.'),
    expect: z
      .enum(['live', 'standby'])
      .prefault('live')
      .describe('A line expected `live` that is not heard is reported as redundancy lost; a `standby` one is not.'),
  })
  .superRefine(checkLine, ALWAYS);

const failback = z
  .union(
    [
      z.enum(['never', 'manual']),
      withUnits(z.strictObject({ after: duration().describe('How long the preferred line must have been clean.') }), {
        after: 'afterNs',
      }),
    ],
    { error: 'must be never, manual, or { after: 5s }' },
  )
  .prefault('never')
  .describe(
    'Policy `sticky`: whether the feed returns to the active line of the config once that is clean again: `never`, `manual` (when the operator says so), or `{ after: 5s }` of clean running.',
  );

const feed = withUnits(
  z
    .strictObject({
      name: name().describe('What the feed is called in reports and for strategies.'),
      lines: z.array(line).min(1).max(8).describe('The lines that carry the feed. Two or more make it redundant.'),
      policy: z
        .enum(['first', 'sticky'])
        .prefault(arbiter.policy)
        .describe(
          '`first`: the first copy of each unit wins, all lines are equal. `sticky`: the active line leads, the others fill its holes.',
        ),
      active: name()
        .optional()
        .describe('Policy `sticky`: the line that leads at the start. Default: the first one listed.'),
      failback,
      minDwell: duration()
        .prefault(ns(arbiter.minDwellNs))
        .describe(
          'Policy `sticky`: shortest time between two switches, so that a flapping line cannot make the feed flap.',
        ),
      maxDwell: duration()
        .prefault(ns(arbiter.maxDwellNs))
        .describe('Policy `sticky`: `minDwell` doubles while a line flaps, up to this.'),
      holdOff: withUnits(
        z.strictObject({
          count: count(1, 1_000_000).prefault(arbiter.holdOffCount).describe('Later units that may be waiting.'),
          time: duration().prefault(ns(arbiter.holdOffNs)).describe('Time that may pass.'),
        }),
        { time: 'timeNs' },
      )
        .prefault({})
        .describe('How long an open gap waits for another line before recovery is asked: whichever comes first.'),
      gapDeadline: duration()
        .prefault(ns(arbiter.gapDeadlineNs))
        .describe('Whole time a gap may stay open, recovery included; then it is declared lost.'),
      heartbeat: duration()
        .prefault(ns(arbiter.heartbeatNs))
        .describe('The interval at which the venue sends heartbeats in silence.'),
      staleAfter: duration().optional().describe('A line unheard for this long is stale. Default: three heartbeats.'),
      lag: withUnits(
        z.strictObject({
          units: count(1, 1_000_000_000).prefault(arbiter.lagUnits).describe('Units behind the line that is ahead.'),
          time: duration().prefault(ns(arbiter.lagNs)).describe('For how long.'),
        }),
        { time: 'timeNs' },
      )
        .prefault({})
        .describe('A line this far behind another one is lagging, heartbeats or not.'),
      holes: withUnits(
        z.strictObject({
          count: count(0, 1_000_000).prefault(arbiter.holeCount).describe('Holes of the active line; 0 = never.'),
          window: duration().prefault(ns(arbiter.holeWindowNs)).describe('Within this time.'),
        }),
        { window: 'windowNs' },
      )
        .prefault({})
        .describe('Policy `sticky`: this many holes within this time make the feed switch.'),
      maxForwardJump: count(1, Number.MAX_SAFE_INTEGER)
        .prefault(arbiter.maxForwardJump)
        .describe('A jump forward by more units than this is believed only once it is confirmed.'),
      confirmPackets: count(1, 1000)
        .prefault(arbiter.confirmPackets)
        .describe(
          'Packets of one line that confirm a new session, a restart to lower numbers or a large jump; one packet of a second line does too.',
        ),
      window: z
        .strictObject({
          units: powerOfTwo(64, 4_194_304)
            .prefault(arbiter.windowUnits)
            .describe('Units held at most; a power of two.'),
          bytes: size({ min: 131_072, max: 2 ** 30 })
            .prefault(formatSizeBytes(arbiter.holdBytes))
            .describe('Bytes held at most.'),
          compareUnits: powerOfTwo(64, 4_194_304)
            .prefault(arbiter.compareWindowUnits)
            .describe('Latest units of which copies of different lines are compared, by hash; a power of two.'),
        })
        .prefault({})
        .describe('Memory for units that wait behind a gap, and for the comparison of copies.'),
      start: z
        .enum(['first-seen', 'beginning'])
        .prefault(arbiter.startAt)
        .describe(
          '`first-seen`: the stream starts at the first number heard. `beginning`: what came before it is a gap, refreshed by retransmit or snapshot.',
        ),
      session: z
        .string()
        .min(1)
        .max(10)
        .optional()
        .describe('Accept this session only (MoldUDP64). Default: the one that the lines show.'),
      retransmit: withUnits(
        z.strictObject({
          servers: z.array(endpoint).min(1).max(8).describe('Retransmit servers, asked in turn.'),
          maxUnitsPerRequest: count(1, 65_534)
            .prefault(defaultRetransmitPolicy.maxUnitsPerRequest)
            .describe('Most units that one request asks for.'),
          attempts: count(1, 100)
            .prefault(defaultRetransmitPolicy.attempts)
            .describe('Requests for the same units without any progress before the next means is tried.'),
          timeout: duration()
            .prefault(ns(defaultRetransmitPolicy.timeoutNs))
            .describe('Wait for an answer to the first attempt.'),
          backoff: z
            .number()
            .min(1)
            .max(10)
            .prefault(defaultRetransmitPolicy.backoff)
            .describe('Each further attempt waits this many times longer.'),
          maxOutstanding: count(1, 64)
            .prefault(defaultRetransmitPolicy.maxOutstanding)
            .describe('Gaps that may have a request under way at once.'),
          budget: withUnits(
            z.strictObject({
              units: count(1, 1_000_000_000)
                .prefault(defaultRetransmitPolicy.budgetUnits)
                .describe('Units asked for at most.'),
              per: duration().prefault(ns(defaultRetransmitPolicy.budgetWindowNs)).describe('In this time.'),
            }),
            { per: 'perNs' },
          )
            .prefault({})
            .describe('Bounds what is asked of the servers, so that a bad day is not made worse.'),
        }),
        { timeout: 'timeoutNs' },
      )
        .optional()
        .describe('Where missing units are asked for.'),
      snapshot: withUnits(
        endpoint
          .extend({
            username: z.string().min(1).max(6).describe('Login of the snapshot service.'),
            passwordFile: z.string().min(1).optional().describe('File that holds its password.'),
            passwordEnv: z
              .string()
              .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')
              .optional()
              .describe('Environment variable that holds its password.'),
            attempts: count(1, 100)
              .prefault(defaultSnapshotPolicy.attempts)
              .describe('Tries before a refresh is given up.'),
            timeout: duration()
              .prefault(ns(defaultSnapshotPolicy.timeoutNs))
              .describe('How long a snapshot may take, from the wish to its end.'),
            auditEvery: duration({ min: 1e9 })
              .optional()
              .describe('Fetch a snapshot this often and compare it with the books. Default: never.'),
          })
          .superRefine(checkSnapshot, ALWAYS),
        { timeout: 'timeoutNs', auditEvery: 'auditEveryNs' },
      )
        .optional()
        .describe('The snapshot service (GLIMPSE) that refreshes the books when retransmit cannot.'),
      books: z
        .strictObject({
          maxOrders: count(1024, 64_000_000).prefault(1_000_000).describe('Live orders that memory is set aside for.'),
          maxInstruments: count(1, 65_536).prefault(10_000).describe('Instruments that memory is set aside for.'),
        })
        .prefault({})
        .describe('How large the books may grow. All of it is allocated at start.'),
    })
    .superRefine(checkFeed, ALWAYS),
  {
    minDwell: 'minDwellNs',
    maxDwell: 'maxDwellNs',
    gapDeadline: 'gapDeadlineNs',
    heartbeat: 'heartbeatNs',
    staleAfter: 'staleAfterNs',
  },
);

const strategy = withUnits(
  z.strictObject({
    name: name().describe('What the strategy is called in reports.'),
    module: z.string().min(1).describe('Its module: a .ts or .js file, relative to this config file.'),
    feeds: z.array(name()).min(1).optional().describe('Feeds it hears. Default: all of them.'),
    options: z.record(z.string(), z.unknown()).prefault({}).describe('Handed to the strategy as it is.'),
    orders: strategyOrders.optional().describe('How it trades, where the config has a section `orders`.'),
    restart: withUnits(
      z.strictObject({
        attempts: count(0, 1000).prefault(3).describe('Restarts before it stays down; 0 = never restart.'),
        within: duration().prefault('1min').describe('Counted over this time.'),
      }),
      { within: 'withinNs' },
    )
      .prefault({})
      .describe('Dedicated layout: what happens when the strategy throws, exits, loops or runs out of heap.'),
    heap: size({ min: 16 * 1024 ** 2 })
      .prefault('256MiB')
      .describe('Dedicated layout: heap the strategy may use before it is ended.'),
    stallDeadline: duration({ min: 1e6 })
      .prefault('1s')
      .describe('A callback that runs longer than this is a stall: reported, and in the dedicated layout ended.'),
  }),
  { within: 'withinNs', heap: 'heapBytes', stallDeadline: 'stallDeadlineNs' },
);

const MAX_CORE = 1023;
const core = () => count(0, MAX_CORE);

const threads = withUnits(
  z
    .strictObject({
      layout: z
        .enum(['auto', 'dedicated', 'fused'])
        .prefault('auto')
        .describe(
          '`dedicated`: a core per line, router and strategy. `fused`: all of them on one. `auto`: by the number of cores.',
        ),
      idle: z
        .enum(['auto', 'spin', 'yield', 'backoff', 'park'])
        .prefault('auto')
        .describe('What a hot thread does when there is no work. `spin` is fastest and takes its core whole.'),
      cores: z
        .strictObject({
          main: core()
            .optional()
            .describe(
              "Core of the main thread (API, log, status view) and of the runtime's helpers (collection, compilation).",
            ),
          hot: core().optional().describe('Fused layout: core of the hot thread.'),
          lines: z
            .array(core())
            .optional()
            .describe('Dedicated layout: cores of the lines, in the order of the config.'),
          router: core().optional().describe('Dedicated layout: core of the router.'),
          strategies: z.array(core()).optional().describe('Dedicated layout: cores of the strategies.'),
          gateway: core().optional().describe('Dedicated layout: core of the order gateway.'),
        })
        .prefault({})
        .describe('Cores to pin threads to. Default: not pinned.'),
      scheduling: z
        .strictObject({
          class: z.enum(['other', 'batch', 'fifo']).prefault('other').describe('Scheduling class of the hot threads.'),
          priority: count(1, 99).prefault(1).describe('Priority for `fifo`.'),
        })
        .prefault({})
        .describe('Real-time scheduling; needs CAP_SYS_NICE, without it a warning and `other`.'),
      lockMemory: z
        .boolean()
        .prefault(false)
        .describe(
          'mlock the rings and books, so that they are never paged out; in huge pages where the kernel has them.',
        ),
      warmUp: duration({ min: 0, max: 60e9 })
        .prefault('1s')
        .describe(
          'How long the code of an order is exercised on made-up orders before the router is ready, and then that of a packet and a gap on made-up packets.',
        ),
      youngGeneration: size({ min: 1024 ** 2, max: 1024 ** 3 })
        .prefault('16MiB')
        .describe("Size of V8's young generation (a semi-space) on hot threads."),
    })
    .superRefine(checkThreads, ALWAYS),
  { warmUp: 'warmUpNs', youngGeneration: 'youngGenerationBytes' },
);

const io = withUnits(
  z.strictObject({
    mode: z
      .enum(['auto', 'native', 'portable'])
      .prefault('auto')
      .describe('`native`: the addon. `portable`: dgram and net. `auto`: native where it could be built.'),
    receiveBuffer: size({ min: 4096, max: 2 ** 30 })
      .prefault('8MiB')
      .describe('Receive buffer per line (SO_RCVBUF).'),
    busyPoll: duration({ min: 0, max: 1e9 })
      .prefault(0)
      .describe('SO_BUSY_POLL: how long the kernel polls the NIC; 0 = off.'),
    batch: count(1, 1024).prefault(32).describe('Datagrams taken from one line in one turn.'),
    slot: size({ min: 64, max: 65_536 }).prefault('2KiB').describe('Largest datagram that survives uncut.'),
    kernelStamps: z.boolean().prefault(false).describe('Ask the kernel for receive stamps; about 0.1 µs a packet.'),
  }),
  { receiveBuffer: 'receiveBufferBytes', busyPoll: 'busyPollNs', slot: 'slotBytes' },
);

const flightRecorder = withUnits(
  z.strictObject({
    size: size({ min: 65_536, max: 2 ** 31 })
      .prefault('32MiB')
      .describe('Memory per receiving thread.'),
    directory: z.string().min(1).prefault('./flight').describe('Where captures are written, relative to this file.'),
    onIncident: z
      .boolean()
      .prefault(true)
      .describe('Write a capture when units are lost, lines disagree or the feed switches.'),
    keep: count(1, 10_000).prefault(20).describe('Captures kept; the oldest are deleted.'),
    last: duration().prefault('10s').describe('How far back a capture reaches.'),
  }),
  { size: 'sizeBytes', last: 'lastNs' },
);

const log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .describe('Least level written.'),
  pretty: z
    .union([z.literal('auto'), z.boolean()], { error: 'must be auto, true or false' })
    .prefault('auto')
    .describe('Readable lines instead of JSON. `auto`: on a terminal.'),
});

/** The schema of a whole config file. */
export const configSchema = z
  .strictObject({
    venue: name().describe('What the venue is called in reports.'),
    protocol: z
      .enum(['nasdaq', 'cme'])
      .describe('The venue plug-in: `nasdaq` (ITCH 5.0 over MoldUDP64) or `cme` (MDP 3.0 packets).'),
    feeds: z.array(feed).min(1).max(64).describe('The feeds that are read.'),
    strategy: z.string().min(1).optional().describe('Short for one strategy: its module, relative to this file.'),
    strategies: z.array(strategy).min(1).max(64).optional().describe('The strategies that hear the feeds.'),
    orders: ordersSection.optional().describe('The order half: accounts, instruments, ports and the groups they form.'),
    threads: threads.prefault({}).describe('Which threads there are and how they run.'),
    io: io.prefault({}).describe('How datagrams are received.'),
    flightRecorder: flightRecorder.prefault({}).describe('The last packets of every line, kept for incidents.'),
    log: log.prefault({}).describe('What is logged.'),
    api: apiSection.prefault({}).describe('Dashboard, metrics and the API for programs.'),
    sim: simSection.optional().describe('`warmline sim` and `warmline demo`: the simulated venue.'),
  })
  .superRefine(checkConfig, ALWAYS)
  .superRefine(checkStrategyOrders, ALWAYS)
  .superRefine(checkRisk, ALWAYS)
  .superRefine(checkSimOrders, ALWAYS)
  .transform(normalise);

type Checked<T> = T extends z.ZodType ? z.output<T> : never;
/** One strategy of a config. */
export type StrategyConfig = Omit<Checked<typeof strategy>, 'feeds'> & {
  /** Names of the feeds it hears; always all of them by name. */
  feeds: string[];
};
/** One line of a feed. Exactly one of `group` and `address` is set. */
export type LineConfig = Checked<typeof line>;
/** One feed of a config. */
export type FeedConfig = Omit<Checked<typeof feed>, 'staleAfterNs' | 'active'> & {
  staleAfterNs: number;
  active: string;
};
export type RetransmitConfig = NonNullable<FeedConfig['retransmit']>;
export type SnapshotConfig = NonNullable<FeedConfig['snapshot']>;
export type ThreadsConfig = Checked<typeof threads>;
export type IoConfig = Checked<typeof io>;
export type FlightRecorderConfig = Checked<typeof flightRecorder>;
export type LogConfig = Checked<typeof log>;
export type SimConfig = Checked<typeof simSection>;

/** A normalised config: what the rest of the program reads. */
export interface WarmlineConfig {
  venue: string;
  protocol: 'nasdaq' | 'cme';
  feeds: FeedConfig[];
  /** Empty where the config names none. */
  strategies: StrategyConfig[];
  /** Absent: nothing is traded. */
  orders?: OrdersConfig;
  threads: ThreadsConfig;
  io: IoConfig;
  flightRecorder: FlightRecorderConfig;
  log: LogConfig;
  api: ApiConfig;
  sim?: SimConfig;
}

/** What a config file may hold, before it is normalised. */
export type ConfigInput = z.input<typeof configSchema>;

/** Heartbeats that a line may miss before it is stale, where `staleAfter` is not set. */
const STALE_HEARTBEATS = arbiter.staleAfterNs / arbiter.heartbeatNs;
const SOLE_STRATEGY_NAME = 'strategy';

function normalise(input: {
  feeds: Checked<typeof feed>[];
  strategy?: string;
  strategies?: Checked<typeof strategy>[];
  venue: string;
  protocol: 'nasdaq' | 'cme';
  orders?: OrdersConfig;
  threads: ThreadsConfig;
  io: IoConfig;
  flightRecorder: FlightRecorderConfig;
  log: LogConfig;
  api: ApiConfig;
  sim?: SimConfig;
}): WarmlineConfig {
  const { strategy: module, strategies: listed = [], feeds, ...rest } = input;
  const all = feeds.map((one) => one.name);
  const strategies = module === undefined ? listed : [strategy.parse({ name: SOLE_STRATEGY_NAME, module })];
  return {
    ...rest,
    feeds: feeds.map((one) => ({
      ...one,
      active: one.active ?? one.lines[0].name,
      staleAfterNs: one.staleAfterNs ?? STALE_HEARTBEATS * one.heartbeatNs,
    })),
    strategies: strategies.map((one) => ({ ...one, feeds: one.feeds ?? all })),
  };
}
