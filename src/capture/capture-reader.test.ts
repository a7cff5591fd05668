import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaptureReader } from './capture-reader.ts';
import {
  buildCapture,
  type CaptureKind,
  captureKinds,
  type FrameToWrite,
  isMicroseconds,
  PcapngBlocks,
} from './testing/build-capture.ts';

interface Read {
  readonly bytes: string;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
  readonly wireLength: number;
}

/** Reads a whole file, handed over in pieces of `pieceBytes`. */
function read(file: Uint8Array, pieceBytes = file.length): { reader: CaptureReader; frames: Read[] } {
  const frames: Read[] = [];
  const reader = new CaptureReader((frame) => {
    const { bytes, offset, capturedLength, seconds, nanoseconds, linkType, wireLength } = frame;
    const hex = Buffer.from(bytes.subarray(offset, offset + capturedLength)).toString('hex');
    frames.push({ bytes: hex, seconds, nanoseconds, linkType, wireLength });
  });
  for (let at = 0; at < file.length; at += Math.max(1, pieceBytes)) {
    // A copy that is wiped afterwards: the reader must not keep what it was handed.
    const piece = Uint8Array.from(file.subarray(at, at + Math.max(1, pieceBytes)));
    reader.push(piece);
    piece.fill(0xdd);
  }
  reader.end();
  return { reader, frames };
}

function expected(kind: CaptureKind, linkType: number, frames: readonly FrameToWrite[]): Read[] {
  return frames.map((frame) => ({
    bytes: Buffer.from(frame.bytes).toString('hex'),
    seconds: frame.seconds,
    nanoseconds: isMicroseconds(kind) ? Math.floor(frame.nanoseconds / 1000) * 1000 : frame.nanoseconds,
    linkType,
    wireLength: frame.wireLength ?? frame.bytes.length,
  }));
}

