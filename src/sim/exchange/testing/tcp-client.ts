import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { login, packet, SoupEar } from './soup-by-hand.ts';

/** A client over TCP whose words are those of {@link SoupEar}; what it waits for are events, never time. */
export class TcpClient {
  readonly socket: Socket;
  readonly ear: SoupEar;
  /** How the connection ended: `closed`, or the code of the error. */
  ended: string | undefined = undefined;
  readonly #waiting = new Set<() => void>();
  #next = 0;

  private constructor(socket: Socket, protocol: 'ouch50' | 'ouch42') {
    this.socket = socket;
    this.ear = new SoupEar(protocol);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.ear.hear(bytes);
      this.#wake();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.ended = error.code;
    });
    socket.on('close', () => {
      this.ended ??= 'closed';
      this.#wake();
    });
  }

  /** @throws with the code of the error where nobody listens */
  static async connect(port: number, protocol: 'ouch50' | 'ouch42' = 'ouch50'): Promise<TcpClient> {
    const socket = createConnection({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new TcpClient(socket, protocol);
  }

  send(bytes: Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  login(username: string, session = '', sequence = 1): this {
    return this.send(login(username, 'secret', session, sequence));
  }

  order(message: Uint8Array): this {
    return this.send(packet('U', message));
  }

  /** The next line that matches, those before it skipped. */
  async hear(pattern: RegExp): Promise<string> {
    const line = await this.#until(() => {
      while (this.#next < this.ear.heard.length) {
        const heard = this.ear.heard[this.#next++];
        if (pattern.test(heard)) return heard;
      }
      return undefined;
    });
    if (line === undefined) throw new Error(`${this.ended} before ${pattern}: ${this.ear.heard.join(' | ')}`);
    return line;
  }

  /** How it ended. */
  async end(): Promise<string> {
    await this.#until(() => undefined);
    return this.ended!;
  }

  async heartbeats(count: number): Promise<void> {
    const before = this.ear.heartbeats;
    await this.#until(() => (this.ear.heartbeats - before >= count ? true : undefined));
  }

  /** What `look` finds, looked for again with everything that is heard; undefined once the connection has ended. */
  async #until<T>(look: () => T | undefined): Promise<T | undefined> {
    for (;;) {
      const found = look();
      if (found !== undefined || this.ended !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
