import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { figureSets, figures } from './figures/all.ts';
import { compileTwins } from './lib/compile.ts';
import type { BenchContext, Figure, FigureResult } from './lib/figure.ts';
import { describeMachine } from './lib/machine.ts';
import { endAllPrograms, Program, stopAllPrograms } from './lib/program.ts';
import { emitPublished } from './lib/published.ts';
import { writeReadmeNumbers } from './lib/readme.ts';
import { type BenchResults, figureText, resultsMarkdown } from './lib/results.ts';
import { percentiles } from './lib/stats.ts';

const USAGE = `npm run bench -- [options]
  --only ID,ID       these figures alone, or whole sets of them:
${Object.entries(figureSets)
  .map(([set, members]) => `                       ${set}: ${members.map((f) => f.id).join(', ')}`)
  .join('\n')}
  --json FILE        machine-readable results with all raw samples
  --write-results    write bench/RESULTS.md and the numbers in README.md
  --smoke            a few seconds a figure: does it all run? The numbers mean nothing
  --help`;

const FULL_ROUNDS = 22;
const SMOKE_ROUNDS = 2;
const SMOKE_SHARE = 0.25;
const HICCUP_MS = 2000;

const bench = import.meta.dirname;
const root = dirname(bench);

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      json: { type: 'string' },
      'write-results': { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

/** Opens the bench: twins compiled, cores chosen. */
function makeContext(smoke: boolean): BenchContext {
  const machine = describeMachine(root);
  const cores = `core=${machine.core} peerCore=${machine.peerCore}`;
  const words = (args: string) => `${cores} ${args}`.trim().split(' ');
  compileTwins(bench);
  const published = emitPublished(root);
  const asPublished = (path: string) => path.replace(root, published).replace(/\.ts$/, '.js');
  return {
    machine,
    smoke,
    rounds: (full = FULL_ROUNDS) => (smoke ? SMOKE_ROUNDS : full),
    milliseconds: (full) => (smoke ? Math.ceil(full * SMOKE_SHARE) : full),
    startC: (name, args = '', { pauses = false } = {}) =>
      Program.start({
        name: `C ${name} ${args}`.trim(),
        pauses,
        command: join(bench, '.build', name),
        args: words(args),
      }),
    startNode: (name, args = '', { as = name, flags = [], pauses = name === 'receive' } = {}) =>
      Program.start({
        name: as,
        pauses,
        command: process.execPath,
        args: [
          '--disable-warning=ExperimentalWarning',
          ...flags.map(asPublished),
          asPublished(join(bench, name.endsWith('.ts') ? name : `programs/${name}.ts`)),
          ...words(args),
        ],
      }),
    log: (text) => process.stdout.write(`${text}\n`),
  };
}

async function hiccups(context: BenchContext): Promise<Record<string, number>> {
  const program = await context.startC('hiccup');
  const sample = await program.go(`ms=${context.milliseconds(HICCUP_MS)}`);
  program.stop();
  return { ...percentiles(sample.latency ?? []) };
}

async function runFigure(figure: Figure, context: BenchContext): Promise<FigureResult> {
  const start = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - start) / 1e9;
  const head = { figure: figure.id, title: figure.title, unit: figure.unit };
  try {
    const findings = await figure.run(context);
    const holds = findings.criteria.length > 0 && findings.criteria.every((c) => c.holds);
    return { ...head, ...findings, holds, seconds: seconds() };
  } catch (error) {
    const empty = { criteria: [], tables: [], notes: [], raw: [], holds: false };
    return { ...head, ...empty, seconds: seconds(), error: (error as Error).message };
  } finally {
    await endAllPrograms();
  }
}

/** On a terminal: what runs now, on a line that the next one replaces. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function main(): Promise<number> {
  const wanted = options();
  if (wanted.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const only = wanted.only?.split(',').flatMap((name) => figureSets[name]?.map(({ id }) => id) ?? [name]);
  const unknown = only?.filter((id) => !figures.some((f) => f.id === id)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`no such figure: ${unknown.join(', ')}\n${USAGE}\n`);
    return 2;
  }
  const start = process.hrtime.bigint();
  const context = makeContext(wanted.smoke);
  const { machine } = context;
  context.log(
    `${machine.cpu} (${machine.virtual}), cores ${machine.cores.join(',')}, kernel ${machine.kernel}, Node ${machine.node}, ${machine.compiler}, commit ${machine.commit}`,
  );
  const before = await hiccups(context);
  const results: FigureResult[] = [];
  const chosen = figures.filter((figure) => only === undefined || only.includes(figure.id));
  for (const [done, figure] of chosen.entries()) {
    showProgress(`${done + 1} of ${chosen.length}: ${figure.id} …`);
    const result = await runFigure(figure, context);
    showProgress('');
    results.push(result);
    context.log(figureText(result));
  }
  const after = await hiccups(context);
  const all: BenchResults = {
    machine,
    smoke: wanted.smoke,
    seconds: Number(process.hrtime.bigint() - start) / 1e9,
    hiccups: { before, after },
    figures: results,
  };
  if (wanted.json !== undefined) {
    mkdirSync(dirname(wanted.json), { recursive: true });
    writeFileSync(wanted.json, JSON.stringify(all));
  }
  if (wanted['write-results']) {
    writeFileSync(join(bench, 'RESULTS.md'), resultsMarkdown(all));
    writeReadmeNumbers(join(root, 'README.md'), all);
  }
  const failed = results.filter((f) => f.error !== undefined);
  const missed = results.filter((f) => f.error === undefined && !f.holds);
  context.log(
    `${results.length - failed.length - missed.length} of ${results.length} figures hold; ${all.seconds.toFixed(0)} s` +
      (missed.length > 0 ? `; not reached: ${missed.map((f) => f.figure).join(', ')}` : '') +
      (failed.length > 0 ? `; did not run: ${failed.map((f) => f.figure).join(', ')}` : ''),
  );
  return failed.length > 0 ? 1 : 0;
}

process.on('exit', stopAllPrograms);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
process.exitCode = await main();
