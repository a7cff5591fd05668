import { Worker } from 'node:worker_threads';
import { createFenceMemory, FenceControl } from '../../order/fence.ts';
import { type KillPlaces, prepareKillFile } from '../kill-file.ts';
import { KillWatchdog } from '../kill-watchdog.ts';
import { createSocketTableMemory, SocketTable } from '../socket-table.ts';

/** What the gateway's thread is given. */
export interface KillableOptions {
  readonly port: number;
  readonly places: KillPlaces;
  readonly fence: SharedArrayBuffer;
  readonly sockets: SharedArrayBuffer;
  /** Never woken. */
  readonly hang: SharedArrayBuffer;
}

/**
 * A process with what a kill needs of a router: `node killable-gateway.ts KILLFILE PORT CONFIRM_MS`. Its gateway's thread
 * talks to a venue on that port, letter by letter; the main thread has the watchdog.
 */
const [path, port, confirmWithinMs] = process.argv.slice(2);
const places = prepareKillFile(path, { accounts: ['main'], strategies: ['mm'] });
const fence = createFenceMemory();
new FenceControl(new Int32Array(fence)).grant(1);
const sockets = createSocketTableMemory(1);
const options: KillableOptions = { port: Number(port), places, fence, sockets, hang: new SharedArrayBuffer(4) };
const worker = new Worker(new URL('./killable-thread.ts', import.meta.url), { workerData: options });
const table = new SocketTable(sockets);
new KillWatchdog({
  path,
  confirmWithinMs: Number(confirmWithinMs),
  listener: {
    unconfirmed: () => {
      // Portable sockets can't be named: they go with their thread.
      const aborted = table.abortAll();
      process.stdout.write(`unconfirmed, ${aborted} aborted\n`);
      if (aborted === 0) void worker.terminate();
    },
    unreadable: (why) => process.stdout.write(`unreadable: ${why}\n`),
  },
});
// A thread that is gone does not end the process: the test does.
setInterval(() => {}, 1000);
