import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AddOrder } from '../../venues/nasdaq/itch5-orders.ts';
import { appendBlock, Mold, moldSessionWords, writeMoldHeader } from '../../venues/nasdaq/moldudp64.ts';

/** A port of 127.0.0.1 that nobody uses now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** ITCH unit number `id`: an Add Order whose reference is that number, for instrument 1 + id % 4. */
export function unit(id: number): Uint8Array {
  const bytes = new Uint8Array(AddOrder.bytes);
  const order = new AddOrder();
  order.begin(new DataView(bytes.buffer), 0);
  order.locate = 1 + (id % 4);
  order.orderRef = id;
  order.side = id % 2 === 0 ? 66 : 83; // B or S
  order.shares = 100;
  order.stock = `SYM${id % 4}`;
  order.price4 = id % 2 === 0 ? 1_000_000 - (id % 50) * 100 : 1_010_000 + (id % 50) * 100;
  return bytes;
}

/** A venue by hand for tests: sends exactly the packets that a test asks for, over real sockets on 127.0.0.1. */
export class MoldVenue {
  private readonly socket: Socket = createSocket('udp4');
  private readonly session: Int32Array;
  private readonly packet = new Uint8Array(65_507);
  private readonly view = new DataView(this.packet.buffer);

  constructor(session = '000000001A') {
    this.session = moldSessionWords(session);
  }

  /** One packet with units `first`…`first + count - 1`. */
  send(port: number, first: number, count: number): Promise<void> {
    let at = writeMoldHeader(this.view, 0, this.session, new Float64Array([first]), count);
    for (let id = first; id < first + count; id++) {
      const bytes = unit(id);
      at = appendBlock(this.packet, at, bytes, 0, bytes.length);
    }
    return this.sendBytes(port, this.packet.subarray(0, at));
  }

  heartbeat(port: number, next: number): Promise<void> {
    writeMoldHeader(this.view, 0, this.session, new Float64Array([next]), Mold.heartbeatCount);
    return this.sendBytes(port, this.packet.subarray(0, Mold.headerBytes));
  }

  endOfSession(port: number, next: number): Promise<void> {
    writeMoldHeader(this.view, 0, this.session, new Float64Array([next]), Mold.endOfSessionCount);
    return this.sendBytes(port, this.packet.subarray(0, Mold.headerBytes));
  }

  sendBytes(port: number, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(Uint8Array.from(bytes), port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.socket.close();
  }
}
