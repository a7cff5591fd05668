/** A worker that opens one of each native object and ends without closing any. Run by native.serial.test.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { FlightRing } from '../../capture/flight-ring.ts';
import { ipv4ToInt } from '../address.ts';
import { loadNative, MapFileFlag } from '../native.ts';
import { connectStream, createDatagramPoller } from '../open.ts';

const FLIGHT_BYTES = FlightRing.headerBytes + (1 << 17);
const { file, port, how } = workerData as { file: string; port: number; how: 'return' | 'exit' | 'throw' | 'spin' };

const native = loadNative();
if (native === undefined) throw new Error('no addon');
const mapped = native.mapFile(file, 65_536, MapFileFlag.create | MapFileFlag.populate);
if (typeof mapped === 'number') throw new Error(`mapFile: ${mapped}`);
const cells = new Int32Array(mapped);
Atomics.add(cells, 0, 1);
native.lockMemory(new Uint8Array(mapped));

const poller = createDatagramPoller('native', { flight: new SharedArrayBuffer(FLIGHT_BYTES) });
const socket = poller.open({ address: '127.0.0.1', port: 0 });
poller.send(socket, new Uint8Array(100), 0, 100, ipv4ToInt('127.0.0.1'), poller.localPort(socket));
while (poller.poll() === 0);
poller.poll();
const stream = connectStream('native', { address: '127.0.0.1', port });
stream.state();
native.bindClock(new Float64Array(1)).read();

if (how === 'throw') throw new Error('on purpose');
if (how === 'exit') process.exit(0);
parentPort?.postMessage('open');
// Ended from outside, in the middle of a poll.
while (how === 'spin') poller.poll();
