/**
 * Every figure that reads sockets, ours: the router as `warmline run` starts it, in the fused layout, with both lines,
 * books, counters, comparison of copies and flight recorder on, and {@link ProbeOptions the probe} as its strategy.
 * Twin: `c/receive.c`. The router spins for as long as it lives: the driver stops the process between samples.
 *
 * Command line: core=… mode=wire|fill|gap|silence staleUs=… idle=spin|park sampleEvery=… nursery=default
 *   api=1 (with dashboard, metrics and API, on the peer's core) resumeMs=…
 */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { parseConfig } from '../../src/config/load.ts';
import { EventNumber, FeedEventKind, SwitchEvidence } from '../../src/feed/events.ts';
import { FeedCell, LineCell, lineCell } from '../../src/feed/feed-counters.ts';
import { Router } from '../../src/router/router.ts';
import { type BenchApi, startBenchApi } from '../lib/bench-api.ts';
import { freePort } from '../lib/free-port.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import type { ProbeAnswer, ProbeOptions } from './probe-strategy.ts';

const mode = commandLine.text('mode', 'wire') as ProbeOptions['mode'];
const staleUs = commandLine.number('staleUs', 3_000_000);
const REPORTS_EVERY_MS = 20;
const NS_PER_US = 1000;
/** After a pause the router takes what piled up, finds its lines alive again, and only then is a sample begun. */
const RESUME_MS = commandLine.number('resumeMs', 5);

const ports = [await freePort(), await freePort()] as const;
const channelName = `bench-${process.pid}`;
const options: ProbeOptions = { channel: channelName, mode, sampleEvery: commandLine.number('sampleEvery', 1) };
const hasApi = commandLine.number('api', 0) === 1;
const sticky = mode === 'gap' || mode === 'silence';
/** V8's own default, where a figure asks for it, instead of the router's. */
const nursery = commandLine.text('nursery') === 'default' ? { youngGeneration: '1MiB' } : {};
const config = {
  venue: 'bench',
  protocol: 'nasdaq',
  feeds: [
    {
      name: 'itch',
      policy: sticky ? 'sticky' : 'first',
      failback: 'never',
      heartbeat: `${staleUs / 2}us`,
      staleAfter: `${staleUs}us`,
      // A generator that lost its core for a while must not end a gap: the hold-off is not what is measured.
      holdOff: { count: 60_000, time: '500ms' },
      // Policy sticky: nothing but what the figure is about changes the active line; the generator's silences are
      // shorter than this lag.
      ...(sticky
        ? { lag: { units: 1_000_000_000, time: mode === 'gap' ? '60s' : '5ms' }, holes: { count: 0, window: '1s' } }
        : {}),
      lines: [
        { name: 'A', address: '127.0.0.1', port: ports[0] },
        { name: 'B', address: '127.0.0.1', port: ports[1] },
      ],
    },
  ],
  api: { port: 0, tokens: join(tmpdir(), `warmline-bench-tokens-${process.pid}`) },
  strategies: [{ name: 'probe', module: join(import.meta.dirname, 'probe-strategy.ts'), options }],
  threads: {
    layout: 'fused',
    idle: commandLine.text('idle', 'spin'),
    cores: { hot: commandLine.number('core', 0), ...(hasApi ? { main: commandLine.number('peerCore', 0) } : {}) },
    ...nursery,
  },
  flightRecorder: { directory: join(tmpdir(), 'warmline-bench-flight'), onIncident: false },
};

interface Switch {
  readonly atNs: number;
  readonly windowNs: number;
}

const switches: Switch[] = [];
const parsed = parseConfig(JSON.stringify(config), 'bench.yaml');
const router = await Router.start(parsed, {
  feedEvent(_feed, event) {
    if (event.kind !== FeedEventKind.switched || event.detail !== SwitchEvidence.silence) return;
    switches.push({ atNs: event.numbers[EventNumber.atNs]!, windowNs: event.numbers[EventNumber.windowNs]! });
  },
  warning: (text) => process.stderr.write(`${text}\n`),
  strategy: (report) => process.stderr.write(`${JSON.stringify(report)}\n`),
  failed: (why) => {
    process.stderr.write(`${why}
`);
    process.exit(1);
  },
});
setInterval(() => router.poll(), REPORTS_EVERY_MS).unref();
const api: BenchApi | undefined = hasApi ? await startBenchApi(parsed, router) : undefined;
// read, and this process will be ended by a signal
rmSync(config.api.tokens, { force: true });
const { cells } = router.setup.feeds[0]!.options;
const channel = new BroadcastChannel(channelName);

/** Each switch's deadline, and the first delivery after it was decided. */
function silenceLatencies(deliveries: Float64Array): Float32Array {
  const latencies: number[] = [];
  let at = 0;
  for (const { atNs, windowNs } of decidedSwitches(deliveries)) {
    while (at < deliveries.length && deliveries[at]! < atNs) at++;
    if (at < deliveries.length) latencies.push(deliveries[at]! - (atNs - windowNs + staleUs * NS_PER_US));
  }
  return Float32Array.from(latencies);
}

/** Switches of this sample at a deadline: not those that followed from the pause before it. */
function decidedSwitches(deliveries: Float64Array): Switch[] {
  const begin = deliveries[0] ?? Number.POSITIVE_INFINITY;
  return switches.filter((s) => s.atNs - s.windowNs >= begin && s.windowNs >= staleUs * NS_PER_US);
}

function counts(): Record<string, number> {
  return {
    lost: cells[FeedCell.lostUnits]!,
    gaps: cells[FeedCell.gapsOpened]!,
    switches: cells[FeedCell.switches]!,
    disagreements: cells[FeedCell.disagreements]!,
    kernelDrops: cells[lineCell(0, LineCell.kernelDrops)]! + cells[lineCell(1, LineCell.kernelDrops)]!,
  };
}

serve({ ports, apiPort: api?.port }, async (words, armed) => {
  await sleep(RESUME_MS);
  router.poll();
  switches.length = 0;
  const asked = api?.counts();
  const heard = new Promise<ProbeAnswer | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), words.number('limitMs', 5000));
    channel.onmessage = (event) => {
      clearTimeout(timer);
      resolve((event as { data: ProbeAnswer }).data);
    };
  });
  armed();
  const answer = await heard;
  router.poll();
  if (answer === undefined) return { ops: 0, ns: 0, ended: false, ...counts() };
  const latency = mode === 'silence' ? silenceLatencies(answer.values) : Float32Array.from(answer.values);
  return {
    ops: answer.messages,
    ns: answer.spanNs,
    ended: true,
    checksum: answer.checksum,
    ...counts(),
    ...(asked === undefined ? {} : { api: api?.since(asked) }),
    windowNs: mode === 'silence' ? decidedSwitches(answer.values).map((s) => s.windowNs) : [],
    latency: encodeSamples(latency),
    threads: [{ thread: 'hot', collections: answer.collections, allocatedBytes: answer.allocatedBytes }],
  };
});
