import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { FlightRing } from './flight-ring.ts';
import { readFlightRing } from './flight-ring-reader.ts';

const READINGS = 300;
/** The writer must have gone round the ring many times, or nothing was tried. */
const PACKETS_WRITTEN = 10_000;
const RING_BYTES = FlightRing.headerBytes + 256 * 1024;

/** True if a packet is what the writer made of that number: nothing torn, nothing of a neighbour in it. */
function isWhole(bytes: Uint8Array, number: number): boolean {
  return bytes.length === (number * 37) % 2000 && bytes.every((byte) => byte === (number & 0xff));
}

describe('readFlightRing while another thread writes', () => {
  it('never shows a packet that was overwritten during the copy, and none out of order', async () => {
    const memory = new SharedArrayBuffer(RING_BYTES);
    const stop = new SharedArrayBuffer(4);
    const url = new URL('./testing/flight-writer-worker.ts', import.meta.url);
    const worker = new Worker(url, { workerData: { memory, stop } });
    try {
      await once(worker, 'message');
      let packets = 0;
      let newest = -1;
      for (let reading = 0; reading < READINGS || newest < PACKETS_WRITTEN; reading++) {
        const found = readFlightRing(memory);
        for (const [index, { rxNs, sourceAddress, bytes }] of found.entries()) {
          if (index > 0) expect(rxNs).toBe(found[index - 1].rxNs + 1);
          expect(sourceAddress).toBe(rxNs);
          expect(isWhole(bytes, rxNs)).toBe(true);
        }
        packets += found.length;
        const last = found.at(-1)?.rxNs ?? newest;
        expect(last).toBeGreaterThanOrEqual(newest);
        newest = last;
      }
      expect(packets).toBeGreaterThan(0);
    } finally {
      Atomics.store(new Int32Array(stop), 0, 1);
      await once(worker, 'exit');
    }
  });
});
