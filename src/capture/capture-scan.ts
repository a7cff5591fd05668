import { formatAddress, IPV4_MAPPED } from './addresses.ts';
import type { CaptureFile } from './capture-bytes.ts';
import { DatagramReader, type FrameTally } from './datagram-reader.ts';
import type { LineTable } from './line-table.ts';
import type { Datagram } from './link-layer.ts';

/** Destinations remembered for the report; a capture with more of them is not one of market data. */
const MAX_DESTINATIONS = 65536;
const NANOSECONDS_PER_SECOND = 1_000_000_000;
const PORTS = 65536;

/** A capture stamp: UTC seconds and nanoseconds. */
export interface CaptureStamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What a first pass over one file found. */
export interface CaptureScan {
  readonly file: CaptureFile;
  readonly tally: FrameTally;
  readonly fragmentedAssembled: number;
  readonly fragmentedAbandoned: number;
  /** pcapng blocks skipped because they contradict themselves. */
  readonly badBlocks: number;
  /** Frames whose format has no stamp. */
  readonly unstamped: number;
  /** Why the file could be read only in part; undefined if it was read whole. */
  readonly damage: string | undefined;
  /** Datagrams of each line. */
  readonly matched: Float64Array;
  /** Of them: cut by the capture. */
  readonly matchedTruncated: Float64Array;
  /** Datagrams by destination (`address:port`), in the order in which they were met, those of lines included. */
  readonly destinations: ReadonlyMap<string, number>;
  /** Stamps of the lines' datagrams: the first in the file, the earliest and the latest. */
  readonly first: CaptureStamp | undefined;
  readonly earliest: CaptureStamp | undefined;
  readonly latest: CaptureStamp | undefined;
  /** How often a datagram's stamp lies before that of the datagram before it. */
  readonly stepsBack: number;
  /** How far a datagram's stamp lies behind the latest stamp before it, at most: what putting them in order must span. */
  readonly displacementNs: number;
}

/** Positive if `a` is later. Exact up to 104 days of difference. */
export function stampDifferenceNs(a: CaptureStamp, b: CaptureStamp): number {
  return (a.seconds - b.seconds) * NANOSECONDS_PER_SECOND + (a.nanoseconds - b.nanoseconds);
}

/** Counts destinations without making a string for each datagram. */
class Destinations {
  readonly #ipv4 = new Map<number, number>();
  readonly #ipv6 = new Map<string, number>();

  count(datagram: Datagram): void {
    const { destination, destinationPort } = datagram;
    if (destination[2] === IPV4_MAPPED && destination[0] === 0 && destination[1] === 0) {
      const key = (destination[3] >>> 0) * PORTS + destinationPort;
      const seen = this.#ipv4.get(key);
      if (seen !== undefined) this.#ipv4.set(key, seen + 1);
      else if (this.#ipv4.size < MAX_DESTINATIONS) this.#ipv4.set(key, 1);
      return;
    }
    const key = `[${formatAddress(destination)}]:${destinationPort}`;
    const seen = this.#ipv6.get(key);
    if (seen !== undefined) this.#ipv6.set(key, seen + 1);
    else if (this.#ipv6.size < MAX_DESTINATIONS) this.#ipv6.set(key, 1);
  }

  named(): Map<string, number> {
    const named = new Map<string, number>();
    for (const [key, count] of this.#ipv4) {
      const address = Math.floor(key / PORTS);
      named.set(`${formatAddress([0, 0, IPV4_MAPPED, address | 0])}:${key % PORTS}`, count);
    }
    for (const [key, count] of this.#ipv6) named.set(key, count);
    return named;
  }
}

/**
 * Reads a file once without keeping anything of it, so that the second pass can put its datagrams in order of their
 * stamps while holding no more of them than their disorder spans.
 * @param onProgress is told the bytes taken, after each piece
 */
export async function scanCapture(
  file: CaptureFile,
  lines: LineTable,
  lineCount: number,
  onProgress?: (bytesTaken: number) => void,
): Promise<CaptureScan> {
  const matched = new Float64Array(lineCount);
  const matchedTruncated = new Float64Array(lineCount);
  const destinations = new Destinations();
  let first: CaptureStamp | undefined;
  let earliest: CaptureStamp | undefined;
  let latest: CaptureStamp | undefined;
  let previous: CaptureStamp | undefined;
  let stepsBack = 0;
  let displacementNs = 0;
  const reader = new DatagramReader((datagram) => {
    destinations.count(datagram);
    const line = lines.find(datagram);
    if (line < 0) return;
    matched[line]++;
    if (datagram.truncated) matchedTruncated[line]++;
    const stamp = { seconds: datagram.seconds, nanoseconds: datagram.nanoseconds };
    if (first === undefined || earliest === undefined || latest === undefined || previous === undefined) {
      first = stamp;
      earliest = stamp;
      latest = stamp;
    } else {
      if (stampDifferenceNs(stamp, previous) < 0) stepsBack++;
      const ahead = stampDifferenceNs(stamp, latest);
      if (ahead > 0) latest = stamp;
      else displacementNs = Math.max(displacementNs, -ahead);
      if (stampDifferenceNs(stamp, earliest) < 0) earliest = stamp;
    }
    previous = stamp;
  });
  const bytes = await file.open();
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      reader.push(chunk);
      onProgress?.(bytes.bytesTaken);
      if (reader.capture.damage !== undefined) break;
    }
  } finally {
    await bytes.close();
  }
  reader.end();
  return {
    file,
    tally: reader.tally,
    fragmentedAssembled: reader.fragments.assembled,
    fragmentedAbandoned: reader.fragments.abandoned,
    badBlocks: reader.capture.badBlocks,
    unstamped: reader.capture.unstamped,
    damage: bytes.damage ?? reader.capture.damage,
    matched,
    matchedTruncated,
    destinations: destinations.named(),
    first,
    earliest,
    latest,
    stepsBack,
    displacementNs,
  };
}
