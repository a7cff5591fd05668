import { DatagramReader } from '../datagram-reader.ts';
import type { Datagram } from '../link-layer.ts';
import { buildCapture, captureKinds, PcapngBlocks } from './build-capture.ts';
import { type Encapsulation, encapsulate, encapsulations, ethernetFrame, fragmentFrame } from './encapsulate.ts';

/**
 * Fuzz target: capture files as they come from disk, through the reader and every link layer. Whatever the bytes are,
 * nothing is thrown, every datagram lies within what was handed over, and reading in pieces gives the same as at once.
 * Decompression is not in it: that is Node's zlib, and what it hands over is any bytes.
 */

const ends = { sourceAddress: 0x0a000001, sourcePort: 1, destinationAddress: 0xe0000001, destinationPort: 2 };

function seedFor(index: number): Buffer {
  const kinds = Object.keys(encapsulations) as Encapsulation[];
  const kind = kinds[index % kinds.length];
  const stamp = { seconds: 1_500_000_000 + index, nanoseconds: index };
  const frames = [0, 1, 2].map((n) => ({ bytes: encapsulate(kind, ends, Buffer.alloc(20 + n, n)), ...stamp }));
  return buildCapture(captureKinds[index % captureKinds.length], encapsulations[kind], frames);
}

function fragmentSeed(): Buffer {
  const parts = fragmentFrame(ethernetFrame(ends, Buffer.alloc(60, 5)), 24, 9);
  return buildCapture(
    'pcap-ns-le',
    1,
    parts.map((bytes, index) => ({ bytes, seconds: index, nanoseconds: index })),
  );
}

function simplePacketSeed(): Buffer {
  const frame = { bytes: ethernetFrame(ends, Buffer.from('simple')), seconds: 0, nanoseconds: 0 };
  return new PcapngBlocks(true).section().interface(1).simplePackets([frame, frame]).bytes();
}

const seeds = [
  ...Array.from({ length: captureKinds.length * 2 }, (_, index) => seedFor(index)),
  fragmentSeed(),
  simplePacketSeed(),
];

/** Every byte of a datagram is looked at; the sum tells whether two readings saw the same. */
class Reading {
  sum = 0;
  datagrams = 0;
  readonly #reader = new DatagramReader((datagram) => this.#look(datagram));

  read(bytes: Uint8Array, pieceBytes: number): void {
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#reader.push(bytes.subarray(at, at + pieceBytes));
    this.#reader.end();
  }

  #look({ bytes, view, offset, length, seconds, nanoseconds, destinationPort }: Datagram): void {
    if (offset < 0 || length < 0 || offset + length > bytes.length || view.byteLength !== bytes.length) {
      throw new Error(`datagram at ${offset}, ${length} bytes, outside of ${bytes.length}`);
    }
    if (!Number.isFinite(seconds) || !(nanoseconds >= 0 && nanoseconds < 1e9)) {
      throw new Error(`stamp of ${seconds} s and ${nanoseconds} ns`);
    }
    this.datagrams++;
    let sum = this.sum + destinationPort;
    for (let at = offset; at < offset + length; at++) sum = (Math.imul(sum, 31) + bytes[at]) | 0;
    this.sum = sum;
  }
}

let inputs = 0;

export const target = {
  name: 'capture',
  seeds: seeds as readonly Uint8Array[],
  run(bytes: Uint8Array): void {
    const whole = new Reading();
    whole.read(bytes, Math.max(1, bytes.length));
    // Reading twice costs twice: every fourth input is enough.
    if (inputs++ % 4 !== 0) return;
    const pieces = new Reading();
    pieces.read(bytes, 1 + (bytes.length % 61));
    if (pieces.datagrams !== whole.datagrams || pieces.sum !== whole.sum) {
      throw new Error(`${whole.datagrams} datagrams at once, ${pieces.datagrams} in pieces`);
    }
  },
};
