import { parentPort, workerData } from 'node:worker_threads';
import { PortableFlightRing } from '../../io/portable-flight-ring.ts';

/**
 * Writes packets into a flight ring without pause until cell 0 of `stop` is set: each is filled with the low byte of
 * its number, which also stands in its stamp, its sender and its length.
 */
const { memory, stop } = workerData as { memory: SharedArrayBuffer; stop: SharedArrayBuffer };
const ring = new PortableFlightRing(memory);
const stopped = new Int32Array(stop);
const packet = new Uint8Array(2000);

parentPort?.postMessage('writing');
for (let number = 0; Atomics.load(stopped, 0) === 0; number = (number + 1) | 0) {
  const length = (number * 37) % packet.length;
  packet.fill(number & 0xff, 0, length);
  ring.write(packet, 0, length, number, 1_700_000_000_000_000_000, number & 7, number, number & 0xffff);
}
