/** The generator's wire format, as far as Node's programs read it; the same as `c/feed.h`. */
export const Wire = {
  moldHeaderBytes: 20,
  sequenceOffset: 10,
  countOffset: 18,
  trackingOffset: 3,
  timestampOffset: 5,
  systemEventCodeOffset: 11,
} as const;

/** Values of a message's tracking number: what a figure measures. */
export const Mark = { none: 0, missing: 1, lastQueued: 2, trigger: 3 } as const;

export const MessageType = { add: 0x41, delete: 0x44, systemEvent: 0x53 } as const;
/** Event code of the system event that ends a sample. */
export const END_OF_SAMPLE = 0x43;

const TWO_16 = 2 ** 16;
const TWO_32 = 2 ** 32;
/** The sender's clock is carried modulo this. */
export const STAMP_MODULUS = 2 ** 48;

/** The sender's stamp in a message that begins at `offset`. */
export function stampOf(view: DataView, offset: number): number {
  return view.getUint16(offset + Wire.timestampOffset) * TWO_32 + view.getUint32(offset + Wire.timestampOffset + 2);
}

/** Nanoseconds since a stamp. */
export function ageNs(stamp: number, nowNs: number): number {
  const age = (nowNs % STAMP_MODULUS) - stamp;
  return age < 0 ? age + STAMP_MODULUS : age;
}

export { TWO_16, TWO_32 };
