import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { decodeMoldRequest } from '../venues/nasdaq/moldudp64.ts';
import { copyOf } from './copy-bytes.ts';
import { DelayQueue } from './delay-queue.ts';
import { FaultPipeline } from './faults.ts';
import type { MoldPacketiser } from './packetiser.ts';
import { SimulatorError } from './simulator-error.ts';
import type { UnitStore } from './unit-store.ts';

export interface RetransmitStats {
  requests: number;
  /** Datagrams sent in answer. */
  answers: number;
  units: number;
  /** Not a request packet. */
  malformed: number;
  /** Another session's. */
  foreignSession: number;
  /** Units never published, or no longer kept. */
  unmet: number;
}

/** What the server answers from: it changes when a session is restarted. */
export interface RetransmitContent {
  readonly store: UnitStore;
  readonly packetiser: MoldPacketiser;
}

/** Distinguishes the server's faults from those of lines. */
const FAULT_STREAM = 100;
const NO_DELAY = 0;

/**
 * The venue's re-request server: MoldUDP64 request packets in, one ordinary packet out to the asker's address and port
 * with as many of the wanted messages as one datagram holds. Requests that cannot be met are dropped in silence, as the
 * protocol has it, and counted.
 */
export class RetransmitServer {
  readonly stats: RetransmitStats = { requests: 0, answers: 0, units: 0, malformed: 0, foreignSession: 0, unmet: 0 };
  readonly faults: FaultPipeline;
  readonly #content: () => RetransmitContent;
  readonly #now: () => number;
  readonly #socket: Socket;
  readonly #delayed = new Map<string, DelayQueue>();
  #timer: NodeJS.Timeout | undefined;
  readonly #session = new Int32Array(4);
  readonly #first = new Float64Array(1);
  #asker: RemoteInfo | undefined;

  constructor(seed: number, content: () => RetransmitContent, now: () => number) {
    this.#content = content;
    this.#now = now;
    this.faults = new FaultPipeline(seed, FAULT_STREAM, this.#schedule);
    this.#socket = createSocket('udp4');
    this.#socket.on('message', this.#answer);
  }

  /** Opens the socket; port 0 lets the kernel choose. @returns the port */
  listen(address: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', (error) => {
        reject(new SimulatorError(`retransmit server cannot listen on ${address}:${port}: ${error.message}`));
      });
      this.#socket.bind({ address, port }, () => {
        this.#socket.removeAllListeners('error');
        // An asker that has gone (ECONNREFUSED) is not the server's trouble.
        this.#socket.on('error', () => {});
        resolve(this.#socket.address().port);
      });
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#delayed.clear();
    this.#socket.close();
  }

  readonly #answer = (request: Buffer, asker: RemoteInfo): void => {
    this.stats.requests++;
    const view = new DataView(request.buffer, request.byteOffset, request.length);
    const count = decodeMoldRequest(view, 0, request.length, this.#session, this.#first);
    if (count < 1) {
      this.stats.malformed++;
      return;
    }
    const { store, packetiser } = this.#content();
    const ours = packetiser.session;
    if (ours.some((word, i) => word !== this.#session[i])) {
      this.stats.foreignSession++;
      return;
    }
    const length = packetiser.packUnits(store, this.#first[0], count);
    if (length === 0) {
      this.stats.unmet++;
      return;
    }
    this.stats.units += packetiser.packed;
    this.#asker = asker;
    this.faults.process(packetiser.bytes, 0, length, this.#now());
  };

  readonly #schedule = (bytes: Uint8Array, offset: number, length: number, delayNs: number): void => {
    const asker = this.#asker!;
    if (delayNs === NO_DELAY) {
      this.#send(copyOf(bytes, offset, length), asker.address, asker.port);
      return;
    }
    const key = `${asker.address}:${asker.port}`;
    let queue = this.#delayed.get(key);
    if (queue === undefined) {
      queue = new DelayQueue();
      this.#delayed.set(key, queue);
    }
    queue.add(bytes, offset, length, this.#now() + delayNs);
    this.#arm();
  };

  #arm(): void {
    clearTimeout(this.#timer);
    let dueNs = Number.POSITIVE_INFINITY;
    for (const queue of this.#delayed.values()) dueNs = Math.min(dueNs, queue.nextDueNs);
    if (dueNs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(this.#sendDue, Math.max(0, Math.ceil((dueNs - this.#now()) / 1e6)));
  }

  readonly #sendDue = (): void => {
    const nowNs = this.#now();
    for (const [key, queue] of this.#delayed) {
      const [address, port] = key.split(':');
      while (queue.nextDueNs <= nowNs) {
        queue.shift((bytes, length) => this.#send(copyOf(bytes, 0, length), address, Number(port)));
      }
      if (queue.length === 0) this.#delayed.delete(key);
    }
    this.#arm();
  };

  #send(packet: Uint8Array, address: string, port: number): void {
    this.stats.answers++;
    this.#socket.send(packet, port, address, () => {});
  }
}
