import type { Socket } from 'node:net';
import { copyOf } from '../copy-bytes.ts';
import { ConnectionEnd, type HostConnection } from './host-connection.ts';
import type { VenueHost } from './venue-host.ts';

interface Line {
  readonly socket: Socket;
  readonly connection: HostConnection;
}

/** Moves bytes between sockets and the connections of a host. */
export class HostSockets {
  readonly #host: VenueHost;
  readonly #now: () => number;
  readonly #onInput: () => void;
  readonly #lines = new Set<Line>();

  /** @param onInput called after bytes or an end have come in: others may have news then */
  constructor(host: VenueHost, now: () => number, onInput: () => void) {
    this.#host = host;
    this.#now = now;
    this.#onInput = onInput;
  }

  /** A client has connected. */
  readonly accept = (socket: Socket): void => {
    // An error is followed by close, which says all that is needed.
    socket.on('error', () => {});
    const connection = this.#host.connect(this.#now());
    if (connection === undefined) {
      socket.resetAndDestroy();
      return;
    }
    const line = { socket, connection };
    this.#lines.add(line);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      connection.onBytes(bytes, 0, bytes.length, this.#now());
      this.#onInput();
    });
    socket.on('drain', () => this.#move(line));
    socket.on('close', () => {
      this.#lines.delete(line);
      connection.onClosed(this.#now());
      this.#onInput();
    });
    this.#move(line);
  };

  /** Writes what the connections have to say, and ends those that are over. */
  move(): void {
    for (const line of this.#lines) this.#move(line);
  }

  /** Ends every connection at once. */
  close(): void {
    for (const { socket } of this.#lines) socket.destroy();
  }

  #move({ socket, connection }: Line): void {
    if (socket.destroyed) return;
    if (connection.reading === socket.isPaused()) {
      if (connection.reading) socket.resume();
      else socket.pause();
    }
    if (this.#host.frozen) return;
    if (connection.end === ConnectionEnd.reset) {
      socket.resetAndDestroy();
      return;
    }
    while (connection.outputLength > 0 && !socket.writableNeedDrain) {
      const count = connection.outputLength;
      socket.write(copyOf(connection.output, 0, count));
      connection.consumed(count);
    }
    if (connection.end === ConnectionEnd.close && connection.outputLength === 0) socket.destroySoon();
  }
}
