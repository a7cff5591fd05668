/**
 * What one does without a warm session, in Node without knowing better: `net.connect`, a login, and waiting until it is
 * accepted. C program beside it: `c/session_failover.c mode=cold`.
 */
import { connect, type Socket } from 'node:net';
import { SoupType } from '../../src/venues/nasdaq/soup-words.ts';
import { nowNs, pinThisThread, readClock } from '../lib/hot-thread.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';

pinThisThread(commandLine.number('core', -1));
const [port] = commandLine.text('ports').split(',').map(Number);
const payload = `L${'port0'.padEnd(6)}${'bench'.padEnd(10)}${'BENCH'.padStart(10)}${'1'.padStart(20)}`;
const login = Buffer.alloc(2 + payload.length);
login.writeUInt16BE(payload.length, 0);
login.write(payload, 2, 'latin1');
const TYPE_AT = 2;

function logOn(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: port!, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => socket.write(login));
    socket.once('data', (bytes) => {
      if (bytes[TYPE_AT] === SoupType.loginAccepted) resolve(socket);
      else reject(new Error('the login was not accepted'));
    });
    socket.once('error', reject);
  });
}

serve({}, async (words) => {
  const count = words.number('failovers', 10);
  const samples = new Float32Array(count);
  readClock();
  const start = nowNs[0]!;
  for (let i = 0; i < count; i++) {
    readClock();
    const begin = nowNs[0]!;
    const socket = await logOn();
    readClock();
    samples[i] = nowNs[0]! - begin;
    socket.resetAndDestroy();
  }
  readClock();
  return { ops: count, ns: nowNs[0]! - start, latency: encodeSamples(samples) };
});
