import { type Command, InvalidArgumentError } from 'commander';
import { integer } from './duration.ts';
import { ExitCode } from './errors.ts';
import type { JournalChoice, ReadJournal } from './journal-read.ts';

interface DayOptions extends JournalChoice {
  readonly json?: boolean;
}

interface TimelineOptions extends JournalChoice {
  readonly order?: number;
  readonly session?: number;
  readonly since?: string;
  readonly until?: string;
}

const DAY = /^\d{8}$/;

/** Adds `warmline journal dump|verify|timeline FILE|DIRECTORY`. */
export function registerJournal(program: Command): void {
  const journal = program
    .command('journal')
    .description('what happened: every order, session and switch, with evidence');
  addDump(journal);
  addVerify(journal);
  addTimeline(journal);
}

function withDay(command: Command): Command {
  return command
    .argument('<path>', 'a journal file, or a journal’s directory: a day’s files and what only the ring holds')
    .option('--day <yyyymmdd>', 'of a directory: which trading day (default: the last)', day)
    .option('--venue <name>', 'of a directory: whose journal, if it holds several');
}

function addDump(journal: Command): void {
  withDay(journal.command('dump'))
    .description('print every record with every field')
    .option('--json', 'one JSON object per line')
    .action(async (path: string, options: DayOptions) => {
      const { DumpSink } = await import('./journal-dump.ts');
      const { LineOutput } = await import('./line-output.ts');
      const { readJournal } = await import('./journal-read.ts');
      const output = new LineOutput();
      await printing(output, () => readJournal(path, options, new DumpSink(output, options.json === true)));
    });
}

function addVerify(journal: Command): void {
  withDay(journal.command('verify'))
    .description('check checksums, positions, order in time and the seal')
    .addHelpText('after', '\nExit code 0: intact (a torn end, which recovery cuts, is said). 1: damaged.')
    .action(async (path: string, options: DayOptions) => {
      const { VerifySink } = await import('./journal-verify.ts');
      const { readJournal } = await import('./journal-read.ts');
      const { withProgress } = await import('./journal-progress.ts');
      const sink = new VerifySink();
      const read = withProgress(sink, (watched) => readJournal(path, options, watched));
      process.stdout.write(`${sink.report(read).join('\n')}\n`);
      process.exitCode = sink.faults.length === 0 ? ExitCode.ok : ExitCode.failed;
    });
}

function addTimeline(journal: Command): void {
  withDay(journal.command('timeline'))
    .description('tell what happened, in order and in words')
    .option('--order <number>', 'only this order, and what befell its port meanwhile', integer(1))
    .option('--session <number>', 'only this session, and the orders that it carried', integer(0))
    .option('--since <time>', 'from this time on: 14:30:05.5 on the trading day, or 2026-11-21T14:30:05, UTC', time)
    .option('--until <time>', '… and up to this one', time)
    .action(async (path: string, options: TimelineOptions) => {
      const { TimelineSink } = await import('./journal-timeline.ts');
      const { LineOutput } = await import('./line-output.ts');
      const { readJournal } = await import('./journal-read.ts');
      const output = new LineOutput();
      await printing(output, () => readJournal(path, options, new TimelineSink(output, options)));
    });
}

/** Prints what was read although the rest is damaged, and ends in silence where the reader has gone (`… | head`). */
async function printing(output: { flush(): void }, read: () => ReadJournal): Promise<void> {
  try {
    try {
      const { torn } = read();
      output.flush();
      if (torn !== undefined) process.stderr.write(`torn end: ${torn}\n`);
    } finally {
      output.flush();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

function day(text: string): number {
  if (!DAY.test(text)) throw new InvalidArgumentError('Write yyyymmdd, for example 20261121.');
  return Number(text);
}

const TIME = /^(?:\d{4}-\d{2}-\d{2}[T ])?\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?Z?$/;

/** Kept as text: what day it means, the journal says. */
function time(text: string): string {
  if (!TIME.test(text)) throw new InvalidArgumentError('Write HH:MM:SS.fraction, or with YYYY-MM-DDT before it; UTC.');
  return text;
}
