import { createHash } from 'node:crypto';

/** One datagram of a made-up capture: the numbered units in it. */
export interface NaivePacket {
  readonly line: string;
  readonly stampNs: number;
  /** Number of the first unit; what follows has the numbers after it. None: a heartbeat that names the next number. */
  readonly first: number;
  readonly units: readonly Uint8Array[];
  /** Not a packet of the protocol at all. */
  readonly malformed?: boolean;
}

/**
 * The result of a replay under policy `first`, worked out from the definitions of the report alone: no windows, no
 * incremental state, whole stream at hand. A number is lost if, by the time its gap is given up, no line has brought
 * it; a gap opens when a later number arrives and is given up once a packet comes `holdOffNs` later or more, or once
 * `holdOffCount` later units wait; at the end of the input all gaps are given up.
 */
export function naiveReplay(
  feed: string,
  lineNames: readonly string[],
  packets: readonly NaivePacket[],
  holdOffNs: number,
  holdOffCount: number,
) {
  const sorted = packets.map((packet, order) => ({ packet, order }));
  sorted.sort((a, b) => a.packet.stampNs - b.packet.stampNs || a.order - b.order);
  const lines = Object.fromEntries(
    lineNames.map((name) => [name, { packets: 0, units: 0, first: 0, duplicates: 0, lost: 0, malformed: 0 }]),
  );
  const brought = Object.fromEntries(lineNames.map((name) => [name, new Set<number>()]));
  /** First copy in time of each number; undefined once it is given up. */
  const copies = new Map<number, { bytes: Uint8Array; line: string } | undefined>();
  /** When a number was first known to be missing. */
  const missingSinceNs = new Map<number, number>();
  const gaps: [number, number][] = [];
  const hash = createHash('sha256');
  let start: number | undefined;
  let next = 0;
  let highest = 0;
  let delivered = 0;
  let filledByOtherLine = 0;

  const deliver = (): void => {
    for (let copy = copies.get(next); copies.has(next); copy = copies.get(++next)) {
      if (copy === undefined) continue;
      const length = Buffer.alloc(4);
      length.writeUInt32BE(copy.bytes.length);
      hash.update(length).update(copy.bytes);
      delivered++;
      lines[copy.line].first++;
      if (missingSinceNs.has(next)) filledByOtherLine++;
    }
  };
  const giveUp = (number: number): void => {
    copies.set(number, undefined);
    const last = gaps.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else gaps.push([number, number]);
  };
  const giveUpWhere = (isDue: (number: number) => boolean): void => {
    for (;;) {
      deliver();
      if (next > highest || !isDue(next)) return;
      giveUp(next);
    }
  };

  for (const { packet } of sorted) {
    const { line, stampNs, first, units, malformed = false } = packet;
    giveUpWhere((number) => stampNs - (missingSinceNs.get(number) ?? stampNs) >= holdOffNs);
    const counts = lines[line];
    counts.packets++;
    if (malformed) {
      counts.malformed++;
      continue;
    }
    if (start === undefined) {
      start = first;
      next = first;
      highest = first - 1;
    }
    counts.units += units.length;
    units.forEach((bytes, index) => {
      const number = first + index;
      if (number < (start ?? 0)) return;
      brought[line].add(number);
      if (!copies.has(number)) copies.set(number, { bytes, line });
    });
    const shown = first + units.length - 1;
    for (let number = highest + 1; number <= shown; number++) {
      if (!copies.has(number)) missingSinceNs.set(number, stampNs);
    }
    highest = Math.max(highest, shown);
    deliver();
    giveUpWhere(() => {
      let waiting = 0;
      for (let number = next; number <= highest; number++) if (copies.get(number) !== undefined) waiting++;
      return waiting >= holdOffCount;
    });
  }
  giveUpWhere(() => true);

  for (const name of lineNames) {
    const counts = lines[name];
    counts.duplicates = counts.units - counts.first;
    if (start !== undefined) counts.lost = highest - start + 1 - brought[name].size;
  }
  return {
    feed,
    delivered,
    firstSeq: start === undefined || highest < start ? null : start,
    lastSeq: start === undefined || highest < start ? null : highest,
    duplicates: lineNames.reduce((sum, name) => sum + lines[name].duplicates, 0),
    gaps,
    filled: { otherLine: filledByOtherLine, retransmit: 0, snapshot: 0 },
    lost: gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    switches: 0,
    lines,
    sha256: hash.digest('hex'),
  };
}
