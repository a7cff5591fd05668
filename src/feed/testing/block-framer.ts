import { type Frame, FrameId, type Framer, MalformedReason, PacketKind } from '../framer.ts';

/** Layout of a test packet: session (4 bytes), first number (8), count (2), then `count` blocks of length (2) and bytes. */
export const BlockPacket = { session: 0, first: 4, count: 12, blocks: 14, endOfSession: 0xffff } as const;

const TWO_32 = 2 ** 32;

/** The simplest counted protocol there can be, so that the feed's tests know no venue. All numbers big-endian. */
export class BlockFramer implements Framer {
  readonly protocol = 'blocks';
  readonly linked = false;

  frame(_bytes: Uint8Array, view: DataView, offset: number, length: number, frame: Frame): PacketKind {
    if (length < BlockPacket.blocks) return this.bad(frame, MalformedReason.shortHeader);
    frame.nameSession(view.getInt32(offset + BlockPacket.session), 0, 0, 0);
    const first = view.getUint32(offset + BlockPacket.first) * TWO_32 + view.getUint32(offset + BlockPacket.first + 4);
    const count = view.getUint16(offset + BlockPacket.count);
    if (first < 1 || first > Number.MAX_SAFE_INTEGER - count + 1) return this.bad(frame, MalformedReason.badNumber);
    frame.ids[FrameId.first] = first;
    frame.ids[FrameId.next] = first + count;
    frame.ids[FrameId.predecessor] = first - 1;
    frame.count = 0;
    if (count === 0 || count === BlockPacket.endOfSession) {
      if (length !== BlockPacket.blocks) return this.bad(frame, MalformedReason.trailingBytes);
      frame.ids[FrameId.next] = first;
      return count === 0 ? PacketKind.heartbeat : PacketKind.endOfSession;
    }
    if (count > frame.unitOffset.length) return this.bad(frame, MalformedReason.tooManyUnits);
    let at = offset + BlockPacket.blocks;
    const end = offset + length;
    for (let i = 0; i < count; i++) {
      if (at + 2 > end) return this.bad(frame, MalformedReason.unitOverrun);
      const size = view.getUint16(at);
      at += 2;
      if (at + size > end) return this.bad(frame, MalformedReason.unitOverrun);
      frame.unitOffset[i] = at;
      frame.unitLength[i] = size;
      at += size;
    }
    if (at !== end) return this.bad(frame, MalformedReason.trailingBytes);
    frame.count = count;
    return PacketKind.units;
  }

  private bad(frame: Frame, reason: MalformedReason): PacketKind {
    frame.malformedReason = reason;
    return PacketKind.malformed;
  }
}

/** Builds a packet of units `first`… with the given bodies; none = heartbeat. */
export function blockPacket(first: number, bodies: readonly Uint8Array[], session = 1): Uint8Array {
  const length = BlockPacket.blocks + bodies.reduce((sum, body) => sum + 2 + body.length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setInt32(BlockPacket.session, session);
  view.setUint32(BlockPacket.first, Math.floor(first / TWO_32));
  view.setUint32(BlockPacket.first + 4, first % TWO_32);
  view.setUint16(BlockPacket.count, bodies.length);
  let at: number = BlockPacket.blocks;
  for (const body of bodies) {
    view.setUint16(at, body.length);
    bytes.set(body, at + 2);
    at += 2 + body.length;
  }
  return bytes;
}

/** An end-of-session packet. */
export function endPacket(next: number, session = 1): Uint8Array {
  const bytes = blockPacket(next, [], session);
  new DataView(bytes.buffer).setUint16(BlockPacket.count, BlockPacket.endOfSession);
  return bytes;
}
