/**
 * Writes pcapng files with nanosecond stamps (draft-ietf-opsawg-pcapng). Little-endian, one section.
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const VERSION_MAJOR = 1;
const VERSION_MINOR = 0;
const BLOCK_OVERHEAD_BYTES = 12;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_DESCRIPTION = 3;
const OPTION_APPLICATION = 4;
const OPTION_TIMESTAMP_RESOLUTION = 9;
const NANOSECOND_RESOLUTION = 9;
/** What a capture without a limit says. */
const SNAP_LENGTH = 262144;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const MAX_OPTION_BYTES = 65535;

/** Takes finished bytes, in order; it must use or copy them before it returns. */
export type ByteSink = (bytes: Uint8Array) => void;

export interface InterfaceDescription {
  /** Shown by Wireshark beside each packet; here the line. */
  readonly name: string;
  readonly description?: string;
  /** LINKTYPE number; Ethernet where absent. */
  readonly linkType?: number;
}

type Option = readonly [code: number, value: Buffer];

function textOption(code: number, text: string | undefined): Option[] {
  return text === undefined || text === '' ? [] : [[code, Buffer.from(text, 'utf8').subarray(0, MAX_OPTION_BYTES)]];
}

/** Writes one file, block by block, to a sink. */
export class PcapngWriter {
  readonly #write: ByteSink;
  #interfaces = 0;

  /** Writes the section header. @param comment about the capture as a whole */
  constructor(write: ByteSink, comment?: string) {
    this.#write = write;
    const body = Buffer.alloc(16);
    body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
    body.writeUInt16LE(VERSION_MAJOR, 4);
    body.writeUInt16LE(VERSION_MINOR, 6);
    body.writeBigInt64LE(-1n, 8);
    const options = [...textOption(OPTION_COMMENT, comment), ...textOption(OPTION_APPLICATION, 'Warmline')];
    this.#block(SECTION_HEADER, body, undefined, options);
  }

  /** Adds an interface. @returns its number, for {@link packet} */
  addInterface({ name, description, linkType = 1 }: InterfaceDescription): number {
    const body = Buffer.alloc(8);
    body.writeUInt16LE(linkType, 0);
    body.writeUInt32LE(SNAP_LENGTH, 4);
    this.#block(INTERFACE_DESCRIPTION, body, undefined, [
      ...textOption(OPTION_NAME, name),
      ...textOption(OPTION_DESCRIPTION, description),
      [OPTION_TIMESTAMP_RESOLUTION, Buffer.of(NANOSECOND_RESOLUTION)],
    ]);
    return this.#interfaces++;
  }

  /** Adds a frame with its stamp (UTC), optionally with a comment. @param wireLength where the frame was cut */
  packet(
    index: number,
    seconds: number,
    nanoseconds: number,
    frame: Uint8Array,
    comment?: string,
    wireLength = frame.length,
  ): void {
    const stamp = BigInt.asUintN(64, BigInt(seconds) * NANOSECONDS_PER_SECOND + BigInt(nanoseconds));
    const body = Buffer.alloc(20);
    body.writeUInt32LE(index, 0);
    body.writeUInt32LE(Number(stamp >> 32n), 4);
    body.writeUInt32LE(Number(stamp & 0xffffffffn), 8);
    body.writeUInt32LE(frame.length, 12);
    body.writeUInt32LE(wireLength, 16);
    this.#block(ENHANCED_PACKET, body, frame, textOption(OPTION_COMMENT, comment));
  }

  #block(type: number, body: Buffer, data: Uint8Array | undefined, options: readonly Option[]): void {
    const parts: Uint8Array[] = [body];
    if (data !== undefined) parts.push(data, padding(data.length));
    for (const [code, value] of options) {
      const header = Buffer.alloc(4);
      header.writeUInt16LE(code, 0);
      header.writeUInt16LE(value.length, 2);
      parts.push(header, value, padding(value.length));
    }
    if (options.length > 0) {
      const end = Buffer.alloc(4);
      end.writeUInt16LE(OPTION_END, 0);
      parts.push(end);
    }
    const length = BLOCK_OVERHEAD_BYTES + parts.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(length, 4);
    const tail = Buffer.alloc(4);
    tail.writeUInt32LE(length, 0);
    this.#write(Buffer.concat([head, ...parts, tail], length));
  }
}

/** What brings a field to a multiple of four bytes. */
function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
