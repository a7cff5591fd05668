import { createServer, type Server } from 'node:net';
import { SimulatorError } from '../simulator-error.ts';
import { HostSockets } from './host-sockets.ts';
import type { Endpoint } from './venue-config.ts';
import type { VenueHost } from './venue-host.ts';

/** What listens for a host's clients: a server in this process, or a process of its own. */
export interface HostListener {
  readonly host: VenueHost;
  /** Begins to listen. @returns the port */
  open(): Promise<number>;
  /** Follows the host, once it is open: what it has to say is sent; it stops to listen while it is killed. */
  move(): void;
  /** Process that clients are connected to. */
  readonly pid: number;
  close(): void;
}

/** A host's clients, connected to this very process. */
export class HostServer implements HostListener {
  readonly host: VenueHost;
  readonly pid = process.pid;
  readonly #endpoint: Endpoint;
  readonly #sockets: HostSockets;
  #server: Server | undefined;
  #opened = false;
  /** The port that was opened: the same one is taken again after a kill. */
  #port: number;

  /** @param endpoint port 0 lets the kernel choose */
  constructor(host: VenueHost, endpoint: Endpoint, now: () => number, onInput: () => void) {
    this.host = host;
    this.#endpoint = endpoint;
    this.#port = endpoint.port;
    this.#sockets = new HostSockets(host, now, onInput);
  }

  async open(): Promise<number> {
    const { address } = this.#endpoint;
    const server = createServer(this.#sockets.accept);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(new SimulatorError(`host ${this.host.name} can't listen on ${address}:${this.#port}: ${error.message}`));
      });
      server.listen({ host: address, port: this.#port }, resolve);
    });
    this.#port = (server.address() as { port: number }).port;
    this.#opened = true;
    return this.#port;
  }

  move(): void {
    // hosts open one after another: a client of the first moves them all
    if (!this.#opened) return;
    this.#sockets.move();
    const server = this.#server;
    if (!this.host.listening && server !== undefined) {
      server.close();
      this.#server = undefined;
    } else if (this.host.listening && server === undefined) this.#reopen();
  }

  close(): void {
    this.#server?.close();
    this.#sockets.close();
  }

  /** The port may still be in use for a moment: it is tried again with the next turn. */
  #reopen(): void {
    const server = createServer(this.#sockets.accept);
    this.#server = server;
    server.once('error', () => {
      if (this.#server === server) this.#server = undefined;
    });
    server.listen({ host: this.#endpoint.address, port: this.#port });
  }
}
