import { Seeded } from './seeded.ts';

/** One packet of units `first`..`last` arriving on a line. */
export interface Arrival {
  readonly atNs: number;
  readonly line: number;
  readonly first: number;
  readonly last: number;
}

/** How badly the lines behave. Probabilities are per packet. */
export interface TrafficShape {
  readonly seed: number;
  readonly lines: number;
  readonly first: number;
  readonly units: number;
  readonly maxUnitsPerPacket: number;
  /** Mean time between units at the venue. */
  readonly spacingNs: number;
  readonly loss: number;
  /** A burst takes up to this many packets in a row. */
  readonly burst: number;
  readonly duplication: number;
  readonly reordering: number;
  /** Most extra delay of a packet that is reordered, and skew between lines. */
  readonly jitterNs: number;
}

/** What each line brings of one true stream: every line packetises, loses, repeats and delays in its own way. */
export function lineTraffic(shape: TrafficShape): Arrival[] {
  const random = new Seeded(shape.seed);
  const arrivals: Arrival[] = [];
  const end = shape.first + shape.units - 1;
  for (let line = 0; line < shape.lines; line++) {
    const skew = random.between(0, shape.jitterNs);
    let dropping = 0;
    for (let first = shape.first; first <= end; ) {
      const last = Math.min(end, first + random.between(1, shape.maxUnitsPerPacket) - 1);
      const sentAt = 1_000_000_000 + (last - shape.first) * shape.spacingNs;
      const copies = random.chance(shape.duplication) ? 2 : 1;
      if (dropping > 0) dropping--;
      else if (random.chance(shape.loss)) dropping = random.between(0, shape.burst);
      else {
        for (let copy = 0; copy < copies; copy++) {
          const extra = copy > 0 || random.chance(shape.reordering) ? random.between(1, shape.jitterNs + 1) : 0;
          arrivals.push({ atNs: sentAt + skew + extra, line, first, last });
        }
      }
      first = last + 1;
    }
  }
  // Ties keep the order of lines and packets: sort is stable.
  return arrivals.sort((a, b) => a.atNs - b.atNs);
}
