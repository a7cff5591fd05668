/**
 * Reads capture files in the order of their bytes: classic pcap (microseconds and nanoseconds) and pcapng, both byte
 * orders of each. The format is told by content, never by name.
 *
 * Sources: draft-ietf-opsawg-pcap (classic), draft-ietf-opsawg-pcapng.
 */

/** One captured frame; a single instance is reused for every frame. */
export class CapturedFrame {
  /** The frame's bytes stand at `bytes[offset..offset+capturedLength)`; `view` covers the same memory. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  offset = 0;
  /** How many bytes the file holds of it, and how many were on the wire. */
  capturedLength = 0;
  wireLength = 0;
  /** Link-layer type, see the LINKTYPE registry. */
  linkType = 0;
  /** Number of the interface within its section; 0 in a classic pcap. */
  interfaceIndex = 0;
  /** Capture stamp, UTC: whole seconds and the rest in nanoseconds, apart because a double can't hold both exactly. */
  seconds = 0;
  nanoseconds = 0;
}

/** Where a reader hands its frames. The frame is reused and its bytes are overwritten: copy what you keep. */
export type FrameListener = (frame: CapturedFrame) => void;

export type CaptureFormat = 'unknown' | 'pcap' | 'pcapng';

/** Largest block or frame believed: what Wireshark believes. A longer one means that the file is damaged. */
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Largest frame of a classic pcap whose header does not promise a larger one: libpcap's own limit. */
const MAX_FRAME_BYTES = 262144;

const PCAP_HEADER_BYTES = 24;
const PCAP_RECORD_HEADER_BYTES = 16;
const PCAP_MICROSECONDS = 0xa1b2c3d4;
const PCAP_NANOSECONDS = 0xa1b23c4d;
/** The low bits of the header's network word are the link type; above them stand details of a frame check sequence. */
const LINK_TYPE_MASK = 0xffff;

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
/** A block's type and length in front, its length again behind. */
const BLOCK_OVERHEAD_BYTES = 12;
const SECTION_HEADER_MIN_BYTES = 28;
const INTERFACE_DESCRIPTION_FIXED_BYTES = 8;
const PACKET_FIXED_BYTES = 20;

const OPTION_END = 0;
const OPTION_TIMESTAMP_RESOLUTION = 9;
const OPTION_TIMESTAMP_OFFSET = 14;

const NANOSECONDS_PER_SECOND = 1_000_000_000;
/** 10^-9: the finest decimal resolution that is converted without BigInt. */
const NANOSECOND_EXPONENT = 9;
const DEFAULT_RESOLUTION = 6;

/** Magic numbers of compressions that are not read, so that the error can name them. */
const FOREIGN_MAGIC: readonly (readonly [string, readonly number[]])[] = [
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
];

interface CaptureInterface {
  readonly linkType: number;
  /** 0 = unlimited. */
  readonly snapLength: number;
  /** The raw `if_tsresol` byte. */
  readonly resolution: number;
  readonly offsetSeconds: number;
}

/**
 * A push parser: give it the file's bytes in pieces of any size, then {@link end}. It never throws, whatever the bytes
 * are, and holds no more than one block of them: what it could not make sense of is counted, and {@link damage} says
 * where and why it had to stop.
 */
export class CaptureReader {
  format: CaptureFormat = 'unknown';
  /** Frames handed to the listener. */
  frames = 0;
  /** pcapng blocks that were skipped because their own fields contradict each other. */
  badBlocks = 0;
  /** Frames whose format has no stamp (pcapng simple packet blocks): they carry that of the frame before. */
  unstamped = 0;
  /** Why reading stopped before the end of the file, and at which byte; undefined if it did not. */
  damage: string | undefined = undefined;

  readonly #onFrame: FrameListener;
  readonly #frame = new CapturedFrame();
  #pending = new Uint8Array(0);
  #pendingLength = 0;
  /** Bytes of an uninteresting block still to be passed over. */
  #skip = 0;
  /** Position in the file of the first byte not yet parsed. */
  #position = 0;
  #littleEndian = true;
  #nanosecondStamps = false;
  #maxFrameBytes = MAX_FRAME_BYTES;
  #linkType = 0;
  #interfaces: CaptureInterface[] = [];

  constructor(onFrame: FrameListener) {
    this.#onFrame = onFrame;
  }

