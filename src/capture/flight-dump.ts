import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { parseIpv4 } from './addresses.ts';
import { type FlightPacket, readFlightRing } from './flight-ring-reader.ts';
import { type ByteSink, PcapngWriter } from './pcapng-writer.ts';
import { MAX_UDP_PAYLOAD_BYTES, UDP_FRAME_HEADER_BYTES, writeUdpFrame } from './udp-frame.ts';

/** The line that a poller's socket receives. */
export interface FlightLine {
  readonly feed: string;
  readonly line: string;
  /** Its group, or the unicast address that it is bound to, and its port: where its packets went to. */
  readonly address: string;
  readonly port: number;
}

/** One poller's flight ring and what its sockets receive, by their index; undefined for sockets that are no line. */
export interface FlightSource {
  readonly memory: SharedArrayBuffer | ArrayBuffer;
  readonly lines: readonly (FlightLine | undefined)[];
}

export interface FlightDumpOptions {
  /** How far back the dump reaches from the newest packet, in ns. Default: all that the rings hold. */
  readonly lastNs?: number;
  /** Why it was written; stands in the file as a comment. */
  readonly reason: string;
  /** Only this feed's lines. Default: all. */
  readonly feed?: string;
}

export interface FlightDump {
  readonly packets: number;
  readonly bytes: number;
}

const NANOSECONDS_PER_SECOND = 1_000_000_000n;

interface Recorded {
  readonly packet: FlightPacket;
  readonly line: FlightLine;
}

/**
 * Writes what flight rings hold as pcapng, while their writers go on: an interface for each line, Ethernet, IPv4 and
 * UDP headers put back as they were on the wire, in the order of receive. The file replays through `warmline replay`
 * to what the arbiter saw.
 *
 * All stamps are monotonic ones moved onto UTC by one and the same offset, the newest packet's: an offset per packet
 * would be rounded differently from line to line and could change their order.
 */
export function writeFlightCapture(
  write: ByteSink,
  sources: readonly FlightSource[],
  { lastNs = Number.POSITIVE_INFINITY, reason, feed }: FlightDumpOptions,
): number {
  const recorded: Recorded[] = [];
  for (const { memory, lines } of sources) {
    for (const packet of readFlightRing(memory)) {
      const line = lines[packet.socket];
      if (line !== undefined && (feed === undefined || line.feed === feed)) recorded.push({ packet, line });
    }
  }
  recorded.sort((a, b) => a.packet.rxNs - b.packet.rxNs);
  const newest = recorded.at(-1)?.packet;
  const writer = new PcapngWriter(write, `Warmline flight recorder: ${reason}`);
  const interfaces = new Map<FlightLine, number>();
  for (const { lines } of sources) {
    for (const line of lines) {
      if (line === undefined || interfaces.has(line) || (feed !== undefined && line.feed !== feed)) continue;
      const description = `${line.address}:${line.port}`;
      interfaces.set(line, writer.addInterface({ name: `${line.feed} ${line.line}`, description }));
    }
  }
  if (newest === undefined) return 0;
  const utcOffset = integer(newest.utcOffsetNs);
  const frame = Buffer.alloc(UDP_FRAME_HEADER_BYTES + MAX_UDP_PAYLOAD_BYTES);
  let count = 0;
  for (const { packet, line } of recorded) {
    if (newest.rxNs - packet.rxNs > lastNs || packet.bytes.length > MAX_UDP_PAYLOAD_BYTES) continue;
    const ends = {
      sourceAddress: packet.sourceAddress,
      sourcePort: packet.sourcePort & 0xffff,
      destinationAddress: parseIpv4(line.address) ?? 0,
      destinationPort: line.port,
    };
    const length = writeUdpFrame(frame, ends, packet.bytes);
    const utcNs = integer(packet.rxNs) + utcOffset;
    const comment = packet.kernelNs > 0 ? `kernel stamp ${packet.rxNs - packet.kernelNs} ns earlier` : undefined;
    writer.packet(
      interfaces.get(line) ?? 0,
      Number(utcNs / NANOSECONDS_PER_SECOND),
      Number(utcNs % NANOSECONDS_PER_SECOND),
      frame.subarray(0, length),
      comment,
    );
    count++;
  }
  return count;
}

/** Exact for any finite double. */
function integer(ns: number): bigint {
  return Number.isFinite(ns) ? BigInt(Math.round(ns)) : 0n;
}

/** Pieces are gathered up to this size before they are written. */
const WRITE_BYTES = 1024 * 1024;

/**
 * Writes a flight capture to a file, which appears under its name only when it is whole.
 * @throws {Error} naming the path and the system's reason
 */
export function dumpFlight(sources: readonly FlightSource[], path: string, options: FlightDumpOptions): FlightDump {
  const unfinished = `${path}.part`;
  let file: number | undefined;
  try {
    file = openSync(unfinished, 'w');
    const target = file;
    let pieces: Uint8Array[] = [];
    let gathered = 0;
    let bytes = 0;
    const flush = (): void => {
      const all = Buffer.concat(pieces, gathered);
      for (let at = 0; at < all.length; ) at += writeSync(target, all, at);
      pieces = [];
      gathered = 0;
    };
    const packets = writeFlightCapture(
      (piece) => {
        pieces.push(piece);
        gathered += piece.length;
        bytes += piece.length;
        if (gathered >= WRITE_BYTES) flush();
      },
      sources,
      options,
    );
    flush();
    closeSync(file);
    file = undefined;
    renameSync(unfinished, path);
    return { packets, bytes };
  } catch (error) {
    if (file !== undefined) closeSync(file);
    rmSync(unfinished, { force: true });
    throw new Error(`flight capture ${path} could not be written: ${(error as Error).message}`, { cause: error });
  }
}
