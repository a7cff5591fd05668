import {
  type Frame,
  type Framer,
  type PacketKind,
  FrameId as SharedFrameId,
  MalformedReason as SharedMalformedReason,
  PacketKind as SharedPacketKind,
} from '../../feed/framer.ts';
import type { RetransmitCodec } from '../../feed/protocol.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const FrameId = Object.freeze({ ...SharedFrameId });
const Kind = Object.freeze({ ...SharedPacketKind });
const MalformedReason = Object.freeze({ ...SharedMalformedReason });

/**
 * MoldUDP64 version 1.00: Nasdaq's transport for sequenced messages over UDP.
 *
 * ```
 *  0         10          18      20
 *  | session | sequence  | count | count × ( length u16 | message ) |
 * ```
 * Every integer is big-endian. The sequence number is that of the first message; empty messages use one up too.
 */
export const Mold = {
  headerBytes: 20,
  sessionBytes: 10,
  sequenceOffset: 10,
  countOffset: 18,
  /** Length field in front of each message. */
  blockHeaderBytes: 2,
  /** A count of zero: nothing but the number that comes next, as proof of life. */
  heartbeatCount: 0,
  /** This count says that the session is over; it is never 65,535 messages. */
  endOfSessionCount: 0xffff,
  requestBytes: 20,
} as const;
const Wire = Object.freeze({ ...Mold });

const TWO_POW_32 = 4294967296;
/** High word from which a 64-bit number is 2^53 or more. */
const UNSAFE_HIGH_WORD = 0x200000;

/** Cuts MoldUDP64 packets into messages. */
export class MoldUdp64Framer implements Framer {
  readonly protocol = 'moldudp64';
  readonly linked = false;

  /**
   * Frames one datagram. The session's ten bytes stand in `frame.session` as little-endian words, so that the array's
   * memory is the session's bytes (see {@link moldSessionName}).
   *
   * Refused: sequence 0 (the first message of a session is 1) or beyond 2^53 - 1; a block that runs past the end;
   * bytes behind the last block, in heartbeats and ends of session too.
   */
  frame(_bytes: Uint8Array, view: DataView, offset: number, length: number, frame: Frame): PacketKind {
    frame.count = 0;
    if (length < Wire.headerBytes) return refuse(frame, MalformedReason.shortHeader);
    const high = view.getUint32((offset + Wire.sequenceOffset) | 0);
    const low = view.getUint32((offset + Wire.sequenceOffset + 4) | 0);
    if (high >= UNSAFE_HIGH_WORD || (high | low) === 0) return refuse(frame, MalformedReason.badNumber);
    const first = high * TWO_POW_32 + low;
    const count = view.getUint16((offset + Wire.countOffset) | 0);
    const ids = frame.ids;
    frame.nameSession(
      view.getInt32(offset, true),
      view.getInt32((offset + 4) | 0, true),
      view.getUint16((offset + 8) | 0, true),
      0,
    );
    if (count === Wire.heartbeatCount || count === Wire.endOfSessionCount) {
      if (length !== Wire.headerBytes) return refuse(frame, MalformedReason.trailingBytes);
      frame.malformedReason = MalformedReason.none;
      ids[FrameId.first] = first;
      ids[FrameId.next] = first;
      ids[FrameId.predecessor] = first - 1;
      return count === Wire.heartbeatCount ? Kind.heartbeat : Kind.endOfSession;
    }
    // The number after the last one may be 2^53: it is exact, and never that of a unit.
    if (high === UNSAFE_HIGH_WORD - 1 && first > Number.MAX_SAFE_INTEGER - count + 1)
      return refuse(frame, MalformedReason.badNumber);
    const unitOffset = frame.unitOffset;
    const unitLength = frame.unitLength;
    if (count > unitOffset.length) return refuse(frame, MalformedReason.tooManyUnits);
    const end = (offset + length) | 0;
    let at = (offset + Wire.headerBytes) | 0;
    for (let unit = 0; unit < count; unit++) {
      const data = (at + Wire.blockHeaderBytes) | 0;
      if (data > end) return refuse(frame, MalformedReason.unitOverrun);
      const size = view.getUint16(at);
      at = (data + size) | 0;
      if (at > end) return refuse(frame, MalformedReason.unitOverrun);
      unitOffset[unit] = data;
      unitLength[unit] = size;
    }
    if (at !== end) return refuse(frame, MalformedReason.trailingBytes);
    frame.count = count;
    frame.malformedReason = MalformedReason.none;
    ids[FrameId.first] = first;
    ids[FrameId.next] = first + count;
    ids[FrameId.predecessor] = first - 1;
    return Kind.units;
  }
}

