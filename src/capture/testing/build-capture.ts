import { gzipSync } from 'node:zlib';

/** A frame to be written into a capture. */
export interface FrameToWrite {
  readonly bytes: Uint8Array;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Length on the wire, where the capture cut the frame. */
  readonly wireLength?: number;
}

/** The kinds of capture file that the reader must know. */
export const captureKinds = [
  'pcap-us-le',
  'pcap-us-be',
  'pcap-ns-le',
  'pcap-ns-be',
  'pcapng-le',
  'pcapng-be',
  'pcapng-fine',
  'pcapng-binary',
  'pcapng-offset',
  'pcapng-obsolete',
  'pcapng-sections',
] as const;
export type CaptureKind = (typeof captureKinds)[number];

/** True where stamps keep only microseconds. */
export function isMicroseconds(kind: CaptureKind): boolean {
  return kind.startsWith('pcap-us');
}

/** Builds a capture file of the given kind. All frames have one link type. */
export function buildCapture(kind: CaptureKind, linkType: number, frames: readonly FrameToWrite[]): Buffer {
  if (kind.startsWith('pcap-')) return buildPcap(kind.endsWith('be'), kind.startsWith('pcap-ns'), linkType, frames);
  if (kind === 'pcapng-sections') {
    const half = frames.length >> 1;
    return Buffer.concat([
      new PcapngBlocks(false).section().interface(linkType).packets(frames.slice(0, half)).bytes(),
      new PcapngBlocks(true).section().interface(linkType).unknown().packets(frames.slice(half)).bytes(),
    ]);
  }
  const blocks = new PcapngBlocks(kind === 'pcapng-be').section().unknown();
  if (kind === 'pcapng-fine') blocks.interface(linkType, 10);
  else if (kind === 'pcapng-binary') blocks.interface(linkType, 0x80 | 30);
  else if (kind === 'pcapng-offset') blocks.interface(linkType, 9, 1_000_000);
  else blocks.interface(linkType);
  return blocks.packets(frames, kind === 'pcapng-obsolete').bytes();
}

/** A gzip of several members, as log rotation and `cat a.gz b.gz` make them. */
export function gzipMembers(bytes: Uint8Array, members: number): Buffer {
  const size = Math.max(1, Math.ceil(bytes.length / members));
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(gzipSync(bytes.subarray(at, at + size)));
  return Buffer.concat(parts);
}

function buildPcap(
  bigEndian: boolean,
  nanoseconds: boolean,
  linkType: number,
  frames: readonly FrameToWrite[],
): Buffer {
  const header = Buffer.alloc(24);
  const u32 = (target: Buffer, value: number, at: number): number =>
    bigEndian ? target.writeUInt32BE(value, at) : target.writeUInt32LE(value, at);
  u32(header, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  if (bigEndian) header.writeUInt32BE(0x00020004, 4);
  else header.writeUInt32LE(0x00040002, 4);
  u32(header, 262144, 16);
  u32(header, linkType, 20);
  const parts: Uint8Array[] = [header];
  for (const frame of frames) {
    const record = Buffer.alloc(16);
    u32(record, frame.seconds, 0);
    u32(record, nanoseconds ? frame.nanoseconds : Math.floor(frame.nanoseconds / 1000), 4);
    u32(record, frame.bytes.length, 8);
    u32(record, frame.wireLength ?? frame.bytes.length, 12);
    parts.push(record, frame.bytes);
  }
  return Buffer.concat(parts);
}

/** pcapng blocks one by one, so that tests can also put together what a writer would not. */
export class PcapngBlocks {
  readonly #bigEndian: boolean;
  readonly #parts: Buffer[] = [];
  #resolution = 9;
  #offsetSeconds = 0;

  constructor(bigEndian = false) {
    this.#bigEndian = bigEndian;
  }

  u16(value: number): Buffer {
    const bytes = Buffer.alloc(2);
    if (this.#bigEndian) bytes.writeUInt16BE(value);
    else bytes.writeUInt16LE(value);
    return bytes;
  }

  u32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    if (this.#bigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  }

  /** Any block: its body is padded to four bytes. */
  block(type: number, ...body: readonly Uint8Array[]): this {
    const bytes = Buffer.concat(body);
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    const length = this.u32(padded.length + 12);
    this.#parts.push(Buffer.concat([this.u32(type), length, padded, length]));
    return this;
  }

  section(): this {
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(1), this.u16(0), Buffer.alloc(8, 0xff));
  }

  interface(linkType: number, resolution = 9, offsetSeconds = 0): this {
    this.#resolution = resolution;
    this.#offsetSeconds = offsetSeconds;
    const offset = Buffer.alloc(8);
    if (this.#bigEndian) offset.writeBigInt64BE(BigInt(offsetSeconds));
    else offset.writeBigInt64LE(BigInt(offsetSeconds));
    return this.block(
      1,
      this.u16(linkType),
      this.u16(0),
      this.u32(0),
      ...[this.u16(2), this.u16(3), Buffer.from('eth\0')],
      ...[this.u16(9), this.u16(1), Buffer.from([resolution, 0, 0, 0])],
      ...[this.u16(14), this.u16(8), offset],
      ...[this.u16(0), this.u16(0)],
    );
  }

  /** A block that no reader knows. */
  unknown(): this {
    return this.block(0x80000bad, Buffer.from('what is this?'));
  }

  packets(frames: readonly FrameToWrite[], obsolete = false): this {
    for (const frame of frames) {
      const ticks = this.#ticks(frame);
      this.block(
        obsolete ? 2 : 6,
        obsolete ? Buffer.concat([this.u16(0), this.u16(0xffff)]) : this.u32(0),
        this.u32(Number(ticks >> 32n)),
        this.u32(Number(ticks & 0xffffffffn)),
        this.u32(frame.bytes.length),
        this.u32(frame.wireLength ?? frame.bytes.length),
        frame.bytes,
      );
    }
    return this;
  }

  /** Simple packet blocks: no stamp, no interface number. */
  simplePackets(frames: readonly FrameToWrite[]): this {
    for (const { bytes, wireLength = bytes.length } of frames) this.block(3, this.u32(wireLength), bytes);
    return this;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** The frame's stamp in the interface's ticks, rounded up so that whole nanoseconds come back exact. */
  #ticks({ seconds, nanoseconds }: FrameToWrite): bigint {
    const exponent = BigInt(this.#resolution & 0x7f);
    const perSecond = this.#resolution & 0x80 ? 1n << exponent : 10n ** exponent;
    const fraction = (BigInt(nanoseconds) * perSecond + 999_999_999n) / 1_000_000_000n;
    return BigInt(seconds - this.#offsetSeconds) * perSecond + fraction;
  }
}
