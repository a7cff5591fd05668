/**
 * The twin of `api-fanout`: a server on `ws`, without tokens, limits or a hub. The same channel finds out what changed and
 * keeps whom it has told what, so that every client is sent the same bytes; `ws` carries them.
 *
 * Command line: encode=once|each (a text as bytes for all clients, or left to the library for each)
 */
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import type { Channel, Subscriber } from '../../src/server/channel.ts';
import { MarketData } from '../../src/server/market-data.ts';
import { FanoutBook } from '../lib/fanout-book.ts';
import { BACKLOG_BYTES, EVERY_MS, FanoutDrive } from '../lib/fanout-drive.ts';
import { commandLine } from '../lib/serve.ts';

const MAX_PAYLOAD_BYTES = 16 << 10;
const encodesOnce = commandLine.text('encode', 'once') === 'once';
const TEXT = { binary: false } as const;

const book = new FanoutBook();
const drive = new FanoutDrive(() => book.advance());
const market = new MarketData([book.feed], undefined);
let channel: Channel | undefined;
let encodedText = '';
let encoded = Buffer.alloc(0);

function bytesOf(text: string): Buffer {
  if (text !== encodedText) {
    encodedText = text;
    encoded = Buffer.from(text);
  }
  return encoded;
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: MAX_PAYLOAD_BYTES });
server.on('connection', (socket) => {
  const subscriber: Subscriber = {
    get ready() {
      return socket.bufferedAmount < BACKLOG_BYTES;
    },
    send: (text) => (encodesOnce ? socket.send(bytesOf(text), TEXT) : socket.send(text)),
  };
  socket.on('error', () => {}); // followed by its end
  socket.on('message', (data: Buffer) => {
    const { op, channel: name } = JSON.parse(data.toString()) as { op: string; channel: string };
    if (op !== 'subscribe') return;
    channel ??= market.find(name);
    channel?.join(subscriber, -1);
  });
  socket.on('close', () => {
    channel?.leave(subscriber);
    if (server.clients.size > 0) return;
    channel = undefined;
    book.restart();
  });
});
await once(server, 'listening');

function tick(): void {
  drive.beforeTick();
  channel?.tick();
}

setInterval(tick, EVERY_MS);
drive.serve({
  port: server.address().port,
  tick,
  buffered: () => {
    let bytes = 0;
    for (const { bufferedAmount } of server.clients) bytes += bufferedAmount;
    return bytes;
  },
});
