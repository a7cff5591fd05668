import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import type { ConfigError } from '../config/load.ts';

/** Exit codes of the command line. */
export const ExitCode = {
  ok: 0,
  /** The command could not do what it was asked; the message says why and what to do. */
  failed: 1,
  /** The command line itself was wrong. */
  usage: 2,
  /** A fault of Warmline (`EX_SOFTWARE` of sysexits.h). */
  unexpected: 70,
} as const;

/** A failure whose cause and remedy lie with the user: shown as a message, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What to do about it. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** What is printed for a failure and how the process ends. */
export interface Failure {
  /** With its line end; empty where it has been printed already. */
  readonly text: string;
  readonly exitCode: number;
}

/** Failures of the operating system that have one meaning for a user. */
const SYSTEM_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process is using that port: stop it, or change the port in the config',
  EADDRNOTAVAIL: 'no interface of this host has that address: see `ip address`',
  EACCES: 'no permission: ports below 1024, devices and files of others need it',
  EMFILE: 'too many open files: raise `ulimit -n`',
  ENOSPC: 'the disk is full',
};

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`;
}

/** By name: the config's code is loaded by the commands that read one, not by every start. */
function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError';
}

/** Failures that say themselves what to do: of journal, kill file, and what a config names. By name, for the same reason. */
const WITH_REMEDY = ['JournalError', 'KillFileError', 'StartError'];

function hasRemedy(error: unknown): error is Error & { readonly remedy: string } {
  return error instanceof Error && WITH_REMEDY.includes(error.name);
}

/** Turns anything thrown into what a person is shown. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError)
    return { text: '', exitCode: error.exitCode === 0 ? ExitCode.ok : ExitCode.usage };
  if (isConfigError(error)) {
    const count = plural(error.problems.length, 'problem');
    const file = error.problems[0]?.file ?? 'the config';
    return { text: `${error.message}\nwarmline: ${count} in ${file}\n`, exitCode: ExitCode.failed };
  }
  if (error instanceof UserError || hasRemedy(error)) {
    const remedy = error.remedy === undefined ? '' : `  ${error.remedy}\n`;
    return { text: `warmline: ${error.message}\n${remedy}`, exitCode: ExitCode.failed };
  }
  const code = (error as NodeJS.ErrnoException | null)?.code ?? '';
  if (error instanceof Error && Object.hasOwn(SYSTEM_FAILURES, code))
    return { text: `warmline: ${error.message}\n  ${SYSTEM_FAILURES[code]}\n`, exitCode: ExitCode.failed };
  const stack = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  return {
    text: `warmline: this should not have happened; please report it with what follows\n${stack}\n`,
    exitCode: ExitCode.unexpected,
  };
}
