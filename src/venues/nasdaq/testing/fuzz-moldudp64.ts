import { Frame, PacketKind } from '../../../feed/framer.ts';
import {
  appendBlock,
  decodeMoldRequest,
  Mold,
  MoldUdp64Framer,
  moldSessionWords,
  writeMoldHeader,
} from '../moldudp64.ts';

const framer = new MoldUdp64Framer();
const frame = new Frame();
const session = new Int32Array(4);
const first = new Float64Array(1);

function packet(count: number, lengths: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Mold.headerBytes + lengths.reduce((sum, length) => sum + 2 + length, 0));
  let at = writeMoldHeader(new DataView(bytes.buffer), 0, moldSessionWords('DAY1'), Float64Array.of(77), count);
  for (const length of lengths) at = appendBlock(bytes, at, new Uint8Array(length).fill(65), 0, length);
  return bytes;
}

/** Any bytes: framed within their bounds to the last byte, or refused with a reason and no unit. */
export const target = {
  name: 'moldudp64',
  seeds: [
    packet(0, []),
    packet(Mold.endOfSessionCount, []),
    packet(1, [36]),
    packet(5, [0, 19, 36, 0, 40]),
    packet(38, new Array(38).fill(36)),
  ],
  run(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const kind = framer.frame(bytes, view, 0, bytes.length, frame);
    decodeMoldRequest(view, 0, bytes.length, session, first);
    if (kind === PacketKind.malformed) {
      if (frame.malformedReason === 0 || frame.count !== 0) throw new Error('refused without a reason, or with units');
      return;
    }
    let at: number = Mold.headerBytes;
    for (let i = 0; i < frame.count; i++) {
      if (frame.unitOffset[i] !== at + Mold.blockHeaderBytes) throw new Error(`unit ${i} is not behind the one before`);
      at = frame.unitOffset[i] + frame.unitLength[i];
    }
    if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are not accounted for`);
    if (!(frame.ids[0] >= 1) || !Number.isSafeInteger(frame.ids[1])) throw new Error('a number that cannot be');
  },
};
