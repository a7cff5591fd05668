import { createHash } from 'node:crypto';

/** A numbered unit as a test takes it out of a packet by itself, independent of framers. */
export interface NumberedUnit {
  readonly number: number;
  readonly bytes: Buffer;
}

/** Units of an MDP 3.0 packet. */
export function unitsOfMdp3(packet: Buffer): NumberedUnit[] {
  return [{ number: packet.readUInt32LE(0), bytes: packet.subarray(12) }];
}

/** Units of a MoldUDP64 packet. */
export function unitsOfMold(packet: Buffer): NumberedUnit[] {
  const first = Number(packet.readBigUInt64BE(10));
  const count = packet.readUInt16BE(18);
  const units: NumberedUnit[] = [];
  let at = 20;
  for (let index = 0; index < count && count !== 0xffff; index++) {
    const length = packet.readUInt16BE(at);
    units.push({ number: first + index, bytes: packet.subarray(at + 2, at + 2 + length) });
    at += 2 + length;
  }
  return units;
}

/** What a loss-free arbitration of these units must come to: each number once, ascending, and the holes between. */
export function truthOf(units: readonly NumberedUnit[]) {
  const byNumber = new Map<number, Buffer>();
  for (const { number, bytes } of units) if (!byNumber.has(number)) byNumber.set(number, bytes);
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  const gaps: [number, number][] = [];
  const hash = createHash('sha256');
  numbers.forEach((number, index) => {
    if (index > 0 && numbers[index - 1] !== number - 1) gaps.push([numbers[index - 1] + 1, number - 1]);
    const bytes = byNumber.get(number) ?? Buffer.alloc(0);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  });
  return {
    delivered: numbers.length,
    firstSeq: numbers[0],
    lastSeq: numbers[numbers.length - 1],
    duplicates: units.length - numbers.length,
    gaps,
    sha256: hash.digest('hex'),
  };
}
