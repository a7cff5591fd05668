import { ITCH_LENGTHS } from './itch5.ts';

/**
 * Walks a raw ITCH 5.0 file (BinaryFILE): each message behind a u16 length, big-endian. Some files leave every length
 * zero; there the message's type says how long it is. A length of zero with nothing sensible behind it ends the file.
 */
export class ItchFileReader {
  /** Where the current message stands in {@link bytes}, and how long it is. */
  offset = 0;
  length = 0;
  /** Messages read so far. */
  count = 0;
  /** Why reading stopped before the end of the bytes, or ''. */
  problem = '';
  readonly bytes: Uint8Array;
  readonly view: DataView;
  private at = 0;

  /** @param bytes the whole file, unpacked */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves to the next message. @returns false at the end, or where {@link problem} says why it can't go on */
  next(): boolean {
    const { bytes } = this;
    const data = this.at + LENGTH_BYTES;
    if (data >= bytes.length) {
      if (this.at !== bytes.length && !this.endMark(data))
        this.problem = `${bytes.length - this.at} bytes are left over`;
      return false;
    }
    const prefix = this.view.getUint16(this.at);
    const length = prefix === 0 ? ITCH_LENGTHS[bytes[data]] : prefix;
    if (length === 0) {
      this.problem = `no message of type ${bytes[data]} at byte ${data}, and no length to skip it by`;
      return false;
    }
    if (data + length > bytes.length) {
      this.problem = `the message at byte ${data} is cut short`;
      return false;
    }
    this.offset = data;
    this.length = length;
    this.at = data + length;
    this.count++;
    return true;
  }

  /** A length of zero as the file's last two bytes marks its end. */
  private endMark(data: number): boolean {
    return data === this.bytes.length && this.view.getUint16(this.at) === 0;
  }
}

const LENGTH_BYTES = 2;

const GZIP_MAGIC_0 = 0x1f;
const GZIP_MAGIC_1 = 0x8b;

/** Whether a file's first bytes are those of gzip. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === GZIP_MAGIC_0 && bytes[1] === GZIP_MAGIC_1;
}

/** Whether a file (unpacked) begins like a raw ITCH file: a known type, with its own length or zero before it. */
export function looksLikeItch(bytes: Uint8Array): boolean {
  if (bytes.length < LENGTH_BYTES + 1) return false;
  const prefix = (bytes[0] << 8) | bytes[1];
  const known = ITCH_LENGTHS[bytes[LENGTH_BYTES]];
  return known !== 0 && (prefix === 0 || prefix === known);
}
