import { Command } from 'commander';
import { registerCheck } from './check.ts';
import { registerCtl } from './ctl.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { describeFailure, ExitCode } from './errors.ts';
import { registerInit } from './init.ts';
import { registerJournal } from './journal.ts';
import { registerReplay } from './replay.ts';
import { registerRun } from './run.ts';
import { registerSim } from './sim.ts';
import { registerTop } from './top.ts';
import { packageVersion } from './version.ts';

/**
 * The command line. Each command stands in a file of its own that adds itself to the program; what a command needs is
 * loaded when it runs, so that `--help` and `check` are quick.
 */

/** The program with all its commands. */
export function createProgram(): Command {
  const program = new Command('warmline')
    .description('Redundant market-data lines in, one gap-free stream out.')
    .version(packageVersion(), '-V, --version')
    .showHelpAfterError('(see warmline --help)')
    .exitOverride();
  registerRun(program);
  registerReplay(program);
  registerSim(program);
  registerInit(program);
  registerCheck(program);
  registerDemo(program);
  registerDoctor(program);
  registerJournal(program);
  registerTop(program);
  registerCtl(program);
  return program;
}

function fail(error: unknown): never {
  const { text, exitCode } = describeFailure(error);
  process.stderr.write(text);
  process.exit(exitCode);
}

/** Runs a command line. @param argv as in `process.argv` */
export async function main(argv: readonly string[]): Promise<void> {
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  // `warmline … | head`: the reader has gone, there is nobody left to write to.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.ok);
    fail(error);
  });
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    const { text, exitCode } = describeFailure(error);
    process.stderr.write(text);
    process.exitCode = exitCode;
  }
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) await main(process.argv);
