/**
 * `tick-to-trade`, ours: the router as `warmline run` starts it, fused, with both lines, books, comparison of copies, flight
 * recorder, two order sessions, every limit, journal `process`, stage stamps, and {@link TriggerOptions the trigger} as its
 * strategy. Twins: `c/tick_to_trade.c`. The latency is what the venue sees (`c/tick_venue.c`). The router spins for as long
 * as it lives: the driver stops the process between samples.
 *
 * Command line: core=… peerCore=… venue=P1,P2 directory=…
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel } from 'node:worker_threads';
import { parseConfig } from '../../src/config/load.ts';
import { FeedCell } from '../../src/feed/feed-counters.ts';
import { SessionCell } from '../../src/order/session-cells.ts';
import { SessionState } from '../../src/order/terms.ts';
import { Router } from '../../src/router/router.ts';
import { HistogramSnapshot } from '../../src/runtime/histogram.ts';
import { DutyCell } from '../../src/runtime/thread-control.ts';
import { freePort } from '../lib/free-port.ts';
import { pinThisThread } from '../lib/hot-thread.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { PASSWORD_ENV, tradingConfig } from '../lib/trading-config.ts';
import { venuePorts, venueUser } from '../lib/venue-login.ts';
import type { TriggerAnswer, TriggerOptions } from './trigger-strategy.ts';

const REPORTS_EVERY_MS = 20;
/** After a pause the router takes what piled up, finds its lines alive again, and only then is a sample begun. */
const RESUME_MS = 5;
const LOGON_LIMIT_MS = 20_000;
const TWO_CORES = 2;
const NS_PER_MS = 1e6;

// On two cores everything that is not hot has the other one, as a host with two is configured.
if (availableParallelism() <= TWO_CORES) pinThisThread(commandLine.number('peerCore', -1));
process.env[PASSWORD_ENV] = 'bench';
const ports = [await freePort(), await freePort()];
const channelName = `bench-${process.pid}`;
const options: TriggerOptions = { channel: channelName };
const user = venueUser();
const directory = commandLine.text('directory');
const config = tradingConfig({
  lines: ports,
  venue: venuePorts(),
  user,
  strategy: { module: join(import.meta.dirname, 'trigger-strategy.ts'), options },
  core: commandLine.number('core', 0),
  directory: join(directory, String(process.pid)),
  ringDirectory: directory,
  flightDirectory: join(directory, 'flight'),
  name: `bench-${process.pid}`,
});
const router = await Router.start(parseConfig(JSON.stringify(config), 'bench.yaml'), {
  warning: (text) => process.stderr.write(`${text}\n`),
  strategy: (report) => process.stderr.write(`${JSON.stringify(report)}\n`),
  failed: (why) => {
    process.stderr.write(`${why}\n`);
    process.exit(1);
  },
});
setInterval(() => router.poll(), REPORTS_EVERY_MS).unref();
const gateway = router.setup.gateway!;
const { cells } = router.setup.feeds[0]!.options;
const { wireToSent, risk, toSend, send } = gateway.options.histograms;
const histograms = { wireToSent, risk, toSend, send };
const channel = new BroadcastChannel(channelName);

/** The first port carries orders, the second is warm. */
async function logOn(): Promise<void> {
  const wanted = [SessionState.active, SessionState.warm];
  const states = () => gateway.options.ports.map(({ hosts }) => hosts[0]!.cells[SessionCell.state]);
  const deadline = performance.now() + LOGON_LIMIT_MS;
  while (states().some((state, i) => state !== wanted[i])) {
    if (performance.now() > deadline) throw new Error(`the sessions do not get active: ${states()}`);
    await sleep(1);
  }
}

/** Turns that the hot thread has made. */
const turns = () =>
  router.threads.find(({ name }) => name === router.setup.plan.router.name)!.dutyCells[DutyCell.turns]!;
const snapshots = () => Object.entries(histograms).map(([name, h]) => [name, HistogramSnapshot.of(h)] as const);

await logOn();
serve({ ports, user }, async (words, armed) => {
  await sleep(RESUME_MS);
  router.poll();
  const before = new Map(snapshots());
  const heard = new Promise<TriggerAnswer | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), words.number('limitMs', 5000));
    channel.onmessage = (event) => {
      clearTimeout(timer);
      resolve((event as { data: TriggerAnswer }).data);
    };
  });
  const start = performance.now();
  const turnsBefore = turns();
  armed();
  const answer = await heard;
  router.poll();
  const stages = snapshots().map(([name, now]) => {
    const during = now.since(before.get(name)!);
    return [name, { p50: during.percentile(50), p90: during.percentile(90), p99: during.percentile(99) }] as const;
  });
  const ns = (performance.now() - start) * NS_PER_MS;
  return {
    ops: answer?.entered ?? 0,
    ns,
    turnNs: ns / (turns() - turnsBefore),
    ended: answer !== undefined,
    refused: answer?.refused ?? 0,
    why: answer?.why ?? '',
    lost: cells[FeedCell.lostUnits]!,
    stages: Object.fromEntries(stages),
    threads:
      answer === undefined
        ? []
        : [{ thread: 'hot', collections: answer.collections, allocatedBytes: answer.allocatedBytes }],
  };
});
