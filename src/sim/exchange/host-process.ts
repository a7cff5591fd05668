import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseFaultSpec } from '../fault-spec.ts';
import { SimulatorError } from '../simulator-error.ts';
import type { HostListener } from './host-server.ts';
import { HostSockets } from './host-sockets.ts';
import type { RelayOptions, RelayReport } from './relay-process.ts';
import type { Endpoint } from './venue-config.ts';
import type { VenueHost } from './venue-host.ts';

const LOOPBACK = '127.0.0.1';
const RELAY = fileURLToPath(
  new URL(`./relay-process${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
);
/** Number of a fault that nobody asked for: the process ended by other hands. */
const FOUND_DEAD = 0;

/**
 * A host whose clients are connected to a process of its own, as gateways in front of a matching engine are. The fault
 * `kill` is a SIGKILL: the kernel ends the connections, and what the process had not yet handed on is lost. `freeze` is a
 * SIGSTOP: the kernel goes on acknowledging. The process only hands bytes on; it can be killed by anybody.
 */
export class HostProcess implements HostListener {
  readonly host: VenueHost;
  readonly #endpoint: Endpoint;
  readonly #sockets: HostSockets;
  readonly #backhaul: Server;
  readonly #now: () => number;
  #child: ChildProcess | undefined;
  #stopped = false;
  #opened = false;
  #port: number;
  #closed = false;

  /** @param endpoint port 0 lets the kernel choose */
  constructor(host: VenueHost, endpoint: Endpoint, now: () => number, onInput: () => void) {
    this.host = host;
    this.#endpoint = endpoint;
    this.#port = endpoint.port;
    this.#now = now;
    this.#sockets = new HostSockets(host, now, onInput);
    this.#backhaul = createServer(this.#sockets.accept);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async open(): Promise<number> {
    this.#backhaul.listen({ host: LOOPBACK, port: 0 });
    await once(this.#backhaul, 'listening');
    const child = this.#spawn();
    const report = await new Promise<RelayReport>((resolve) => {
      child.once('message', (message) => resolve(message as RelayReport));
      child.once('exit', (code, signal) => resolve({ error: `its process ended: ${signal ?? code}` }));
    });
    if (report.port === undefined) {
      const { address, port } = this.#endpoint;
      throw new SimulatorError(`host ${this.host.name} can't listen on ${address}:${port}: ${report.error}`);
    }
    this.#port = report.port;
    this.#opened = true;
    return this.#port;
  }

  move(): void {
    // hosts open one after another: a client of the first moves them all
    if (!this.#opened) return;
    const child = this.#child;
    if (!this.host.listening) child?.kill('SIGKILL');
    else if (child === undefined) this.#spawn();
    else if (this.host.frozen !== this.#stopped) {
      this.#stopped = this.host.frozen;
      child.kill(this.#stopped ? 'SIGSTOP' : 'SIGCONT');
    }
    this.#sockets.move();
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
    this.#backhaul.close();
    this.#sockets.close();
  }

  #spawn(): ChildProcess {
    const backhaul = (this.#backhaul.address() as { port: number }).port;
    const options: RelayOptions = { address: this.#endpoint.address, port: this.#port, backhaul };
    const child = fork(RELAY, [JSON.stringify(options)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#stopped = false;
    child.once('exit', () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      // Killed by other hands: it stays dead until somebody clears that.
      if (!this.#closed && this.host.listening) {
        this.host.faults.add(parseFaultSpec(`orders/${this.host.name}:kill`), this.#now(), FOUND_DEAD);
      }
    });
    return child;
  }
}
