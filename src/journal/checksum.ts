import { Frame, frameBytes } from './frame.ts';

const LANE_A = 0x85ebca6b | 0;
const LANE_B = 0xc2b2ae35 | 0;
const FINAL = 0x27d4eb2f | 0;

/**
 * Checksum of a frame: 32 bits, not cryptographic. Every step is a bijection of its lane, so a change confined to one
 * word is always found; any other is missed once in 2^32. Two lanes keep two multiplications in flight (a CRC by tables
 * takes twice as long here, and the order path waits for it).
 *
 * @param cell the frame's first cell
 * @param length its payload's bytes, a multiple of 8; given because the header has none before it is published
 * @param salt see {@link journalSalt}
 */
export function frameChecksum(words: Int32Array, cell: number, length: number, salt: number): number {
  let a = Math.imul(salt ^ length, LANE_A);
  let b = Math.imul(words[cell + Frame.typeCell]! ^ LANE_A, LANE_B);
  a = (a << 13) | (a >>> 19);
  b = (b << 15) | (b >>> 17);
  a = Math.imul(a ^ words[cell + Frame.positionCell]!, LANE_A);
  b = Math.imul(b ^ words[cell + Frame.positionCell + 1]!, LANE_B);
  a = (a << 13) | (a >>> 19);
  b = (b << 15) | (b >>> 17);
  a = Math.imul(a ^ words[cell + Frame.unsyncedCell]!, LANE_A);
  a = (a << 13) | (a >>> 19);
  const end = cell + (frameBytes(length) >> 2);
  for (let at = cell + Frame.payloadCell; at < end; at += 2) {
    a = Math.imul(a ^ words[at]!, LANE_A);
    b = Math.imul(b ^ words[at + 1]!, LANE_B);
    a = (a << 13) | (a >>> 19);
    b = (b << 15) | (b >>> 17);
  }
  a = Math.imul(a ^ (a >>> 16) ^ b, FINAL);
  return a ^ (a >>> 15);
}

/** Checksum of `count` words, an even number, from `cell` on: for the headers of rings and files. */
export function wordsChecksum(words: Int32Array, cell: number, count: number, salt: number): number {
  let a = Math.imul(salt ^ count, LANE_A);
  let b = LANE_B;
  for (let at = cell; at < cell + count; at += 2) {
    a = Math.imul(a ^ words[at]!, LANE_A);
    b = Math.imul(b ^ words[at + 1]!, LANE_B);
    a = (a << 13) | (a >>> 19);
    b = (b << 15) | (b >>> 17);
  }
  a = Math.imul(a ^ (a >>> 16) ^ b, FINAL);
  return a ^ (a >>> 15);
}
