import { cutterFor } from '../bare-file.ts';
import { MAX_UDP_PAYLOAD_BYTES } from '../udp-frame.ts';

/**
 * Fuzz target: raw ITCH files and dumps of MoldUDP64 packets. Whatever the bytes are, nothing is thrown, no packet is
 * larger than a datagram, and reading in pieces gives the same packets as at once.
 */

function message(type: string, length: number, prefixed: boolean): Buffer {
  return Buffer.concat([Buffer.of(0, prefixed ? length : 0), Buffer.alloc(length, type)]);
}

function packet(first: number, blocks: readonly number[]): Buffer {
  const header = Buffer.alloc(20);
  header.writeBigUInt64BE(BigInt(first), 10);
  header.writeUInt16BE(blocks.length, 18);
  return Buffer.concat([header, ...blocks.map((length) => message('x', length, true))]);
}

const itch = (prefixed: boolean) =>
  Buffer.concat([message('S', 12, prefixed), message('A', 36, prefixed), message('D', 19, prefixed)]);
const seeds = [
  itch(true),
  itch(false),
  Buffer.concat([itch(true), Buffer.alloc(2)]),
  Buffer.concat([packet(1, [5, 0, 30]), packet(4, []), packet(4, [9])]),
];

const PIECE_BYTES = 7;

/** The packets, as text that compares. */
function packetsOf(bytes: Uint8Array, pieceBytes: number): string {
  const cutter = cutterFor(bytes)?.();
  if (cutter === undefined) return '';
  const packets: string[] = [];
  const output = (stampNs: number, found: Uint8Array): void => {
    if (found.length === 0 || found.length > MAX_UDP_PAYLOAD_BYTES)
      throw new Error(`a packet of ${found.length} bytes`);
    if (!Number.isSafeInteger(stampNs) || stampNs <= 0) throw new Error(`a stamp of ${stampNs}`);
    packets.push(`${stampNs} ${Buffer.from(found).toString('latin1')}`);
  };
  let left: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = Buffer.concat([left, bytes.subarray(at, at + pieceBytes)]);
    const used = cutter.cut(piece, output);
    if (used < 0 || used > piece.length) throw new Error(`${used} of ${piece.length} bytes used`);
    left = piece.subarray(used);
  }
  cutter.end(left, output);
  return packets.join('\n');
}

export const target = {
  name: 'bare-file',
  seeds,
  run(bytes: Uint8Array): void {
    if (packetsOf(bytes, bytes.length + 1) !== packetsOf(bytes, PIECE_BYTES))
      throw new Error('read in pieces, it gives other packets');
  },
};
