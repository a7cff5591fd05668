import { type Frame, FrameId, type Framer, MalformedReason, PacketKind } from '../framer.ts';

/** A test packet of a linked feed: one unit = predecessor (8 bytes), number (8 bytes), body. Big-endian. */
const BODY = 16;
const TWO_32 = 2 ** 32;

/** The simplest linked protocol there can be: one unit a packet, which names the one before it. */
export class LinkedFramer implements Framer {
  readonly protocol = 'linked';
  readonly linked = true;

  frame(_bytes: Uint8Array, view: DataView, offset: number, length: number, frame: Frame): PacketKind {
    if (length < BODY) {
      frame.malformedReason = MalformedReason.shortHeader;
      return PacketKind.malformed;
    }
    frame.unitPredecessor[0] = view.getUint32(offset) * TWO_32 + view.getUint32(offset + 4);
    frame.unitId[0] = view.getUint32(offset + 8) * TWO_32 + view.getUint32(offset + 12);
    frame.unitOffset[0] = offset + BODY;
    frame.unitLength[0] = length - BODY;
    frame.ids[FrameId.first] = frame.unitId[0];
    frame.ids[FrameId.predecessor] = frame.unitPredecessor[0];
    frame.count = 1;
    return PacketKind.units;
  }
}

export function linkedPacket(predecessor: number, id: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BODY + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(predecessor / TWO_32));
  view.setUint32(4, predecessor % TWO_32);
  view.setUint32(8, Math.floor(id / TWO_32));
  view.setUint32(12, id % TWO_32);
  bytes.set(body, BODY);
  return bytes;
}