  /** Takes the next piece of the file. Frames that it completes are handed to the listener before this returns. */
  push(chunk: Uint8Array): void {
    if (this.damage !== undefined) return;
    let start = 0;
    if (this.#skip > 0) {
      start = Math.min(this.#skip, chunk.length);
      this.#skip -= start;
      this.#position += start;
      if (start === chunk.length) return;
    }
    if (this.#pendingLength === 0) {
      const used = this.#parse(chunk, start, chunk.length);
      this.#keep(chunk, Math.min(used, chunk.length));
      return;
    }
    this.#append(chunk, start);
    const length = this.#pendingLength;
    const used = Math.min(this.#parse(this.#pending, 0, length), length);
    this.#pending.copyWithin(0, used, length);
    this.#pendingLength = length - used;
  }

  /** The file ends here. */
  end(): void {
    if (this.damage !== undefined) return;
    if (this.format === 'unknown') {
      this.damage = this.#pendingLength === 0 ? 'it is empty' : 'it is shorter than any capture file header';
    } else if (this.#pendingLength > 0 || this.#skip > 0) {
      this.damage = `it ends in the middle of a ${this.format === 'pcap' ? 'record' : 'block'} that begins at byte ${this.#position}`;
    }
    this.#pendingLength = 0;
  }

  #keep(chunk: Uint8Array, from: number): void {
    if (this.damage === undefined && from < chunk.length) this.#append(chunk, from);
  }

  #append(chunk: Uint8Array, from: number): void {
    const needed = this.#pendingLength + chunk.length - from;
    if (needed > this.#pending.length) {
      const grown = new Uint8Array(Math.max(needed, this.#pending.length * 2, 4096));
      grown.set(this.#pending.subarray(0, this.#pendingLength));
      this.#pending = grown;
    }
    this.#pending.set(chunk.subarray(from), this.#pendingLength);
    this.#pendingLength = needed;
  }

  /** Parses what is whole in `bytes[start..end)`; returns where the rest begins. */
  #parse(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const frame = this.#frame;
    frame.bytes = bytes;
    frame.view = view;
    let at = start;
    while (this.damage === undefined) {
      let used: number;
      if (this.format === 'pcap') used = this.#parseRecord(view, at, end);
      else if (this.format === 'pcapng') used = this.#parseBlock(view, at, end);
      else used = this.#parseMagic(bytes, view, at, end);
      if (used === 0) break;
      this.#position += Math.min(used, end - at);
      at += used;
      if (at > end) {
        this.#skip = at - end;
        break;
      }
    }
    return at;
  }

  /** Recognises the format. Returns bytes used: 0 for a pcapng, whose first block is parsed as any other. */
  #parseMagic(bytes: Uint8Array, view: DataView, at: number, end: number): number {
    if (end - at < 4) return 0;
    const big = view.getUint32(at, false);
    if (big === SECTION_HEADER) {
      this.format = 'pcapng';
      return this.#parseBlock(view, at, end);
    }
    const little = view.getUint32(at, true);
    const magic = little === PCAP_MICROSECONDS || little === PCAP_NANOSECONDS ? little : big;
    if (magic !== PCAP_MICROSECONDS && magic !== PCAP_NANOSECONDS) {
      const foreign = FOREIGN_MAGIC.find(([, start]) => start.every((byte, index) => bytes[at + index] === byte));
      this.damage = foreign
        ? `it is compressed with ${foreign[0]}: decompress it first (gzip is read as it is)`
        : 'it is neither pcap nor pcapng, gzipped or not';
      return 0;
    }
    if (end - at < PCAP_HEADER_BYTES) return 0;
    this.#littleEndian = magic === little;
    this.#nanosecondStamps = magic === PCAP_NANOSECONDS;
    const snapLength = view.getUint32(at + 16, this.#littleEndian);
    this.#maxFrameBytes = Math.min(Math.max(snapLength, MAX_FRAME_BYTES), MAX_BLOCK_BYTES);
    this.#linkType = view.getUint32(at + 20, this.#littleEndian) & LINK_TYPE_MASK;
    this.format = 'pcap';
    return PCAP_HEADER_BYTES;
  }

  #parseRecord(view: DataView, at: number, end: number): number {
    if (end - at < PCAP_RECORD_HEADER_BYTES) return 0;
    const littleEndian = this.#littleEndian;
    const captured = view.getUint32(at + 8, littleEndian);
    if (captured > this.#maxFrameBytes) {
      this.damage = `the record at byte ${this.#position} claims a frame of ${captured} bytes`;
      return 0;
    }
    if (end - at < PCAP_RECORD_HEADER_BYTES + captured) return 0;
    const fraction = view.getUint32(at + 4, littleEndian);
    const frame = this.#frame;
    frame.linkType = this.#linkType;
    frame.interfaceIndex = 0;
    frame.offset = at + PCAP_RECORD_HEADER_BYTES;
    frame.capturedLength = captured;
    frame.wireLength = Math.max(view.getUint32(at + 12, littleEndian), captured);
    this.#stamp(view.getUint32(at, littleEndian), this.#nanosecondStamps ? fraction : fraction * 1000);
    this.#hand();
    return PCAP_RECORD_HEADER_BYTES + captured;
  }

  /** Sets the frame's stamp; a fraction beyond a second (seen in damaged files) is carried over. */
  #stamp(seconds: number, nanoseconds: number): void {
    const carried = Math.floor(nanoseconds / NANOSECONDS_PER_SECOND);
    this.#frame.seconds = seconds + carried;
    this.#frame.nanoseconds = nanoseconds - carried * NANOSECONDS_PER_SECOND;
  }

