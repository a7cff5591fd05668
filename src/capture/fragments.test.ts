import { describe, expect, it } from 'vitest';
import { DatagramReader } from './datagram-reader.ts';
import { buildCapture } from './testing/build-capture.ts';
import { ethernetFrame, fragmentFrame } from './testing/encapsulate.ts';

const ends = { sourceAddress: 0x0a000001, sourcePort: 1, destinationAddress: 0xe0000001, destinationPort: 2 };

function payload(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff));
}

function readAll(frames: readonly Buffer[], wireLengths: Readonly<Record<number, number>> = {}) {
  const found: { payload: string; nanoseconds: number }[] = [];
  const reader = new DatagramReader(({ bytes, offset, length, nanoseconds }) => {
    found.push({ payload: Buffer.from(bytes.subarray(offset, offset + length)).toString('hex'), nanoseconds });
  });
  const stamped = frames.map((bytes, index) => ({
    bytes,
    seconds: 1_500_000_000,
    nanoseconds: 1000 * (index + 1),
    wireLength: wireLengths[index],
  }));
  reader.push(buildCapture('pcapng-le', 1, stamped));
  reader.end();
  return { found, reader };
}

describe('FragmentAssembler', () => {
  const big = payload(4000, 1);
  const parts = fragmentFrame(ethernetFrame(ends, big), 1480, 7);

  it.each([
    ['in order', [0, 1, 2]],
    ['backwards', [2, 1, 0]],
    ['with one of them twice', [0, 1, 1, 2]],
  ])('puts a datagram together from fragments %s, stamped with the latest', (_how, order) => {
    const { found, reader } = readAll(order.map((index) => parts[index]));
    expect(found).toEqual([{ payload: big.toString('hex'), nanoseconds: 1000 * order.length }]);
    expect(reader.fragments).toMatchObject({ assembled: 1, abandoned: 0 });
  });

  it('keeps datagrams apart by their identification', () => {
    const other = payload(3000, 2);
    const otherParts = fragmentFrame(ethernetFrame(ends, other), 1480, 8);
    const { found } = readAll([parts[0], otherParts[1], parts[1], otherParts[0], parts[2], otherParts[2]]);
    expect(found.map((one) => one.payload)).toEqual([big.toString('hex'), other.toString('hex')]);
  });

  it('counts a datagram whose last fragment never comes', () => {
    expect(readAll(parts.slice(0, 2)).reader.fragments).toMatchObject({ assembled: 0, abandoned: 1 });
  });

  it('gives a datagram up when the capture cut one of its fragments', () => {
    const { found, reader } = readAll([parts[0].subarray(0, 100), parts[1], parts[2]], { 0: parts[0].length });
    expect(found).toEqual([]);
    expect(reader.fragments.abandoned).toBeGreaterThan(0);
  });

  it('holds at most 64 unfinished datagrams', () => {
    const first = Array.from({ length: 100 }, (_, id) => fragmentFrame(ethernetFrame(ends, big), 1480, id)[0]);
    const { reader } = readAll(first);
    expect(reader.fragments.abandoned).toBe(100);
    expect(reader.tally.datagrams).toBe(0);
  });

  it('does not let an overlapping fragment rewrite what was there', () => {
    const forged = fragmentFrame(ethernetFrame(ends, payload(4000, 99)), 1480, 7);
    expect(readAll([parts[0], forged[0], parts[1], parts[2]]).found[0].payload).toBe(big.toString('hex'));
  });

  it('refuses fragments that reach beyond the largest datagram', () => {
    const beyond = Buffer.from(parts[2]);
    beyond.writeUInt16BE(0x1fff, 20);
    expect(readAll([beyond]).reader.fragments.abandoned).toBe(1);
  });
});
