import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseAddress } from '../capture/addresses.ts';
import type { ReplayFeed, ReplayLine, ReplayOptions, ReplayOutcome } from '../capture/replay.ts';
import type { ReplayReport } from '../capture/replay-report.ts';
import { durationNs, integer } from './duration.ts';
import { UserError } from './errors.ts';

/** What `warmline replay` was asked. */
export interface ReplayCommandOptions {
  /** Captures; their datagrams are taken in order of their stamps across all files. */
  readonly capture: readonly string[];
  readonly speed?: 'max' | 'real';
  readonly json?: boolean;
  /** Without a config: protocol and lines of the one feed. */
  readonly protocol?: string;
  readonly line?: readonly ReplayLine[];
  readonly feed?: string;
  /** These override a config's. Times in ns. */
  readonly policy?: 'first' | 'sticky';
  readonly holdOffTime?: number;
  readonly holdOffCount?: number;
  /** `false`: leave the config's strategies out. */
  readonly strategy?: boolean;
}

const MAX_PORT = 65535;
/** Progress on a terminal is drawn at most this often. */
const PROGRESS_INTERVAL_MS = 200;
const MEBIBYTE = 1024 * 1024;

/** Adds `warmline replay [CONFIG] --capture FILE…`. */
export function registerReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('put captures through the arbiter, books and strategies that serve live traffic')
    .argument('[config]', 'a YAML file whose feeds are replayed; without it, --protocol and --line say what is')
    .requiredOption(
      '--capture <file...>',
      'pcap or pcapng files, a raw ITCH file or bare MoldUDP64 packets, gzipped or not, in any order',
    )
    .addOption(
      new Option('--speed <speed>', 'as fast as possible, or paced by the stamps')
        .choices(['max', 'real'])
        .default('max'),
    )
    .option('--json', 'print an array with one object per feed')
    .option('--protocol <name>', 'without a config: cme-mdp3 or moldudp64')
    .option('--line <name=group:port>', 'without a config: a line and where its packets go; once for each', addLine)
    .option('--feed <name>', 'without a config: what the feed is called (default: the protocol)')
    .addOption(new Option('--policy <policy>', 'how lines are arbitrated').choices(['first', 'sticky']))
    .option('--hold-off-time <time>', 'a gap is given up after this long … (default: 5ms)', durationNs)
    .option('--hold-off-count <units>', '… or once this many later units wait (default: 1000)', integer(1))
    .option('--no-strategy', "leave the config's strategies out");
  command.action(async (config: string | undefined, options: ReplayCommandOptions) => {
    const wrong = await wrongUse(config, options);
    if (wrong !== undefined) command.error(`error: ${wrong}`);
    const outcome = await replayOutcome(config, options);
    if (options.json === true) process.stdout.write(reportsJson(outcome.reports));
    else process.stdout.write((await import('./replay-text.ts')).replayText(outcome));
  });
}

/** `A=224.0.31.11:14320`, collected. @throws {InvalidArgumentError} which commander shows as a usage error */
function addLine(text: string, before: readonly ReplayLine[] | undefined): ReplayLine[] {
  const match = /^([^=\s]+)=(.+):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const address = match?.[2].replace(/^\[(.*)\]$/, '$1') ?? '';
  if (match === null || port < 1 || port > MAX_PORT || parseAddress(address) === undefined) {
    throw new InvalidArgumentError('Write NAME=GROUP:PORT, for example A=224.0.31.11:14320.');
  }
  return [...(before ?? []), { name: match[1], address, port }];
}

