/**
 * The naive twin of `itch-decode`: an object per message, read with Buffer's methods, 64-bit fields as BigInt, symbols
 * as strings. It decodes the types that carry the volume; of the others the header. Command line: input=FILE.
 */
import { pinThisThread } from '../lib/hot-thread.ts';
import { readItchWorkload } from '../lib/itch-workload.ts';
import { commandLine, serve } from '../lib/serve.ts';

interface Message {
  readonly type: string;
  readonly locate: number;
  readonly tracking: number;
  readonly timestamp: bigint;
  readonly reference?: bigint;
  readonly newReference?: bigint;
  readonly side?: string;
  readonly shares?: number;
  readonly stock?: string;
  readonly price?: number;
  readonly match?: bigint;
}

/** One in so many messages of the input: the whole of it would take minutes. */
const SHARE = 16;

function decode(m: Buffer): Message {
  const type = String.fromCharCode(m[0]!);
  const head = {
    type,
    locate: m.readUInt16BE(1),
    tracking: m.readUInt16BE(3),
    timestamp: (BigInt(m.readUInt16BE(5)) << 32n) | BigInt(m.readUInt32BE(7)),
  };
  switch (type) {
    case 'A':
    case 'F':
      return {
        ...head,
        reference: m.readBigUInt64BE(11),
        side: String.fromCharCode(m[19]!),
        shares: m.readUInt32BE(20),
        stock: m.toString('latin1', 24, 32).trimEnd(),
        price: m.readUInt32BE(32) / 10_000,
      };
    case 'E':
    case 'C':
      return { ...head, reference: m.readBigUInt64BE(11), shares: m.readUInt32BE(19), match: m.readBigUInt64BE(23) };
    case 'X':
      return { ...head, reference: m.readBigUInt64BE(11), shares: m.readUInt32BE(19) };
    case 'D':
      return { ...head, reference: m.readBigUInt64BE(11) };
    case 'U':
      return {
        ...head,
        reference: m.readBigUInt64BE(11),
        newReference: m.readBigUInt64BE(19),
        shares: m.readUInt32BE(27),
        price: m.readUInt32BE(31) / 10_000,
      };
    default:
      return head;
  }
}

pinThisThread(commandLine.number('core', -1));
const workload = readItchWorkload(commandLine.text('input'));
const bytes = Buffer.from(workload.bytes.buffer);
const from = workload.offsets[0]!;
const to = from + Math.floor((bytes.length - from) / SHARE);

serve({}, () => {
  const start = process.hrtime.bigint();
  let ops = 0;
  let sum = 0;
  for (let at = from; at < to; ops++) {
    const length = bytes.readUInt16BE(at);
    const message = decode(bytes.subarray(at + 2, at + 2 + length));
    sum = (sum + message.locate + (message.shares ?? 0) + Number(message.timestamp & 0xffffn)) | 0;
    at += 2 + length;
  }
  return { ops, ns: Number(process.hrtime.bigint() - start), checksum: sum >>> 0 };
});
