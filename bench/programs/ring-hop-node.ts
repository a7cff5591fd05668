/** The naive twin of `ring-hop`: 64 bytes there and back by `postMessage` between two workers. */
import { isMainThread, MessageChannel, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { pinThisThread } from '../lib/hot-thread.ts';
import { encodeSamples } from '../lib/program.ts';
import { commandLine, serve } from '../lib/serve.ts';
import { askThread } from '../lib/thread.ts';

const PAYLOAD_BYTES = 64;

interface Shared {
  readonly port: MessagePort;
  readonly role: 'ping' | 'pong';
  readonly core: number;
}

if (isMainThread) {
  const { port1, port2 } = new MessageChannel();
  const start = (role: Shared['role'], core: number, port: MessagePort) =>
    new Worker(new URL(import.meta.url), { workerData: { port, role, core } satisfies Shared, transferList: [port] });
  const ping = start('ping', commandLine.number('core', -1), port1);
  start('pong', commandLine.number('peerCore', -1), port2);
  serve({}, (words) => askThread<object>(ping, { ms: words.number('ms', 150) }));
} else {
  const { port, role, core } = workerData as Shared;
  pinThisThread(core);
  if (role === 'pong') port.on('message', (payload: Uint8Array) => port.postMessage(payload));
  else {
    parentPort!.on('message', ({ ms }: { ms: number }) => {
      const latency: number[] = [];
      const payload = new Uint8Array(PAYLOAD_BYTES);
      const start = process.hrtime.bigint();
      const end = start + BigInt(ms) * 1_000_000n;
      let sent = start;
      const onAnswer = (answer: Uint8Array) => {
        const now = process.hrtime.bigint();
        latency.push(Number(now - sent) / 2);
        if (now >= end) {
          port.off('message', onAnswer);
          const samples = encodeSamples(Float32Array.from(latency));
          parentPort!.postMessage({ ops: latency.length, ns: Number(now - start), latency: samples });
          return;
        }
        payload[0] = answer[0]! + 1;
        sent = process.hrtime.bigint();
        port.postMessage(payload);
      };
      port.on('message', onAnswer);
      sent = process.hrtime.bigint();
      port.postMessage(payload);
    });
  }
}
