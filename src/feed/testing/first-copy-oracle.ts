import type { Arrival } from './line-traffic.ts';

/** What a feed under policy `first` without recovery services must have done with some traffic. */
export interface ExpectedStream {
  /** Delivered units: number, line, receive stamp. */
  readonly delivered: { id: number; line: number; rxNs: number }[];
  readonly lost: number[];
  /** Numbers that were missing when they came, that is: filled a gap. */
  readonly filled: number[];
  readonly first: number[];
  readonly duplicates: number[];
}

/**
 * Policy `first` written down as naively as it reads: one entry per number, plain sets, everything recomputed. Shares
 * nothing with the arbiter.
 */
export function firstCopyOracle(
  arrivals: readonly Arrival[],
  lines: number,
  holdOffNs: number,
  holdOffCount: number,
): ExpectedStream {
  const delivered: ExpectedStream['delivered'] = [];
  const lost: number[] = [];
  const filled: number[] = [];
  const first = new Array<number>(lines).fill(0);
  const duplicates = new Array<number>(lines).fill(0);
  const done = new Set<number>();
  const held = new Map<number, { line: number; rxNs: number }>();
  const missing = new Map<number, { openedAt: number; later: number }>();
  let expected = Number.NaN;
  let lead = Number.NaN;

  const advance = () => {
    for (;;) {
      const unit = held.get(expected);
      if (unit === undefined) return;
      held.delete(expected);
      done.add(expected);
      delivered.push({ id: expected, ...unit });
      first[unit.line]++;
      expected++;
    }
  };
  const giveUp = (now: number) => {
    for (;;) {
      const gap = missing.get(expected);
      if (gap === undefined) return;
      if (now - gap.openedAt < holdOffNs && gap.later < holdOffCount) return;
      // The gap goes as a whole: its numbers are missing side by side and opened together.
      const { openedAt, later } = gap;
      for (let g = missing.get(expected); g !== undefined; g = missing.get(expected)) {
        if (g.openedAt !== openedAt || g.later !== later) break;
        missing.delete(expected);
        lost.push(expected);
        done.add(expected);
        expected++;
      }
      advance();
    }
  };

  for (const arrival of arrivals) {
    const now = arrival.atNs;
    giveUpByTime(now);
    if (Number.isNaN(expected)) {
      expected = arrival.first;
      lead = arrival.first - 1;
    }
    for (let id = lead + 1; id < arrival.first; id++) missing.set(id, { openedAt: now, later: 0 });
    for (let id = arrival.first; id <= arrival.last; id++) {
      if (id < expected || done.has(id) || held.has(id)) {
        duplicates[arrival.line]++;
        continue;
      }
      const wasMissing = missing.delete(id);
      if (wasMissing) filled.push(id);
      held.set(id, { line: arrival.line, rxNs: now });
      const waits = id !== expected;
      if (waits) for (const [number, gap] of missing) if (number < id) gap.later++;
      if (!waits && wasMissing) for (const [number, gap] of missing) if (number < id) gap.later++;
      lead = Math.max(lead, id);
      advance();
    }
    lead = Math.max(lead, arrival.last);
    giveUp(now);
  }
  const end = Number.POSITIVE_INFINITY;
  giveUp(end);
  return { delivered, lost, filled, first, duplicates };

  /** Deadlines that passed between packets: the earliest first, each acting before the next is looked at. */
  function giveUpByTime(now: number): void {
    giveUp(now);
  }
}
