import { createHash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Frame, FrameId, PacketKind } from '../../feed/framer.ts';
import { MoldUdp64Framer, moldSessionName } from '../../venues/nasdaq/moldudp64.ts';

/** Reads one line the way a feed reader would: the units it has seen, by session and number. */
export class LineReader {
  readonly socket: Socket = createSocket('udp4');
  readonly sessions = new Map<string, Map<number, Buffer>>();
  endOfSession = 0;
  heartbeats = 0;
  malformed = 0;
  packets = 0;
  readonly #frame = new Frame();
  #wake: (() => void)[] = [];

  async open(): Promise<number> {
    this.socket.on('message', (packet) => this.#read(packet));
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    this.socket.setRecvBufferSize(4 * 1024 * 1024);
    return this.socket.address().port;
  }

  units(session: string): Map<number, Buffer> {
    return this.sessions.get(session) ?? new Map();
  }

  /** Resolves when `condition` holds; it is asked after each packet. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #read(packet: Buffer): void {
    const frame = this.#frame;
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    const kind = new MoldUdp64Framer().frame(packet, view, 0, packet.length, frame);
    this.packets++;
    if (kind === PacketKind.malformed) this.malformed++;
    else {
      const session = moldSessionName(frame.session).trim();
      if (kind === PacketKind.endOfSession) this.endOfSession++;
      if (kind === PacketKind.heartbeat) this.heartbeats++;
      let units = this.sessions.get(session);
      if (units === undefined) {
        units = new Map();
        this.sessions.set(session, units);
      }
      for (let i = 0; i < frame.count; i++) {
        const at = frame.unitOffset[i];
        units.set(frame.ids[FrameId.first] + i, Buffer.from(packet.subarray(at, at + frame.unitLength[i])));
      }
    }
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Of units in order of their numbers, as the simulator's truth has it. */
export function hashOf(units: Map<number, Buffer>): string {
  const hash = createHash('sha256');
  const length = Buffer.alloc(4);
  for (const [, unit] of [...units].sort(([a], [b]) => a - b)) {
    length.writeUInt32BE(unit.length);
    hash.update(length).update(unit);
  }
  return hash.digest('hex');
}