  #hand(): void {
    this.frames++;
    this.#onFrame(this.#frame);
  }

  #parseBlock(view: DataView, at: number, end: number): number {
    if (end - at < BLOCK_OVERHEAD_BYTES) return 0;
    // The section header's type reads the same in both byte orders; its magic tells which one the section has.
    if (view.getUint32(at, false) === SECTION_HEADER) {
      const magic = view.getUint32(at + 8, true);
      if (magic === BYTE_ORDER_MAGIC) this.#littleEndian = true;
      else if (view.getUint32(at + 8, false) === BYTE_ORDER_MAGIC) this.#littleEndian = false;
      else {
        this.damage = `the section header at byte ${this.#position} has no byte-order magic`;
        return 0;
      }
    }
    const littleEndian = this.#littleEndian;
    const type = view.getUint32(at, littleEndian);
    const length = view.getUint32(at + 4, littleEndian);
    if (length < BLOCK_OVERHEAD_BYTES || length % 4 !== 0) {
      this.damage = `the block at byte ${this.#position} claims a length of ${length} bytes`;
      return 0;
    }
    const wanted =
      type === SECTION_HEADER ||
      type === INTERFACE_DESCRIPTION ||
      type === ENHANCED_PACKET ||
      type === SIMPLE_PACKET ||
      type === OBSOLETE_PACKET;
    if (!wanted) return length;
    if (length > MAX_BLOCK_BYTES) {
      this.damage = `the block at byte ${this.#position} claims a length of ${length} bytes`;
      return 0;
    }
    if (end - at < length) return 0;
    if (view.getUint32(at + length - 4, littleEndian) !== length) {
      this.damage = `the block at byte ${this.#position} does not end with its own length`;
      return 0;
    }
    const body = at + 8;
    const bodyEnd = at + length - 4;
    if (type === SECTION_HEADER) this.#parseSectionHeader(view, body, length);
    else if (type === INTERFACE_DESCRIPTION) this.#parseInterface(view, body, bodyEnd);
    else if (type === ENHANCED_PACKET) this.#parsePacket(view, body, bodyEnd, false);
    else if (type === OBSOLETE_PACKET) this.#parsePacket(view, body, bodyEnd, true);
    else this.#parseSimplePacket(view, body, bodyEnd);
    return this.damage === undefined ? length : 0;
  }

  #parseSectionHeader(view: DataView, body: number, length: number): void {
    if (length < SECTION_HEADER_MIN_BYTES) {
      this.damage = `the section header at byte ${this.#position} is too short`;
      return;
    }
    const major = view.getUint16(body + 4, this.#littleEndian);
    if (major !== 1) {
      this.damage = `the section at byte ${this.#position} is of pcapng version ${major}, which is not known`;
      return;
    }
    this.#interfaces = [];
  }

  #parseInterface(view: DataView, body: number, end: number): void {
    if (end - body < INTERFACE_DESCRIPTION_FIXED_BYTES) {
      this.badBlocks++;
      // Interfaces are numbered by their order, so a bad one must hold its place.
      this.#interfaces.push({ linkType: -1, snapLength: 0, resolution: DEFAULT_RESOLUTION, offsetSeconds: 0 });
      return;
    }
    const littleEndian = this.#littleEndian;
    let resolution = DEFAULT_RESOLUTION;
    let offsetSeconds = 0;
    let at = body + INTERFACE_DESCRIPTION_FIXED_BYTES;
    while (end - at >= 4) {
      const code = view.getUint16(at, littleEndian);
      const length = view.getUint16(at + 2, littleEndian);
      if (code === OPTION_END) break;
      if (at + 4 + length > end) {
        this.badBlocks++;
        break;
      }
      if (code === OPTION_TIMESTAMP_RESOLUTION && length >= 1) resolution = view.getUint8(at + 4);
      if (code === OPTION_TIMESTAMP_OFFSET && length >= 8)
        offsetSeconds = Number(view.getBigInt64(at + 4, littleEndian));
      at += 4 + ((length + 3) & ~3);
    }
    this.#interfaces.push({
      linkType: view.getUint16(body, littleEndian),
      snapLength: view.getUint32(body + 4, littleEndian),
      resolution,
      offsetSeconds,
    });
  }

  #parsePacket(view: DataView, body: number, end: number, obsolete: boolean): void {
    if (end - body < PACKET_FIXED_BYTES) {
      this.badBlocks++;
      return;
    }
    const littleEndian = this.#littleEndian;
    const index = obsolete ? view.getUint16(body, littleEndian) : view.getUint32(body, littleEndian);
    const captured = view.getUint32(body + 12, littleEndian);
    const source = this.#interfaces[index];
    if (source === undefined || captured > end - body - PACKET_FIXED_BYTES) {
      this.badBlocks++;
      return;
    }
    const frame = this.#frame;
    frame.linkType = source.linkType;
    frame.interfaceIndex = index;
    frame.offset = body + PACKET_FIXED_BYTES;
    frame.capturedLength = captured;
    frame.wireLength = Math.max(view.getUint32(body + 16, littleEndian), captured);
    this.#stampTicks(source, view.getUint32(body + 4, littleEndian), view.getUint32(body + 8, littleEndian));
    this.#hand();
  }

  #parseSimplePacket(view: DataView, body: number, end: number): void {
    const source = this.#interfaces[0];
    if (end - body < 4 || source === undefined) {
      this.badBlocks++;
      return;
    }
    const wireLength = view.getUint32(body, this.#littleEndian);
    const snapLength = source.snapLength === 0 ? wireLength : Math.min(wireLength, source.snapLength);
    if (snapLength > end - body - 4) {
      this.badBlocks++;
      return;
    }
    const frame = this.#frame;
    frame.linkType = source.linkType;
    frame.interfaceIndex = 0;
    frame.offset = body + 4;
    frame.capturedLength = snapLength;
    frame.wireLength = wireLength;
    this.unstamped++;
    this.#hand();
  }

  /** Sets the frame's stamp from a 64-bit count of an interface's ticks. */
  #stampTicks(source: CaptureInterface, high: number, low: number): void {
    const { resolution, offsetSeconds } = source;
    if (resolution <= NANOSECOND_EXPONENT) {
      // Long division in 16-bit digits: every intermediate stays below 2^53.
      const perSecond = 10 ** resolution;
      let seconds = 0;
      let rest = 0;
      for (let digit = 0; digit < 4; digit++) {
        const word = digit < 2 ? high : low;
        const dividend = rest * 65536 + (digit % 2 === 0 ? word >>> 16 : word & 0xffff);
        const quotient = Math.floor(dividend / perSecond);
        rest = dividend - quotient * perSecond;
        seconds = seconds * 65536 + quotient;
      }
      this.#stamp(seconds + offsetSeconds, rest * 10 ** (NANOSECOND_EXPONENT - resolution));
      return;
    }
    const exponent = BigInt(resolution & 0x7f);
    const perSecond = resolution & 0x80 ? 1n << exponent : 10n ** exponent;
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const seconds = ticks / perSecond;
    const rest = ((ticks - seconds * perSecond) * BigInt(NANOSECONDS_PER_SECOND)) / perSecond;
    this.#stamp(Number(seconds) + offsetSeconds, Number(rest));
  }
}