function refuse(frame: Frame, reason: SharedMalformedReason): PacketKind {
  frame.malformedReason = reason;
  return Kind.malformed;
}

/** Encodes MoldUDP64 request packets (client to re-request server). */
export class MoldUdp64Requests implements RetransmitCodec {
  /** The count field is 16 bits and its largest value means end of session elsewhere. */
  readonly maxUnitsPerRequest = 0xfffe;

  encodeRequest(view: DataView, offset: number, session: Int32Array, first: Float64Array, count: number): number {
    writeSession(view, offset, session);
    writeSequence(view, offset + Wire.sequenceOffset, first);
    view.setUint16(offset + Wire.countOffset, count);
    return Wire.requestBytes;
  }
}

/**
 * Reads a request packet: the session into `session` (words as in `Frame.session`), the first wanted number into
 * `first[0]`.
 * @returns how many messages are wanted, or -1 if this is no request
 */
export function decodeMoldRequest(
  view: DataView,
  offset: number,
  length: number,
  session: Int32Array,
  first: Float64Array,
): number {
  if (length !== Wire.requestBytes) return -1;
  const high = view.getUint32(offset + Wire.sequenceOffset);
  const low = view.getUint32(offset + Wire.sequenceOffset + 4);
  if (high >= UNSAFE_HIGH_WORD || (high | low) === 0) return -1;
  session[0] = view.getInt32(offset, true);
  session[1] = view.getInt32(offset + 4, true);
  session[2] = view.getUint16(offset + 8, true);
  session[3] = 0;
  first[0] = high * TWO_POW_32 + low;
  return view.getUint16(offset + Wire.countOffset);
}

/**
 * Writes a downstream packet header.
 * @param session words as in `Frame.session`
 * @param sequence cell 0: number of the first message (or of the next one, for heartbeat and end of session)
 * @param count messages that follow, {@link Wire.heartbeatCount} or {@link Wire.endOfSessionCount}
 * @returns where the first block goes
 */
export function writeMoldHeader(
  view: DataView,
  offset: number,
  session: Int32Array,
  sequence: Float64Array,
  count: number,
): number {
  writeSession(view, offset, session);
  writeSequence(view, offset + Wire.sequenceOffset, sequence);
  view.setUint16(offset + Wire.countOffset, count);
  return offset + Wire.headerBytes;
}

/** Writes only the count of a header written earlier, for packets that are filled as messages come. */
export function writeMoldCount(view: DataView, packetOffset: number, count: number): void {
  view.setUint16(packetOffset + Wire.countOffset, count);
}

/**
 * Appends one message block.
 * @param at where the block goes
 * @returns where the next one goes
 */
export function appendBlock(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  sourceOffset: number,
  length: number,
): number {
  target[at] = length >>> 8;
  target[at + 1] = length;
  const data = at + Wire.blockHeaderBytes;
  for (let i = 0; i < length; i++) target[data + i] = source[sourceOffset + i];
  return data + length;
}

/** The session's words (as in `Frame.session`) for a name of at most ten ASCII characters, padded with spaces on the left. */
export function moldSessionWords(name: string): Int32Array {
  const words = new Int32Array(4);
  const bytes = new Uint8Array(words.buffer);
  const padded = name.slice(0, Wire.sessionBytes).padStart(Wire.sessionBytes, ' ');
  for (let i = 0; i < Wire.sessionBytes; i++) bytes[i] = padded.charCodeAt(i);
  return words;
}

/** The session's ten bytes as text; bytes that are no printable ASCII as `\xNN`. For reports, not for the hot path. */
export function moldSessionName(session: Int32Array): string {
  const bytes = new Uint8Array(session.buffer, session.byteOffset, Wire.sessionBytes);
  let name = '';
  for (const byte of bytes) {
    name += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return name;
}

function writeSession(view: DataView, offset: number, session: Int32Array): void {
  view.setInt32(offset, session[0], true);
  view.setInt32(offset + 4, session[1], true);
  view.setUint16(offset + 8, session[2], true);
}

function writeSequence(view: DataView, offset: number, sequence: Float64Array): void {
  const number = sequence[0];
  const high = Math.floor(number / TWO_POW_32);
  view.setUint32(offset, high);
  view.setUint32(offset + 4, number - high * TWO_POW_32);
}
