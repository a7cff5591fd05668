import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { nowNs, readClock } from './hot-thread.ts';
import { serve } from './serve.ts';

/** How often the product's server looks for changes at most (`api.every`). */
export const EVERY_MS = 10;
/** Bytes that may wait for a client; then it is skipped (`api.limits.backlog`). */
export const BACKLOG_BYTES = 1 << 20;
const NS_PER_US = 1000;

/** A server under measurement. */
export interface FanoutServer {
  readonly port: number;
  /** Brings every client up to date. Also called by the server's own timer, every {@link EVERY_MS}. */
  tick(): void;
  /** Bytes that have not been handed to the kernel yet. */
  buffered(): number;
}

/** What both servers' programs do with the driver's lines: `go deltas=K flat=0|1`. */
export class FanoutDrive {
  private left = 0;
  private readonly change: () => void;
  private ended: (() => void) | undefined;

  /** @param change makes the next change of the book */
  constructor(change: () => void) {
    this.change = change;
  }

  /** Right before the server looks for changes. */
  beforeTick(): void {
    if (this.left === 0) return;
    this.change();
    if (--this.left === 0) this.ended?.();
  }

  serve(server: FanoutServer): void {
    serve({ port: server.port }, async (words) => {
      const deltas = words.number('deltas', 100);
      const isFlat = words.number('flat', 0) === 1;
      const cpu = process.cpuUsage();
      readClock();
      const start = nowNs[0]!;
      this.left = deltas;
      if (isFlat) {
        while (this.left > 0) {
          server.tick();
          await turnOfTheLoop();
        }
      } else {
        await new Promise<void>((resolve) => {
          this.ended = resolve;
        });
        await turnOfTheLoop(); // the tick that it was told of is still at work
      }
      while (server.buffered() > 0) await turnOfTheLoop();
      readClock();
      const { user, system } = process.cpuUsage(cpu);
      return { ops: deltas, ns: nowNs[0]! - start, cpuNs: (user + system) * NS_PER_US };
    });
  }
}
