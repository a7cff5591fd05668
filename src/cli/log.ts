import pino, { type DestinationStream, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogConfig } from '../config/schema.ts';

/**
 * Logs of the main thread: JSON lines when they are piped, readable lines on a terminal. Hot threads don't log; they
 * write counters and events, and the main thread says them here.
 */

/** Keys whose values never reach a log, at the top of a record and one or two levels down. */
const SECRETS = ['password', 'passphrase', 'secret', 'token', 'authorization', 'credentials'];
const REDACTED_PATHS = SECRETS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

export interface LogOptions extends Partial<LogConfig> {
  /** Where lines go, each with its line end. Default: stderr, so that stdout stays the command's own. */
  readonly write?: (text: string) => void;
  /** Whether `pretty: auto` means pretty. Default: stderr is a terminal. */
  readonly isTerminal?: boolean;
  readonly colour?: boolean;
}

/** Makes the root logger of a command. Writing is synchronous: what was said before a crash has been said. */
export function createLog(options: LogOptions = {}): Logger {
  const { level = 'info', pretty = 'auto', isTerminal = process.stderr.isTTY === true } = options;
  const write = options.write ?? ((text: string) => void process.stderr.write(text));
  const readable = pretty === 'auto' ? isTerminal : pretty;
  let destination: DestinationStream = { write };
  if (readable) {
    const colorize = options.colour ?? (isTerminal && !process.env.NO_COLOR);
    const prettify = prettyFactory({
      colorize,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss.l',
      singleLine: true,
    });
    destination = { write: (line) => write(prettify(line)) };
  }
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    },
    destination,
  );
}

/** The log of one feed: every record carries its name. */
export function feedLog(log: Logger, feed: string): Logger {
  return log.child({ feed });
}

/** The log of one line of a feed. */
export function lineLog(log: Logger, feed: string, line: string): Logger {
  return log.child({ feed, line });
}

type Level = 'debug' | 'info' | 'warn' | 'error';

interface Cause {
  level: Level;
  fields: object;
  message: string;
  /** Records that were not written since the last one that was. */
  held: number;
  writtenAtMs: number;
}

/** Writes the first record of a cause at once, then one per interval; `repeated` says how many more there were. */
export interface LimitedLog {
  /**
   * @param cause what makes two records the same, for example `kernelDrop:A`; from a small fixed set, never from input
   * @param fields of the records that one stands for, the latest ones are written
   */
  (cause: string, level: Level, fields: object, message: string): void;
  /** Writes what is held back: call it once per interval, and before the end. */
  flush(): void;
}

/** Most causes remembered: callers use a fixed set, this bounds the memory of one that does not. */
const MAX_CAUSES = 1000;

/**
 * Rate limit per cause, so that a line that fails a million times a second fills no disk.
 * @param now milliseconds, for tests
 */
export function rateLimited(log: Logger, intervalMs = 1000, now: () => number = Date.now): LimitedLog {
  const causes = new Map<string, Cause>();
  const write = (cause: Cause, more: number) => {
    log[cause.level](more > 0 ? { ...cause.fields, repeated: more } : cause.fields, cause.message);
    cause.held = 0;
    cause.writtenAtMs = now();
  };
  const flush = () => {
    // One of the held back records is written; it stands for the others.
    for (const cause of causes.values()) if (cause.held > 0) write(cause, cause.held - 1);
  };
  const limited = (name: string, level: Level, fields: object, message: string) => {
    if (causes.size >= MAX_CAUSES && !causes.has(name)) {
      flush();
      causes.clear();
    }
    const cause = causes.get(name) ?? { level, fields, message, held: 0, writtenAtMs: Number.NEGATIVE_INFINITY };
    causes.set(name, cause);
    Object.assign(cause, { level, fields, message });
    if (now() - cause.writtenAtMs >= intervalMs) write(cause, cause.held);
    else cause.held++;
  };
  return Object.assign(limited, { flush });
}
