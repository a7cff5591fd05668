import { workerData } from 'node:worker_threads';
import { loadNative } from '../../io/native.ts';
import { connectStream } from '../../io/open.ts';
import { StreamState } from '../../io/stream.ts';
import { Fence } from '../../order/fence.ts';
import { KillWatch } from '../../order/kill-watch.ts';
import { RequestKind } from '../../order/refusal.ts';
import { SendGuard } from '../../order/send-guard.ts';
import { openKillSwitch } from '../kill-file.ts';
import { SocketTable } from '../socket-table.ts';
import type { KillableOptions } from './killable-gateway.ts';

/**
 * The gateway's thread of {@link KillableOptions}: on `N` it sends a new order `n`, on `R` a replace `r`, on `X` a cancel
 * `x`, each through the guard, `!` where the guard refuses. `H` hangs it for good. A kill that was carried out says `k`.
 */
const { port, places, fence, sockets, hang } = workerData as KillableOptions;
const TURN_MS = 1;
const BUFFER_BYTES = 256;
const REQUESTS: Readonly<Record<string, RequestKind>> = {
  N: RequestKind.enter,
  R: RequestKind.replace,
  X: RequestKind.cancel,
};

const native = loadNative();
const kill = openKillSwitch(places, native);
const guard = new SendGuard(new Fence(new Int32Array(fence), 1), kill);
const stream = connectStream('auto', { address: '127.0.0.1', port });
const say = (letter: string): void => {
  stream.send(new TextEncoder().encode(letter), 0, letter.length);
};
const watch = new KillWatch(kill, places.accounts.length, places.strategies.length, {
  killChanged: (_scope, _index, on) => {
    if (on) say('x');
  },
  killConfirmed: () => say('k'),
});
const table = new SocketTable(sockets);
const bytes = new Uint8Array(BUFFER_BYTES);
let isNamed = false;

function obey(letter: string): void {
  if (letter === 'H') Atomics.wait(new Int32Array(hang), 0, 0);
  const request = REQUESTS[letter];
  if (request === undefined) return;
  say(guard.check(request, 0, 0) === 0 ? letter.toLowerCase() : '!');
}

/** @returns false once the connection has ended */
function turn(): boolean {
  const state = stream.state();
  if (state === StreamState.connecting) return true;
  if (state !== StreamState.open) return false;
  if (!isNamed) {
    table.set(0, stream);
    watch.start();
    isNamed = true;
  }
  watch.poll();
  const got = stream.receive(bytes, 0, bytes.length);
  for (const letter of new TextDecoder().decode(bytes.subarray(0, got))) obey(letter);
  return true;
}

if (stream.kind === 'native') {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (turn()) Atomics.wait(pause, 0, 0, TURN_MS);
} else {
  const timer = setInterval(() => turn() || clearInterval(timer), TURN_MS);
}
