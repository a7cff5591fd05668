import type { Command } from 'commander';
import type { ConfigProblem } from '../config/load.ts';
import type { FeedConfig, LineConfig, WarmlineConfig } from '../config/schema.ts';
import { formatDurationNs } from '../config/units.ts';
import { ordersRows } from './check-orders.ts';
import { ExitCode } from './errors.ts';

/** Adds `warmline check CONFIG`. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .description('say everything that is wrong with a config, or what would run')
    .argument('<config>', 'a YAML file, see docs/configuration.md')
    .option('--json', 'print the problems as JSON, for editors and scripts')
    .option('--strict', 'fail on warnings too')
    .action(async (file: string, options: { json?: boolean; strict?: boolean }) => {
      const { examineConfig, formatProblem, readConfigFile } = await import('../config/load.ts');
      const { config, problems } = examineConfig(readConfigFile(file), file, { files: true });
      const failed = config === undefined || (options.strict === true && problems.length > 0);
      if (options.json) process.stdout.write(`${JSON.stringify(problems, null, 2)}\n`);
      else {
        for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
        process.stdout.write(config === undefined ? `${verdict(file, problems)}\n` : summary(config, problems));
      }
      process.exitCode = failed ? ExitCode.failed : ExitCode.ok;
    });
}

function countOf(problems: readonly ConfigProblem[], severity: 'error' | 'warning'): string {
  const n = problems.filter((problem) => problem.severity === severity).length;
  return `${n} ${severity}${n === 1 ? '' : 's'}`;
}

function verdict(file: string, problems: readonly ConfigProblem[]): string {
  return `${file}: ${countOf(problems, 'error')}`;
}

function place(line: LineConfig): string {
  const where = `${line.group ?? line.address}:${line.port}`;
  const by = line.interface === undefined ? '' : ` on ${line.interface}`;
  const from = line.source === undefined ? '' : ` from ${line.source}`;
  return `${where}${by}${from}${line.expect === 'standby' ? ' (standby)' : ''}`;
}

function policy(feed: FeedConfig): string {
  if (feed.policy === 'first') return 'first copy wins';
  const back = typeof feed.failback === 'string' ? feed.failback : `after ${formatDurationNs(feed.failback.afterNs)}`;
  return `sticky on ${feed.active}, failback ${back}`;
}

function recovery(feed: FeedConfig): string {
  const means = ['other line'];
  if (feed.retransmit !== undefined) {
    const { servers } = feed.retransmit;
    means.push(`retransmit ${servers.map((server) => `${server.address}:${server.port}`).join(', ')}`);
  }
  if (feed.snapshot !== undefined) means.push(`snapshot ${feed.snapshot.address}:${feed.snapshot.port}`);
  means.push(`lost after ${formatDurationNs(feed.gapDeadlineNs)}`);
  const { count, timeNs } = feed.holdOff;
  return `${means.join(', then ')} (hold-off ${count} units or ${formatDurationNs(timeNs)})`;
}

/** What a valid config would run, in words. */
export function summary(config: WarmlineConfig, problems: readonly ConfigProblem[]): string {
  const out = [`${config.venue}: valid, ${countOf(problems, 'warning')}`];
  const row = (key: string, text: string, indent = 2) =>
    out.push(`${' '.repeat(indent)}${key.padEnd(14 - indent)}${text}`);
  row('protocol', config.protocol);
  for (const feed of config.feeds) {
    row('feed', `${feed.name}: ${policy(feed)}`);
    for (const line of feed.lines) row(`line ${line.name}`, place(line), 4);
    row('gaps', recovery(feed), 4);
  }
  for (const { name, module, feeds } of config.strategies)
    row('strategy', `${name}: ${module} hears ${feeds.join(', ')}`);
  if (config.strategies.length === 0) row('strategy', 'none');
  if (config.orders !== undefined) for (const line of ordersRows(config.orders, config.strategies)) row(...line);
  row('threads', `layout ${config.threads.layout}, idle ${config.threads.idle}`);
  row('i/o', config.io.mode);
  row('captures', config.flightRecorder.directory);
  return `${out.join('\n')}\n`;
}
