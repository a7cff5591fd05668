/**
 * The naive twin of `arbitrate`: a Map from sequence number to the first copy's Buffer, later copies compared with
 * `Buffer.compare`, old ones deleted.
 */
import { pinThisThread } from '../lib/hot-thread.ts';
import { makePackets } from '../lib/packets.ts';
import { commandLine, serve } from '../lib/serve.ts';

const REMEMBERED = 65_536n;
const PACKETS_PER_CLOCK = 1024;
const PACKETS = 1024;

pinThisThread(commandLine.number('core', -1));
const packets = makePackets(PACKETS, commandLine.number('units', 1)).map((p) => Buffer.from(p));
const copies = new Map<bigint, Buffer>();
const lines = [
  { first: 0, duplicates: 0, disagreements: 0 },
  { first: 0, duplicates: 0, disagreements: 0 },
];
let next = 1n;
let sum = 0;

function onPacket(line: { first: number; duplicates: number; disagreements: number }, packet: Buffer): void {
  let number = packet.readBigUInt64BE(10);
  const count = packet.readUInt16BE(18);
  let at = 20;
  for (let i = 0; i < count; i++, number++) {
    const length = packet.readUInt16BE(at);
    const unit = packet.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    const copy = copies.get(number);
    if (copy !== undefined) {
      line.duplicates++;
      if (Buffer.compare(copy, unit) !== 0) line.disagreements++;
    } else if (number === next) {
      copies.set(number, Buffer.from(unit));
      copies.delete(number - REMEMBERED);
      next++;
      line.first++;
      sum += unit[0]! + unit.length;
    }
  }
}

let number = 1n;
let packet = 0;

serve({}, (words) => {
  const start = process.hrtime.bigint();
  const end = start + BigInt(words.number('ms', 150)) * 1_000_000n;
  let now = start;
  let ops = 0;
  while (now < end) {
    for (let i = 0; i < PACKETS_PER_CLOCK; i++) {
      const p = packets[packet]!;
      packet = (packet + 1) % PACKETS;
      p.writeBigUInt64BE(number, 10);
      number += BigInt(p.readUInt16BE(18));
      onPacket(lines[0]!, p);
      onPacket(lines[1]!, p);
      ops += 2;
    }
    now = process.hrtime.bigint();
  }
  return { ops, ns: Number(now - start), checksum: sum.toString(16) };
});
