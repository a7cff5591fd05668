/**
 * Framing: how a feed protocol's packet is cut into the units the venue numbers.
 *
 * A framer is the only thing arbitration knows of a protocol. It checks the whole packet before the arbiter sees any
 * unit of it, so a malformed packet delivers nothing.
 */

/** What a packet turned out to be. */
export const PacketKind = {
  /** Carries `frame.count` units (one or more). */
  units: 0,
  /** Carries no unit; `frame.ids[FrameId.next]` is the number the next unit will have. Proof of life. */
  heartbeat: 1,
  /** The venue says that this session is finished; `next` as for a heartbeat. */
  endOfSession: 2,
  /** Not a packet of this protocol; `frame.malformedReason` says why. Nothing else in the frame is meaningful. */
  malformed: 3,
} as const;
export type PacketKind = (typeof PacketKind)[keyof typeof PacketKind];

/** Why a packet was refused by its framer. Each is a counter. */
export const MalformedReason = {
  none: 0,
  /** Shorter than the protocol's header. */
  shortHeader: 1,
  /** A unit's length runs past the end of the packet. */
  unitOverrun: 2,
  /** Bytes are left behind the last unit. */
  trailingBytes: 3,
  /** A number that can't be: zero where the first is one, or above 2^53 - 1. */
  badNumber: 4,
  /** More units than a frame holds. */
  tooManyUnits: 5,
  /** The datagram was cut by the receive slot (`MSG_TRUNC`). */
  truncated: 6,
  /** A field holds a value that its protocol does not allow. */
  badField: 7,
} as const;
export type MalformedReason = (typeof MalformedReason)[keyof typeof MalformedReason];

/** Cells of `Frame.ids`. */
export const FrameId = {
  /** Number of the packet's first unit (`units`), or of the next unit (`heartbeat`, `endOfSession`). */
  first: 0,
  /** Number that follows the packet's last unit. Counted feeds only. */
  next: 1,
  /** Linked feeds only: the number of the unit before the packet's first one. Counted feeds: `first - 1`. */
  predecessor: 2,
} as const;

/**
 * The units of one packet: written by a framer, read by an arbiter, reused for every packet. Numbers live in typed
 * arrays because a double kept in an object field or handed through a call costs an allocation.
 */
export class Frame {
  /** See {@link FrameId}. Exact up to 2^53 - 1. */
  readonly ids = new Float64Array(3);
  /**
   * The session's identity, zero-padded to 16 bytes and read as words; all zero where a protocol has none. Written by
   * {@link nameSession}.
   */
  readonly session = new Int32Array(4);
  /** Goes up with each change of {@link session}: who knows this version need not look at the words. */
  sessionVersion = 0;
  /** Byte offset of each unit in the packet's buffer. */
  readonly unitOffset: Int32Array;
  /** Byte length of each unit. */
  readonly unitLength: Int32Array;
  /** Linked feeds only: each unit's own number and its predecessor's. */
  readonly unitId: Float64Array;
  readonly unitPredecessor: Float64Array;
  /** How many units the packet holds. */
  count = 0;
  malformedReason: MalformedReason = MalformedReason.none;

  /** @param maxUnits the most units that one packet may hold (a 64 KiB MoldUDP64 packet of empty blocks has 32,723). */
  constructor(maxUnits = 32768, linked = false) {
    this.unitOffset = new Int32Array(maxUnits);
    this.unitLength = new Int32Array(maxUnits);
    this.unitId = new Float64Array(linked ? maxUnits : 0);
    this.unitPredecessor = new Float64Array(linked ? maxUnits : 0);
  }

  /** The packet belongs to the session of these words. */
  nameSession(word0: number, word1: number, word2: number, word3: number): void {
    const { session } = this;
    if (session[0] === word0 && session[1] === word1 && session[2] === word2 && session[3] === word3) return;
    session[0] = word0;
    session[1] = word1;
    session[2] = word2;
    session[3] = word3;
    this.sessionVersion = (this.sessionVersion + 1) | 0;
  }
}

/** Cuts one protocol's packets into units. Stateless: the same bytes give the same frame. */
export interface Framer {
  /** The protocol's name in config files and reports, for example `moldudp64`. */
  readonly protocol: string;
  /** True where units name their predecessor instead of being counted (`prev_change_id` to `change_id`). */
  readonly linked: boolean;
  /**
   * Frames `length` bytes at `offset`. Never throws and never reads outside them, whatever they are.
   * `bytes` and `view` cover the same memory.
   */
  frame(bytes: Uint8Array, view: DataView, offset: number, length: number, frame: Frame): PacketKind;
}
