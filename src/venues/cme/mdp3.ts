import { type Frame, FrameId, type Framer, MalformedReason, PacketKind } from '../../feed/framer.ts';

/**
 * CME MDP 3.0 packets: the unit is the packet, which carries any number of SBE messages.
 *
 * ```
 *  0          4              12     14
 *  | sequence | sending time | size | message … | size | message … |
 * ```
 * Every integer is little-endian. A message's size counts itself. A packet with no message uses up a number as well,
 * and so do heartbeats, which are packets with an administrative message.
 *
 * Source: CME Globex "MDP 3.0 - Packet Structure" (binary packet header, message header).
 */
export const Mdp3 = {
  /** Sequence u32, sending time u64 (UTC ns). */
  headerBytes: 12,
  sendingTimeOffset: 4,
  /** Size of each message, itself included. */
  sizeBytes: 2,
  /** Smallest message: its size and the SBE header (block length, template, schema, version). */
  minMessageBytes: 10,
} as const;

/**
 * Cuts MDP 3.0 packets: one unit each, the packet after its 12-byte header. The messages' sizes must lead exactly to
 * the end of the packet. Numbers begin at 1, and begin there again after a channel reset or at the start of the week.
 */
export class Mdp3Framer implements Framer {
  readonly protocol = 'cme-mdp3';
  readonly linked = false;

  frame(_bytes: Uint8Array, view: DataView, offset: number, length: number, frame: Frame): PacketKind {
    frame.count = 0;
    if (length < Mdp3.headerBytes) return refuse(frame, MalformedReason.shortHeader);
    const ids = frame.ids;
    ids[FrameId.first] = view.getUint32(offset, true);
    if (ids[FrameId.first] === 0) return refuse(frame, MalformedReason.badNumber);
    const end = offset + length;
    let at = offset + Mdp3.headerBytes;
    while (at < end) {
      if (end - at < Mdp3.sizeBytes) return refuse(frame, MalformedReason.trailingBytes);
      const size = view.getUint16(at, true);
      if (size < Mdp3.minMessageBytes) return refuse(frame, MalformedReason.badField);
      at += size;
    }
    if (at !== end) return refuse(frame, MalformedReason.unitOverrun);
    ids[FrameId.next] = ids[FrameId.first] + 1;
    ids[FrameId.predecessor] = ids[FrameId.first] - 1;
    const session = frame.session;
    session[0] = 0;
    session[1] = 0;
    session[2] = 0;
    session[3] = 0;
    frame.unitOffset[0] = offset + Mdp3.headerBytes;
    frame.unitLength[0] = length - Mdp3.headerBytes;
    frame.count = 1;
    frame.malformedReason = MalformedReason.none;
    return PacketKind.units;
  }
}

function refuse(frame: Frame, reason: MalformedReason): PacketKind {
  frame.malformedReason = reason;
  return PacketKind.malformed;
}
