import { writeSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { WarmlineConfig } from '../config/schema.ts';
import type { ControlRequest } from '../sim/control.ts';
import type { OrdersTruth } from '../sim/exchange/order-side.ts';
import { ORDER_SIDE } from '../sim/fault-kinds.ts';
import { faultHelp, faultSpec, formatFaultSpec, parseFaultSpec } from '../sim/fault-spec.ts';
import type { Recording } from '../sim/recording.ts';
import type { FeedStats, Simulator } from '../sim/simulator.ts';
import { formatCount } from '../status/quantities.ts';
import { durationNs, integer } from './duration.ts';
import { UserError } from './errors.ts';
import { listenForStop } from './signals.ts';

interface SimOptions {
  readonly for?: number;
  readonly seed?: number;
  readonly rate?: number;
  readonly symbols?: number;
  readonly fault: string[];
  readonly capture?: string;
  readonly captureLine: string[];
  readonly speed?: number | 'rate';
  readonly control?: number;
  readonly pacing?: 'timer' | 'spin';
  readonly io?: 'auto' | 'native' | 'portable';
  readonly readyJson?: boolean;
  readonly endWithParent?: boolean;
  readonly json?: boolean;
}

interface OrdersOptions {
  readonly account?: string;
  readonly control?: number;
  readonly config?: string;
  readonly json?: boolean;
}

interface FaultOptions {
  readonly line: string;
  readonly feed?: string;
  readonly host?: string;
  readonly seed?: string;
  readonly for?: string;
  readonly after?: string;
  readonly rate?: string;
  readonly by?: string;
  readonly bits?: string;
  readonly delay?: string;
  readonly id?: number;
  readonly control?: number;
  readonly config?: string;
}

const REPORT_MS = 1000;
/** How often it is asked whether a recorded flow has ended. */
const WATCH_MS = 100;

/** Adds `warmline sim CONFIG` and `warmline sim fault …`. */
export function registerSim(program: Command): void {
  const sim = program
    // `sim` and `sim fault` have options of the same names: those behind `fault` are its own.
    .enablePositionalOptions()
    .command('sim')
    .enablePositionalOptions()
    .description('simulate the venue of a config: publish its feeds over every line, serve retransmits and snapshots')
    .argument('<config>', 'config file (YAML)')
    .option('--for <duration>', 'end by itself after this long, with a summary (30s)', durationNs)
    .option('--seed <n>', 'seed of the generated market', integer(0))
    .option('--rate <n>', 'messages a second', integer(1))
    .option('--capture <file>', 'play a packet capture (pcap, pcapng) or a raw ITCH file instead of a made-up market')
    .option(
      '--capture-line <line=address:port>',
      'where a line stands in the capture, if not at its own address (repeatable)',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option(
      '--speed <speed>',
      "of a capture: real, a multiple like 10x, or rate (the config's messages a second)",
      speed,
    )
    .option('--symbols <n>', 'symbols traded', integer(1))
    .option('--fault <spec>', 'a fault from the start, for example A:drop=0.01,seed=7 (repeatable)', collectFaults, [])
    .option('--control <port>', 'port of the control channel on 127.0.0.1', integer(0))
    .addOption(new Option('--pacing <how>', 'how the rate is kept').choices(['timer', 'spin']))
    .addOption(new Option('--io <kind>', 'how datagrams are sent').choices(['auto', 'native', 'portable']))
    .addOption(new Option('--end-with-parent', 'end when the process that started it is gone').hideHelp())
    .option('--ready-json', 'say that all sockets are open by one JSON line with their ports')
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', `\n${faultHelp()}\n\nFaults of a running simulator: warmline sim fault --help`)
    .action(runSim);

  sim
    .command('fault')
    .description('put faults in force in a running simulator, list them, or take them out of force')
    .argument('<kind>', 'kind of fault, a whole spec (A:drop=0.05), list, or clear')
    .argument('[value]', 'its rate, count or duration; after clear: the kind to clear')
    .option('--line <name>', 'line name, * for every line, retransmit or snapshot', '*')
    .option('--feed <name>', 'feed, where the config has several')
    .option('--host <name>', 'host of an order port, * for every one, or exchange: a fault of the order side')
    .option('--for <duration>', 'ends by itself after this long')
    .option('--after <duration>', 'begins this much later')
    .option('--seed <n>', "seed of the fault's randomness")
    .option('--rate <share>', 'burst, delay, jitter: for this share of the packets')
    .option('--by <n>', 'reorder: behind the next n packets')
    .option('--bits <n>', 'corrupt: bits to flip')
    .option('--delay <duration>', 'duplicate: how much later the second copy leaves')
    .option('--id <n>', 'clear: the fault with this number', integer(0))
    .option('--control <port>', 'control port of the simulator', integer(0))
    .option('--config <file>', 'config that names the control port')
    .addHelpText(
      'after',
      `\n${faultHelp()}\n\n  warmline sim fault --line A silence --for 5s     cut line A for five seconds\n  warmline sim fault --line B drop 0.05            lose 5 % of line B\n  warmline sim fault --host primary kill           the order host is gone, until cleared\n  warmline sim fault --host exchange halt AAPL     nobody trades it\n  warmline sim fault list\n  warmline sim fault --line A clear                line A as it should be`,
    )
    .action(runFault);

  sim
    .command('orders')
    .description(
      'what the running venue knows about its members: positions, open orders, executions, where ports stand',
    )
    .option('--account <name>', 'this account only')
    .option('--control <port>', 'control port of the simulator', integer(0))
    .option('--config <file>', 'config that names the control port')
    .option('--json', 'all of it, as JSON')
    .action(runOrders);
}

async function runSim(configFile: string, options: SimOptions): Promise<void> {
  const { loadConfig } = await import('../config/load.ts');
  const { createSimulator } = await import('../sim/simulator.ts');
  const simulator = await explained(async () => {
    const config = loadConfig(configFile);
    const made = createSimulator(config, {
      recording: options.capture === undefined ? undefined : await recordingOf(options.capture, config, options),
      speed: options.speed,
      seed: options.seed,
      messagesPerSecond: options.rate,
      symbols: options.symbols,
      faults: options.fault,
      controlPort: options.control,
      pacing: options.pacing,
      io: options.io,
    });
    await made.start();
    return made;
  });
  const stop = listenForStop();
  announce(simulator, options);
  const began = performance.now();
  const quiet = options.readyJson === true || options.json === true;
  const reporter = quiet ? undefined : setInterval(report(simulator), REPORT_MS);
  const ender = options.for === undefined ? undefined : setTimeout(() => stop.stop('--for'), options.for / 1e6);
  const parent = process.ppid;
  const watcher = setInterval(() => {
    if (simulator.finished) stop.stop('nothing more to publish');
    // who was killed can't say goodbye, and a venue that goes on publishes into the next one's lines
    if (options.endWithParent === true && process.ppid !== parent) stop.stop('its parent is gone');
  }, WATCH_MS);
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
  clearInterval(reporter);
  clearInterval(watcher);
  clearTimeout(ender);
  await simulator.stop();
  summarise(simulator, (performance.now() - began) / 1000, options.json === true);
  stop.dispose();
}

async function recordingOf(path: string, config: WarmlineConfig, options: SimOptions): Promise<readonly Recording[]> {
  const { openRecording, parseCaptureLine } = await import('../sim/recording.ts');
  return openRecording(path, config, options.captureLine.map(parseCaptureLine));
}

/** Runs what can fail for reasons a user can mend, and shows those without a stack. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && (error.name === 'FaultSpecError' || error.name === 'SimulatorError')) {
      throw new UserError(error.message, undefined, { cause: error });
    }
    throw error;
  }
}

function announce(simulator: Simulator, options: SimOptions): void {
  if (options.readyJson === true) {
    say(JSON.stringify({ ready: true, io: simulator.io, pid: process.pid, ports: simulator.ports }));
    return;
  }
  for (const feed of simulator.feeds) {
    const lines = feed.lines.map((line) => line.name).join(', ');
    const retransmit = feed.ports.retransmit.length > 0 ? `, retransmit on ${feed.ports.retransmit.join(', ')}` : '';
    const snapshot = feed.ports.snapshot === undefined ? '' : `, snapshot on ${feed.ports.snapshot}`;
    say(`${feed.name}: session ${feed.store.session}, lines ${lines}${retransmit}${snapshot}; ${feed.description}`);
  }
  for (const [host, { port, pid }] of Object.entries(simulator.ports.orders ?? {})) {
    say(`orders: host ${host} on ${port}${pid === process.pid ? '' : `, process ${pid}`}`);
  }
  for (const { feed, target, fault } of simulator.faults()) say(`fault at ${feed}/${target}: ${fault}`);
  const control = simulator.ports.control === undefined ? '' : `, control on 127.0.0.1:${simulator.ports.control}`;
  say(`simulator ready (${simulator.io} sockets${control})`);
}

/** Says once a second what has been published since. */
function report(simulator: Simulator): () => void {
  let before = simulator.stats();
  let beforeMs = performance.now();
  return () => {
    const now = simulator.stats();
    const nowMs = performance.now();
    const seconds = (nowMs - beforeMs) / 1000;
    for (const [name, feed] of Object.entries(now)) {
      const earlier = before[name];
      const restarted = earlier.session !== feed.session || earlier.units > feed.units;
      const rate = (feed.units - (restarted ? 0 : earlier.units)) / seconds;
      const lines = Object.entries(feed.lines).map(([line, stats]) => {
        const packets = (stats.packets - earlier.lines[line].packets) / seconds;
        const dropped = stats.faults.dropped - earlier.lines[line].faults.dropped;
        return `${line} ${formatCount(packets)} pkt/s${dropped > 0 ? ` (${dropped} dropped)` : ''}`;
      });
      const answers = feed.retransmit.reduce((sum, server) => sum + server.answers, 0);
      const faults = simulator.faults().filter((fault) => fault.feed === name && fault.inForce);
      say(
        `${name}: ${formatCount(rate)} msg/s, next ${formatCount(feed.nextUnit)}, ${lines.join(', ')}, ${answers} retransmits${
          feed.givenUp > 0 ? `, ${feed.givenUp} behind` : ''
        }${faults.length > 0 ? `; faults: ${faults.map((fault) => fault.fault).join(' ')}` : ''}`,
      );
    }
    before = now;
    beforeMs = nowMs;
  };
}

function summarise(simulator: Simulator, seconds: number, json: boolean): void {
  const stats = simulator.stats();
  const truth = simulator.truth();
  if (json) {
    const feeds = Object.keys(stats).map((feed) => ({ feed, seconds, ...stats[feed], sessions: truth[feed] }));
    say(JSON.stringify(feeds));
    return;
  }
  for (const [name, feed] of Object.entries(stats)) {
    say(`${name}: published in ${seconds.toFixed(1)} s${lineSummary(feed)}`);
    for (const session of truth[name]) {
      say(`  session ${session.session}: ${session.units} units, next ${session.nextUnit}, sha256 ${session.sha256}`);
    }
    if (feed.givenUp > 0) say(`  ${feed.givenUp} messages behind the asked rate: this machine could not publish it`);
    if (feed.forgotten > 0) say(`  ${feed.forgotten} messages no longer kept for retransmit (sim.store)`);
  }
}

function lineSummary(feed: FeedStats): string {
  return Object.entries(feed.lines)
    .map(([line, { packets, sendErrors, faults }]) => {
      const lost = faults.dropped > 0 ? `, ${faults.dropped} dropped by faults` : '';
      return `; ${line}: ${packets} packets${lost}${sendErrors > 0 ? `, ${sendErrors} refused by the socket` : ''}`;
    })
    .join('');
}

function runOrders(options: OrdersOptions): Promise<void> {
  return explained(async () => {
    const { askSimulator } = await import('../sim/control.ts');
    const reply = await askSimulator(await controlPort(options), { op: 'orders', account: options.account });
    if (!reply.ok) throw new UserError(reply.error as string);
    if (options.json === true) say(JSON.stringify(reply));
    else for (const line of ordersLines(reply as unknown as OrdersTruth)) say(line);
  });
}

function ordersLines({ accounts, ports, hosts }: OrdersTruth): string[] {
  const lines: string[] = [];
  for (const { account, positions, orders, executions } of accounts) {
    const held = positions.filter(({ shares }) => shares !== 0).map(({ symbol, shares }) => `${symbol} ${shares}`);
    lines.push(
      `${account}: ${held.length === 0 ? 'flat' : held.join(', ')}; ${orders.length} open orders, ${executions.length} executions`,
    );
  }
  for (const { port, nextSequence, nextRef, liveOrders, ignored, malformed } of ports) {
    const ref = nextRef > 0 ? `, next reference ${nextRef}` : '';
    lines.push(
      `port ${port}: next message ${nextSequence}${ref}, ${liveOrders} live orders, ${ignored} requests ignored, ${malformed} malformed`,
    );
  }
  for (const [host, { listening, connections, logins, rejectedLogins }] of Object.entries(hosts)) {
    const refused = rejectedLogins > 0 ? `, ${rejectedLogins} rejected` : '';
    lines.push(
      `host ${host}: ${listening ? 'listening' : 'down'}, ${connections} connections, ${logins} logins${refused}`,
    );
  }
  return lines;
}

function runFault(kind: string, value: string | undefined, options: FaultOptions): Promise<void> {
  return explained(async () => {
    const { askSimulator } = await import('../sim/control.ts');
    const request = faultRequest(kind, value, options);
    const reply = await askSimulator(await controlPort(options), request);
    if (!reply.ok) throw new UserError(reply.error as string);
    if (kind === 'list') {
      const faults = reply.faults as { id: number; fault: string; inForce: boolean }[];
      if (faults.length === 0) say('no faults');
      for (const { id, fault, inForce } of faults) say(`${id}  ${fault}${inForce ? '' : '  (to come)'}`);
    } else if (kind === 'clear') say(`${reply.cleared} cleared`);
    else say(`in force as ${(reply.ids as number[]).join(', ')}`);
  });
}

function faultRequest(kind: string, value: string | undefined, options: FaultOptions): ControlRequest {
  const target = options.host ?? options.line;
  if (kind === 'list') return { op: 'list' };
  if (kind === 'clear') {
    return {
      op: 'clear',
      feed: options.host === undefined ? options.feed : ORDER_SIDE,
      target: target === '*' ? undefined : target,
      kind: value,
      id: options.id,
    };
  }
  if (kind.includes(':')) return { op: 'fault', faults: [formatFaultSpec(parseFaultSpec(kind))] };
  const words: string[] = [];
  for (const name of ['seed', 'for', 'after', 'rate', 'by', 'bits', 'delay'] as const) {
    if (options[name] !== undefined) words.push(`${name}=${options[name]}`);
  }
  const feed = options.host === undefined ? (options.feed ?? '*') : ORDER_SIDE;
  return { op: 'fault', faults: [formatFaultSpec(faultSpec(feed, target, kind, value, words))] };
}

async function controlPort(options: { readonly control?: number; readonly config?: string }): Promise<number> {
  if (options.control !== undefined) return options.control;
  const { DEFAULT_CONTROL_PORT } = await import('../config/sim-schema.ts');
  if (options.config === undefined) return DEFAULT_CONTROL_PORT;
  const { loadConfig } = await import('../config/load.ts');
  const port = loadConfig(options.config).sim?.controlPort;
  if (port === undefined) throw new UserError(`${options.config} names no sim.controlPort`, 'give --control PORT');
  return port;
}

/** Written at once, so that what awaits the ready line has it even if the process is busy or killed. */
function say(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch (error) {
    // A reader that has gone (a closed pipe) does not stop the venue.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'EAGAIN') throw error;
  }
}

/** `real` → 1, `10x` → 10, `rate`. */
function speed(text: string): number | 'rate' {
  if (text === 'rate') return text;
  const times = text === 'real' ? 1 : /^\d+(\.\d+)?x$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (times === 0) throw new InvalidArgumentError('It must be real, a multiple like 10x, or rate.');
  return times;
}

function collectFaults(text: string, before: string[]): string[] {
  try {
    parseFaultSpec(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
  return [...before, text];
}
