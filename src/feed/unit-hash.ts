const LANE_A = 0x85ebca6b | 0;
const LANE_B = 0xc2b2ae35 | 0;
const FINAL = 0x27d4eb2f | 0;

/**
 * A 32-bit hash of one unit's bytes, to compare copies by. Not cryptographic: it finds corruption and lines that
 * disagree, not an adversary. Two lanes keep two multiplications in flight; the rotation carries high bits down, which
 * a multiplication alone never does.
 */
export function hashUnit(view: DataView, offset: number, length: number): number {
  let a = length ^ LANE_B;
  let b = LANE_A;
  let at = offset;
  const end = offset + length;
  const lastPair = end - 8;
  while (at <= lastPair) {
    a = Math.imul(a ^ view.getInt32(at, true), LANE_A);
    b = Math.imul(b ^ view.getInt32(at + 4, true), LANE_B);
    a = (a << 13) | (a >>> 19);
    b = (b << 15) | (b >>> 17);
    at += 8;
  }
  if (at <= end - 4) {
    a = Math.imul(a ^ view.getInt32(at, true), LANE_A);
    a = (a << 13) | (a >>> 19);
    at += 4;
  }
  while (at < end) {
    b = Math.imul(b ^ view.getUint8(at), LANE_B);
    b = (b << 15) | (b >>> 17);
    at++;
  }
  a = Math.imul(a ^ (a >>> 16) ^ b, FINAL);
  return (a ^ (a >>> 15) ^ (b >>> 11)) | 0;
}
