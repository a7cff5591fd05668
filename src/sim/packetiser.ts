import { appendBlock, Mold, moldSessionWords, writeMoldCount, writeMoldHeader } from '../venues/nasdaq/moldudp64.ts';
import type { UnitStore } from './unit-store.ts';

/** What fits an Ethernet frame of 1500 bytes behind the IP and UDP headers. */
export const DEFAULT_MAX_PACKET_BYTES = 1472;

/**
 * Packs the units of a store into MoldUDP64 packets: for the lines, for answers to retransmit requests, for heartbeats
 * and ends of session. The packet stands in `bytes[0..length)` until the next call.
 */
export class MoldPacketiser {
  readonly bytes: Uint8Array;
  /** How many units the packet of the last {@link packUnits} holds. */
  packed = 0;
  readonly #view: DataView;
  readonly #maxPacketBytes: number;
  readonly #unit = new Uint8Array(0x10000);
  readonly #sequence = new Float64Array(1);
  #session: Int32Array;

  constructor(session: string, maxPacketBytes = DEFAULT_MAX_PACKET_BYTES) {
    this.#session = moldSessionWords(session);
    this.#maxPacketBytes = maxPacketBytes;
    // One unit is always sent, however long it is.
    this.bytes = new Uint8Array(Mold.headerBytes + Mold.blockHeaderBytes + 0xffff + maxPacketBytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** The session's words, as in `Frame.session`. */
  get session(): Int32Array {
    return this.#session;
  }

  setSession(session: string): void {
    this.#session = moldSessionWords(session);
  }

  /**
   * Packs up to `count` units from number `first`, as many as fit one datagram.
   * @param shift taken off the number on the wire: a line whose sequence was restarted counts from elsewhere
   * @returns the packet's length; 0 if the store does not have the first unit
   */
  packUnits(store: UnitStore, first: number, count: number, shift = 0): number {
    this.#sequence[0] = first - shift;
    let at = writeMoldHeader(this.#view, 0, this.#session, this.#sequence, 0);
    let packed = 0;
    while (packed < count && packed < Mold.endOfSessionCount - 1) {
      const length = store.copy(first + packed, this.#unit, 0);
      if (length < 0) break;
      if (packed > 0 && at + Mold.blockHeaderBytes + length > this.#maxPacketBytes) break;
      at = appendBlock(this.bytes, at, this.#unit, 0, length);
      packed++;
    }
    this.packed = packed;
    if (packed === 0) return 0;
    writeMoldCount(this.#view, 0, packed);
    return at;
  }

  /** A heartbeat that names the next number. @returns its length */
  packHeartbeat(next: number, shift = 0): number {
    this.#sequence[0] = next - shift;
    return writeMoldHeader(this.#view, 0, this.#session, this.#sequence, Mold.heartbeatCount);
  }

  /** An end of session that names the next number. @returns its length */
  packEndOfSession(next: number, shift = 0): number {
    this.#sequence[0] = next - shift;
    return writeMoldHeader(this.#view, 0, this.#session, this.#sequence, Mold.endOfSessionCount);
  }
}