const anyFrame = fc.record({
  bytes: fc.uint8Array({ maxLength: 200 }),
  // From 1,000,000 on: one of the kinds has an offset of that.
  seconds: fc.integer({ min: 1_000_000, max: 1_800_000_000 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});

const one: FrameToWrite = { bytes: Buffer.from('market data'), seconds: 1_475_012_773, nanoseconds: 473_604_083 };

describe('CaptureReader', () => {
  it.each(captureKinds)('reads %s back exactly, in pieces of any size', (kind) => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 12 }),
        fc.constantFrom(0, 1, 101, 113, 276),
        fc.integer({ min: 1, max: 300 }),
        (frames, linkType, pieceBytes) => {
          const { reader, frames: found } = read(buildCapture(kind, linkType, frames), pieceBytes);
          expect(reader.damage).toBeUndefined();
          expect(found).toEqual(expected(kind, linkType, frames));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps nanoseconds exact where a double of the whole stamp could not', () => {
    const frames = [one, { ...one, nanoseconds: 473_604_084 }];
    expect(read(buildCapture('pcapng-le', 1, frames)).frames.map((frame) => frame.nanoseconds)).toEqual([
      473_604_083, 473_604_084,
    ]);
  });

  it('gives frames of the largest stamps that 64 bits hold a finite time', () => {
    const blocks = new PcapngBlocks().section().interface(1, 0);
    blocks.block(6, blocks.u32(0), Buffer.alloc(8, 0xff), blocks.u32(1), blocks.u32(1), Buffer.from([7]));
    const { frames } = read(blocks.bytes());
    expect(frames[0].seconds).toBeCloseTo(2 ** 64, -10);
    expect(frames[0].nanoseconds).toBe(0);
  });

  it('carries fractions of more than a second over', () => {
    const file = buildCapture('pcap-us-le', 1, [one]);
    file.writeUInt32LE(2_500_000, 28);
    expect(read(file).frames[0]).toMatchObject({ seconds: one.seconds + 2, nanoseconds: 500_000_000 });
  });

  it('gives simple packet blocks the stamp of the frame before and says so', () => {
    const file = new PcapngBlocks().section().interface(1).packets([one]).simplePackets([one, one]).bytes();
    const { reader, frames } = read(file);
    expect(reader.unstamped).toBe(2);
    expect(frames).toEqual(expected('pcapng-le', 1, [one, one, one]));
  });

  it('cuts simple packet blocks to the snap length of the first interface', () => {
    const blocks = new PcapngBlocks().section();
    blocks.block(1, blocks.u16(1), blocks.u16(0), blocks.u32(5));
    const file = blocks.simplePackets([{ ...one, bytes: Buffer.from('marke'), wireLength: 11 }]).bytes();
    expect(read(file).frames[0]).toMatchObject({ bytes: Buffer.from('marke').toString('hex'), wireLength: 11 });
  });

  it('skips unknown blocks without holding them', () => {
    const head = new PcapngBlocks().section().bytes();
    const huge = Buffer.alloc(3_000_000);
    const file = Buffer.concat([head, new PcapngBlocks().block(0x1234, huge).interface(1).packets([one]).bytes()]);
    expect(read(file, 1000).frames).toHaveLength(1);
  });

  it('counts a block that contradicts itself and reads on', () => {
    const blocks = new PcapngBlocks().section().interface(1);
    blocks.block(6, blocks.u32(0), Buffer.alloc(8), blocks.u32(1000), blocks.u32(1000), Buffer.from('short'));
    blocks.block(6, blocks.u32(7), Buffer.alloc(8), blocks.u32(1), blocks.u32(1), Buffer.from('x'));
    blocks.block(6, Buffer.alloc(4));
    blocks.block(3);
    const { reader, frames } = read(blocks.packets([one]).bytes());
    expect(reader.badBlocks).toBe(4);
    expect(frames).toHaveLength(1);
  });

  it('forgets the interfaces of an earlier section', () => {
    const first = new PcapngBlocks().section().interface(1).interface(1).bytes();
    const second = new PcapngBlocks().section();
    second.block(6, second.u32(1), Buffer.alloc(8), second.u32(1), second.u32(1), Buffer.from('x'));
    const { reader, frames } = read(Buffer.concat([first, second.bytes()]));
    expect(frames).toHaveLength(0);
    expect(reader.badBlocks).toBe(1);
  });

  it('ignores the frame check sequence bits beside a link type', () => {
    const file = buildCapture('pcap-ns-le', 1, [one]);
    file.writeUInt32LE(0x44000001, 20);
    expect(read(file).frames[0].linkType).toBe(1);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /empty/],
    ['three bytes', Buffer.from([1, 2, 3]), /shorter/],
    ['text', Buffer.from('sequence,price\n1,2\n'), /neither pcap nor pcapng/],
    ['zstd', Buffer.from('28b52ffd00000000', 'hex'), /compressed with zstd/],
    ['a classic header alone cut short', Buffer.from('d4c3b2a1020004', 'hex'), /shorter/],
  ])('says what is wrong with %s', (_what, file, damage) => {
    expect(read(file).reader.damage).toMatch(damage);
  });

  it.each(captureKinds)('uses what a truncated %s holds and says where it ends', (kind) => {
    const whole = buildCapture(kind, 1, [one, one, one]);
    const { reader, frames } = read(whole.subarray(0, whole.length - 3), 7);
    expect(frames).toHaveLength(2);
    expect(reader.damage).toMatch(/ends in the middle of a (record|block) that begins at byte \d+/);
  });

  it('stops at a classic record of impossible length, keeping what came before', () => {
    const file = buildCapture('pcap-ns-le', 1, [one, one]);
    file.writeUInt32LE(0x7fffffff, 24 + 16 + one.bytes.length + 8);
    const { reader, frames } = read(file);
    expect(frames).toHaveLength(1);
    expect(reader.damage).toBe('the record at byte 51 claims a frame of 2147483647 bytes');
  });

  it('stops at a pcapng block whose two lengths differ', () => {
    const file = buildCapture('pcapng-le', 1, [one, one]);
    file.writeUInt32LE(12, file.length - 4);
    const { reader, frames } = read(file);
    expect(frames).toHaveLength(1);
    expect(reader.damage).toMatch(/does not end with its own length/);
  });
});
