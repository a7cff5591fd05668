/**
 * The naive twin of `tick-to-trade`, as an application programmer writes it: two `dgram` sockets, a `net` socket, Buffers.
 * Like the bare C twin it checks nothing and keeps nothing.
 *
 * Command line: core=… venue=P1,P2
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { pinThisThread } from '../lib/hot-thread.ts';
import { NaiveSession } from '../lib/naive-session.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { venuePorts, venueUser } from '../lib/venue-login.ts';
import { END_OF_SAMPLE, Mark, MessageType, Wire } from '../lib/wire.ts';

const RECEIVE_BUFFER_BYTES = 4 << 20;

interface Tick {
  readonly symbol: string;
  readonly side: string;
  readonly shares: number;
  readonly price: number;
}

const PACKET_BYTES = 50;
const MESSAGE_AT = 3;

function encode(ref: number, tick: Tick): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES);
  packet.writeUInt16BE(PACKET_BYTES - 2, 0);
  packet.write('UO', 2, 'latin1');
  packet.writeUInt32BE(ref, MESSAGE_AT + 1);
  packet.write(tick.side === 'S' ? 'B' : 'T', MESSAGE_AT + 5, 'latin1');
  packet.writeUInt32BE(tick.shares, MESSAGE_AT + 6);
  packet.write(tick.symbol.padEnd(8), MESSAGE_AT + 10, 'latin1');
  packet.writeBigUInt64BE(BigInt(Math.round(tick.price * 10_000)), MESSAGE_AT + 18);
  packet.write('3YPNN', MESSAGE_AT + 26, 'latin1');
  packet.write(''.padEnd(14), MESSAGE_AT + 31, 'latin1');
  return packet;
}

class Trader {
  entered = 0;
  ended: (() => void) | undefined;
  private next = 0n;
  private readonly session: NaiveSession;

  constructor(session: NaiveSession) {
    this.session = session;
  }

  onPacket(packet: Buffer): void {
    let number = packet.readBigUInt64BE(Wire.sequenceOffset);
    const count = packet.readUInt16BE(Wire.countOffset);
    let at = Wire.moldHeaderBytes;
    for (let i = 0; i < count; i++, number++) {
      const length = packet.readUInt16BE(at);
      const message = packet.subarray(at + 2, at + 2 + length);
      at += 2 + length;
      if (number < this.next) continue;
      this.next = number + 1n;
      this.onMessage(message);
    }
  }

  private onMessage(message: Buffer): void {
    if (message[0] === MessageType.systemEvent && message[Wire.systemEventCodeOffset] === END_OF_SAMPLE) this.ended?.();
    if (message[0] !== MessageType.add || message.readUInt16BE(Wire.trackingOffset) !== Mark.trigger) return;
    const tick: Tick = {
      symbol: message.toString('latin1', 24, 32).trim(),
      side: String.fromCharCode(message[19]!),
      shares: message.readUInt32BE(20),
      price: message.readUInt32BE(32) / 10_000,
    };
    this.session.write(encode(this.session.takeRef(), tick));
    this.entered++;
  }
}

async function openLine(trader: Trader): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('message', (packet) => trader.onPacket(packet));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

pinThisThread(commandLine.number('core', -1));
const user = venueUser();
const [session] = await Promise.all(venuePorts().map((port, i) => NaiveSession.logOn(port, `${user}${i}`)));
const trader = new Trader(session!);
const sockets = [await openLine(trader), await openLine(trader)];
serve({ ports: sockets.map((one) => one.address().port), user }, async (words, armed) => {
  trader.entered = 0;
  const start = performance.now();
  const ended = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), words.number('limitMs', 5000));
    trader.ended = () => {
      clearTimeout(timer);
      resolve(true);
    };
  });
  armed();
  const seen = await ended;
  return { ops: trader.entered, ns: (performance.now() - start) * 1e6, ended: seen, refused: 0 };
});
