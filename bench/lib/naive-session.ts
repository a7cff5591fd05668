import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const LOGIN_BYTES = 49;
const LOGIN_PAYLOAD_BYTES = 46;
const HEADER_BYTES = 3;
const CANCELED = 0x43;
const LOGIN_ACCEPTED = 0x41;

/** A SoupBinTCP session as an application programmer writes it: a `net` socket, a Buffer concatenated with what comes. */
export class NaiveSession {
  /** Orders of which the venue has said that they ended. */
  cancelled = 0;
  private readonly socket: Socket;
  private pending: Buffer = Buffer.alloc(0);
  private nextRef = 1;
  private accepted: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.onData(bytes));
  }

  static async logOn(port: number, user: string): Promise<NaiveSession> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const session = new NaiveSession(socket);
    const login = Buffer.alloc(LOGIN_BYTES, ' ');
    login.writeUInt16BE(LOGIN_PAYLOAD_BYTES + 1, 0);
    login.write('L', 2, 'latin1');
    login.write(user, HEADER_BYTES, 'latin1');
    login.write('1', LOGIN_BYTES - 1, 'latin1');
    const accepted = new Promise<void>((resolve) => {
      session.accepted = resolve;
    });
    socket.write(login);
    await accepted;
    return session;
  }

  takeRef(): number {
    return this.nextRef++;
  }

  write(packet: Buffer): void {
    this.socket.write(packet);
  }

  private onData(bytes: Buffer): void {
    this.pending = Buffer.concat([this.pending, bytes]);
    while (this.pending.length > 2 && this.pending.length >= 2 + this.pending.readUInt16BE(0)) {
      const length = 2 + this.pending.readUInt16BE(0);
      const packet = this.pending.subarray(0, length);
      this.pending = this.pending.subarray(length);
      if (packet[2] === LOGIN_ACCEPTED) this.accepted?.();
      else if (packet[HEADER_BYTES] === CANCELED) this.cancelled++;
    }
  }
}
