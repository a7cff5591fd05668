import { constants } from 'node:os';

/** A request from outside to stop. */
export interface StopRequest {
  /** Aborted by the first SIGINT or SIGTERM (its `reason` is the signal's name), or by {@link stop}. */
  readonly signal: AbortSignal;
  /** Ask for the same from inside, for example because `--for` has passed or `q` was pressed. */
  stop(reason: string): void;
  /** Takes the handlers off again. */
  dispose(): void;
}

/** A process that a signal ended has this plus its number as exit code, by the shells' convention. */
const SIGNAL_EXIT_BASE = 128;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an abort, so that a command ends cleanly; a second one ends the
 * process at once, for the case that the clean way hangs.
 * @param signals those that mean it; a router that has a config file reloads it on SIGHUP instead
 */
export function listenForStop(signals: readonly StopSignal[] = SIGNALS): StopRequest {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      controller.abort(name);
      return;
    }
    process.stderr.write(`warmline: ${name} again: ending at once\n`);
    process.exit(SIGNAL_EXIT_BASE + constants.signals[name]);
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: controller.signal,
    stop: (reason) => {
      if (!controller.signal.aborted) controller.abort(reason);
    },
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