/** What contradicts itself in the command line; undefined if nothing does. */
async function wrongUse(
  config: string | undefined,
  { protocol, line, feed, capture }: ReplayCommandOptions,
): Promise<string | undefined> {
  if (config !== undefined) {
    if (protocol !== undefined || line !== undefined || feed !== undefined) {
      return '--protocol, --line and --feed describe a feed without a config: leave them out, or the config';
    }
    return undefined;
  }
  const yaml = capture.find((path) => /\.ya?ml$/.test(path));
  if (yaml !== undefined) return `${yaml} was taken for a capture: put the config before --capture`;
  if (protocol === undefined || line === undefined) {
    return 'without a config, --protocol and at least one --line say what is in the capture, for example\n  warmline replay --protocol cme-mdp3 --line A=224.0.31.11:14320 --line B=224.0.32.11:15320 --capture FILE';
  }
  const { feedProtocolNames } = await import('../venues/registry.ts');
  if (!feedProtocolNames.includes(protocol))
    return `unknown protocol "${protocol}": use ${feedProtocolNames.join(' or ')}`;
  return undefined;
}

/**
 * Replays captures as the command line asks.
 * @param config path of a config file, or undefined where `options` name protocol and lines
 * @throws {UserError} if the captures can't be read or nothing in them belongs to a line
 */
export async function replay(
  config: string | undefined,
  options: ReplayCommandOptions,
): Promise<readonly ReplayReport[]> {
  return (await replayOutcome(config, options)).reports;
}

async function replayOutcome(config: string | undefined, options: ReplayCommandOptions): Promise<ReplayOutcome> {
  const { replayCapture, ReplayError } = await import('../capture/replay.ts');
  const progress = process.stderr.isTTY ? new Progress() : undefined;
  const shared = {
    files: options.capture,
    speed: options.speed,
    onProgress: progress && ((...step: Parameters<NonNullable<ReplayOptions['onProgress']>>) => progress.draw(...step)),
  };
  try {
    if (config === undefined) return await replayCapture({ ...shared, feeds: [feedOfOptions(options)] });
    const { loadConfig } = await import('../config/load.ts');
    const { replayConfigured } = await import('./replay-config.ts');
    return await replayConfigured(loadConfig(config), options, shared);
  } catch (error) {
    if (error instanceof ReplayError) throw new UserError(error.message, undefined, { cause: error });
    throw error;
  } finally {
    progress?.clear();
  }
}

function feedOfOptions({ protocol = '', line = [], feed = protocol, ...options }: ReplayCommandOptions): ReplayFeed {
  return { name: feed, protocol, lines: line, arbitration: arbitrationOverrides(options) };
}

/** What the command line says about arbitration, over what the config or the defaults say. */
export function arbitrationOverrides({
  policy,
  holdOffTime,
  holdOffCount,
}: Omit<ReplayCommandOptions, 'capture'>): NonNullable<ReplayFeed['arbitration']> {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(holdOffTime === undefined ? {} : { holdOffNs: holdOffTime }),
    ...(holdOffCount === undefined ? {} : { holdOffCount }),
  };
}

/** The array that `--json` prints: a line for each feed, so that it reads and compares well. */
export function reportsJson(reports: readonly ReplayReport[]): string {
  return `[\n${reports.map((report) => JSON.stringify(report)).join(',\n')}\n]\n`;
}

/** How far a replay is, on one line of the terminal. */
class Progress {
  #drawnMs = 0;
  #drawn = false;

  draw(pass: 'measure' | 'replay', bytesTaken: number, bytesTotal: number): void {
    const nowMs = performance.now();
    if (this.#drawnMs === 0) this.#drawnMs = nowMs;
    if (nowMs - this.#drawnMs < PROGRESS_INTERVAL_MS) return;
    this.#drawnMs = nowMs;
    this.#drawn = true;
    const percent = bytesTotal === 0 ? 100 : Math.floor((bytesTaken / bytesTotal) * 100);
    const total = (bytesTotal / MEBIBYTE).toFixed(0);
    process.stderr.write(`\r\x1b[K${pass === 'measure' ? 'measuring' : 'replaying'} ${total} MiB: ${percent} %`);
  }

  clear(): void {
    if (this.#drawn) process.stderr.write('\r\x1b[K');
  }
}
