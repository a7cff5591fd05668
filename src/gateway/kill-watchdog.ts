import { killedTargets } from './kill-bytes.ts';
import { lookAt } from './kill-command.ts';

/** What the watchdog does when it must. */
export interface KillWatchdogListener {
  /**
   * The gateway has not confirmed a kill in time: close its sockets, whatever else it is doing. Called once per command.
   * @param forMs how long it had
   */
  unconfirmed(command: number, forMs: number): void;
  /** The file can't be read; the sockets stay as they are, for what it says is not known. Once until it can be again. */
  unreadable(why: string): void;
}

export interface KillWatchdogOptions {
  readonly path: string;
  /** How long the gateway has for confirming a kill. */
  readonly confirmWithinMs: number;
  readonly listener: KillWatchdogListener;
}

/** How often the file is looked at. A look costs some 20 µs of the main thread. */
const LOOK_MS = 10;

/**
 * Sees to it that a kill is carried out, from the main thread: reads the file by its path, as the command line wrote it,
 * and where somebody is killed and the gateway has not said within its time that it knows, has the sockets closed. It
 * shares nothing with the gateway's thread, which may hang, spin or wait in the kernel.
 */
export class KillWatchdog {
  private readonly options: KillWatchdogOptions;
  private readonly timer: NodeJS.Timeout;
  /** The command that is waited for, since when, and the last one that was acted on. */
  private awaited = 0;
  private sinceMs = 0;
  private handled = 0;
  private isReadable = true;

  constructor(options: KillWatchdogOptions) {
    this.options = options;
    this.timer = setInterval(() => this.look(performance.now()), LOOK_MS);
    this.timer.unref();
  }

  /** One look. Called by the watchdog's own timer. */
  look(nowMs: number): void {
    const { path, confirmWithinMs, listener } = this.options;
    let seen: ReturnType<typeof lookAt>;
    try {
      seen = lookAt(path);
      this.isReadable = true;
    } catch (error) {
      if (this.isReadable) listener.unreadable((error as Error).message);
      this.isReadable = false;
      return;
    }
    const { bytes, command, isConfirmed } = seen;
    if (isConfirmed || command === this.handled) {
      this.awaited = 0;
      return;
    }
    if (command !== this.awaited) {
      this.awaited = command;
      this.sinceMs = nowMs;
    }
    const forMs = nowMs - this.sinceMs;
    if (forMs < confirmWithinMs || killedTargets(bytes).length === 0) return;
    this.handled = command;
    listener.unconfirmed(command, forMs);
  }

  close(): void {
    clearInterval(this.timer);
  }
}
