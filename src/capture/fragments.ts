import { type Datagram, DecodeResult, decodeUdp } from './link-layer.ts';

/** Most datagrams put together at a time; the one begun first is given up for a new one. */
const MAX_UNFINISHED = 64;
/** Largest IPv4 payload that a fragment offset can reach. */
const MAX_PAYLOAD_BYTES = 65535;
/** Fragment offsets count units of this many bytes. */
const UNIT_BYTES = 8;

interface Unfinished {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** One flag per 8-byte unit that has arrived. */
  readonly present: Uint8Array;
  unitsPresent: number;
  /** Known once the last fragment has come; -1 until then. */
  totalBytes: number;
  seconds: number;
  nanoseconds: number;
}

/** Puts fragmented IPv4 datagrams together again (RFC 791, section 3.2), within fixed memory. */
export class FragmentAssembler {
  /** Datagrams put together. */
  assembled = 0;
  /** Datagrams given up: cut by the capture, impossible lengths, crowded out, or unfinished at the end. */
  abandoned = 0;
  readonly #unfinished: Unfinished[] = [];

  /**
   * Takes one fragment. When it completes its datagram, `datagram` is made to show the whole (stamped with the latest
   * of its parts: that is when a host would have had it) and true is returned.
   */
  add(datagram: Datagram): boolean {
    const { fragmentOffset, length, moreFragments } = datagram;
    const key = `${datagram.source[3]} ${datagram.destination[3]} ${datagram.fragmentId}`;
    let index = this.#unfinished.findIndex((candidate) => candidate.key === key);
    const bad =
      datagram.truncated ||
      length === 0 ||
      fragmentOffset + length > MAX_PAYLOAD_BYTES ||
      (moreFragments && length % UNIT_BYTES !== 0);
    if (bad) {
      if (index >= 0) this.#unfinished.splice(index, 1);
      this.abandoned++;
      return false;
    }
    if (index < 0) {
      if (this.#unfinished.length === MAX_UNFINISHED) {
        this.#unfinished.shift();
        this.abandoned++;
      }
      const bytes = new Uint8Array(MAX_PAYLOAD_BYTES + 1);
      this.#unfinished.push({
        key,
        bytes,
        view: new DataView(bytes.buffer),
        present: new Uint8Array((MAX_PAYLOAD_BYTES + 1) / UNIT_BYTES),
        unitsPresent: 0,
        totalBytes: -1,
        seconds: datagram.seconds,
        nanoseconds: datagram.nanoseconds,
      });
      index = this.#unfinished.length - 1;
    }
    const whole = this.#unfinished[index];
    const firstUnit = fragmentOffset / UNIT_BYTES;
    const units = Math.ceil(length / UNIT_BYTES);
    for (let unit = 0; unit < units; unit++) {
      // The first copy of a unit stands, so that an overlapping fragment can't rewrite what was there.
      if (whole.present[firstUnit + unit] === 1) continue;
      whole.present[firstUnit + unit] = 1;
      whole.unitsPresent++;
      const from = datagram.offset + unit * UNIT_BYTES;
      const to = Math.min(from + UNIT_BYTES, datagram.offset + length);
      whole.bytes.set(datagram.bytes.subarray(from, to), (firstUnit + unit) * UNIT_BYTES);
    }
    if (!moreFragments) whole.totalBytes = fragmentOffset + length;
    if (
      datagram.seconds > whole.seconds ||
      (datagram.seconds === whole.seconds && datagram.nanoseconds > whole.nanoseconds)
    ) {
      whole.seconds = datagram.seconds;
      whole.nanoseconds = datagram.nanoseconds;
    }
    if (whole.totalBytes < 0 || whole.unitsPresent < Math.ceil(whole.totalBytes / UNIT_BYTES)) return false;
    this.#unfinished.splice(index, 1);
    datagram.bytes = whole.bytes;
    datagram.view = whole.view;
    datagram.seconds = whole.seconds;
    datagram.nanoseconds = whole.nanoseconds;
    if (decodeUdp(whole.view, 0, whole.totalBytes, whole.totalBytes, datagram) !== DecodeResult.datagram) {
      this.abandoned++;
      return false;
    }
    this.assembled++;
    return true;
  }

  /** The capture ends: what is unfinished stays so. */
  end(): void {
    this.abandoned += this.#unfinished.length;
    this.#unfinished.length = 0;
  }
}
