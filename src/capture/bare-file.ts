import { ItchFileReader, looksLikeItch } from '../venues/nasdaq/itch-file.ts';
import { Mold } from '../venues/nasdaq/moldudp64.ts';
import { readU48 } from '../venues/nasdaq/wire.ts';
import { IPV4_MAPPED, parseAddress } from './addresses.ts';
import type { ByteSource, CaptureBytes, CaptureFile } from './capture-bytes.ts';
import { CaptureReader } from './capture-reader.ts';
import type { LineAddress } from './line-table.ts';
import { PcapngWriter } from './pcapng-writer.ts';
import { MAX_UDP_PAYLOAD_BYTES, UDP_FRAME_HEADER_BYTES, type UdpEnds, writeUdpFrame } from './udp-frame.ts';

/** The session that messages of a raw ITCH file are given. */
const SESSION = 'ITCH FILE ';
const ITCH_STAMP_OFFSET = 5;
const ITCH_STAMP_BYTES = 6;
const NANOSECONDS_PER_SECOND = 1_000_000_000;
/** Everything in a dump of packets came at the same time, as far as anyone knows: one second after midnight, 1970. */
const DUMP_STAMP_NS = NANOSECONDS_PER_SECOND;
const MAX_MESSAGE_BYTES = MAX_UDP_PAYLOAD_BYTES - Mold.headerBytes - Mold.blockHeaderBytes;
/** What tells a file's kind. More than the longest packet, so that the first one is seen whole. */
const HEAD_BYTES = 2 * MAX_UDP_PAYLOAD_BYTES;

/** Takes one packet of the file. */
export type PacketOutput = (stampNs: number, packet: Uint8Array) => void;

/** Cuts packets out of the file's bytes. */
export interface Cutter {
  /** @returns how many bytes were used up; what is left comes again with more behind it */
  cut(bytes: Uint8Array, output: PacketOutput): number;
  /** The file ends with these bytes, which are no whole packet. */
  end(bytes: Uint8Array, output: PacketOutput): void;
}

/**
 * A file that holds a feed without the headers of a network: a raw ITCH 5.0 file, or MoldUDP64 packets back to back.
 * Read as a capture in which every packet went to one line.
 *
 * Messages of an ITCH file are numbered from 1 and keep their own stamps (ns since midnight), in the order of the file.
 * @param line where its packets went to
 * @returns undefined if the file is something else
 */
export async function readBareFile(file: CaptureFile, line: LineAddress): Promise<CaptureFile | undefined> {
  const bytes = await file.open();
  let head: Uint8Array = new Uint8Array(0);
  try {
    for (let chunk = await bytes.next(); chunk !== undefined && head.length < HEAD_BYTES; chunk = await bytes.next())
      head = Buffer.concat([head, chunk]);
  } finally {
    await bytes.close();
  }
  const reader = new CaptureReader(() => {});
  reader.push(head);
  if (reader.format !== 'unknown') return undefined;
  const createCutter = cutterFor(head);
  if (createCutter === undefined) return undefined;
  const words = parseAddress(line.address);
  if (words === undefined || words[2] !== IPV4_MAPPED) return undefined;
  const ends = { sourceAddress: 0, sourcePort: 0, destinationAddress: words[3], destinationPort: line.port };
  return file.translated((plain) => new BareSource(plain, createCutter(), ends));
}

/** How to cut a file that begins so; undefined if it is neither kind of file. */
export function cutterFor(head: Uint8Array): (() => Cutter) | undefined {
  if (looksLikeItch(head)) return () => new ItchCutter();
  return looksLikeMold(head) ? () => new MoldCutter() : undefined;
}

/** Whether bytes begin with whole MoldUDP64 packets of one session, back to back. */
function looksLikeMold(bytes: Uint8Array): boolean {
  const length = moldLength(bytes, 0);
  if (length <= 0) return false;
  const session = Buffer.from(bytes.subarray(0, Mold.sessionBytes));
  const next = bytes.subarray(length, length + Mold.sessionBytes);
  return next.length === 0 || session.subarray(0, next.length).equals(next);
}

/** Bytes of the packet that begins here; 0 if it is not there whole, -1 if it is none. */
function moldLength(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + Mold.headerBytes > bytes.length) return 0;
  const number = view.getBigUint64(start + Mold.sequenceOffset);
  if (number === 0n || number > BigInt(Number.MAX_SAFE_INTEGER)) return -1;
  const count = view.getUint16(start + Mold.countOffset);
  let at = start + Mold.headerBytes;
  for (let i = 0; i < count && count !== Mold.endOfSessionCount; i++) {
    if (at + Mold.blockHeaderBytes > bytes.length) return 0;
    at += Mold.blockHeaderBytes + view.getUint16(at);
    if (at - start > MAX_UDP_PAYLOAD_BYTES) return -1;
  }
  return at > bytes.length ? 0 : at - start;
}

/** MoldUDP64 packets back to back. */
class MoldCutter implements Cutter {
  cut(bytes: Uint8Array, output: PacketOutput): number {
    let at = 0;
    for (;;) {
      const length = moldLength(bytes, at);
      if (length <= 0) return at;
      output(DUMP_STAMP_NS, bytes.subarray(at, at + length));
      at += length;
    }
  }

  /** What is left is a packet cut short, or none at all: a packet that the framer refuses and counts. */
  end(bytes: Uint8Array, output: PacketOutput): void {
    if (bytes.length > 0) output(DUMP_STAMP_NS, bytes.subarray(0, Mold.headerBytes - 1));
  }
}

/** A raw ITCH file: a packet for each message. */
class ItchCutter implements Cutter {
  readonly #packet = Buffer.alloc(MAX_UDP_PAYLOAD_BYTES);
  #number = 0n;
  #latestNs = 0;

  constructor() {
    this.#packet.write(SESSION, 0, 'latin1');
    this.#packet.writeUInt16BE(1, Mold.countOffset);
  }

  cut(bytes: Uint8Array, output: PacketOutput): number {
    const reader = new ItchFileReader(bytes);
    let used = 0;
    while (reader.next()) {
      const { view, offset, length } = reader;
      if (length >= ITCH_STAMP_OFFSET + ITCH_STAMP_BYTES)
        this.#latestNs = Math.max(this.#latestNs, readU48(view, offset + ITCH_STAMP_OFFSET));
      const packet = this.#packet;
      packet.writeBigUInt64BE(++this.#number, Mold.sequenceOffset);
      packet.writeUInt16BE(length, Mold.headerBytes);
      const data = Mold.headerBytes + Mold.blockHeaderBytes;
      const kept = Math.min(length, MAX_MESSAGE_BYTES);
      packet.set(bytes.subarray(offset, offset + kept), data);
      // A second late, so that no stamp is zero. A message that no datagram holds is cut, and so refused.
      output(this.#latestNs + NANOSECONDS_PER_SECOND, packet.subarray(0, data + kept));
      used = offset + length;
    }
    return used;
  }

  /** A message cut short says so as a packet that the framer refuses; an end mark says nothing. */
  end(bytes: Uint8Array, output: PacketOutput): void {
    const reader = new ItchFileReader(bytes);
    if (!reader.next() && reader.problem !== '')
      output(this.#latestNs + NANOSECONDS_PER_SECOND, bytes.subarray(0, Mold.headerBytes - 1));
  }
}

/** A bare file's packets as the bytes of a capture. */
class BareSource implements ByteSource {
  readonly #plain: CaptureBytes;
  readonly #cutter: Cutter;
  readonly #ends: UdpEnds;
  readonly #frame = Buffer.alloc(UDP_FRAME_HEADER_BYTES + MAX_UDP_PAYLOAD_BYTES);
  readonly #written: Uint8Array[] = [];
  readonly #writer: PcapngWriter;
  #left: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(plain: CaptureBytes, cutter: Cutter, ends: UdpEnds) {
    this.#plain = plain;
    this.#cutter = cutter;
    this.#ends = ends;
    this.#writer = new PcapngWriter((bytes) => this.#written.push(bytes));
    this.#writer.addInterface({ name: 'file' });
  }

  get bytesTaken(): number {
    return this.#plain.bytesTaken;
  }

  get damage(): string | undefined {
    return this.#plain.damage;
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    const output: PacketOutput = (stampNs, packet) => this.#write(stampNs, packet);
    const chunk = await this.#plain.next();
    if (chunk !== undefined) {
      const bytes = Buffer.concat([this.#left, chunk]);
      this.#left = bytes.subarray(this.#cutter.cut(bytes, output));
    }
    // Bytes that make no packet however many follow: nothing behind them can be made sense of.
    if (chunk === undefined || this.#left.length > HEAD_BYTES) {
      this.#ended = true;
      this.#cutter.end(this.#left, output);
    }
    return Buffer.concat(this.#written.splice(0));
  }

  close(): Promise<void> {
    return this.#plain.close();
  }

  #write(stampNs: number, packet: Uint8Array): void {
    const length = writeUdpFrame(this.#frame, this.#ends, packet);
    const seconds = Math.floor(stampNs / NANOSECONDS_PER_SECOND);
    this.#writer.packet(0, seconds, stampNs - seconds * NANOSECONDS_PER_SECOND, this.#frame.subarray(0, length));
  }
}
