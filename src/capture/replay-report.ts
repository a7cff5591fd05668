import { FeedCell, LineCell, lineCell, lineLost } from '../feed/feed-counters.ts';

/** What one line did in a replay. Counts of units unless said otherwise. */
export interface ReplayLineReport {
  /** Datagrams. */
  readonly packets: number;
  /** All units it brought. */
  readonly units: number;
  /** Copies of it that were delivered. */
  readonly first: number;
  /** All its other copies, late ones too. */
  readonly duplicates: number;
  /** Numbers from the feed's `firstSeq` to its `lastSeq` that it never brought. */
  readonly lost: number;
  /** Datagrams refused by the framer, or cut by the capture. */
  readonly malformed: number;
}

/** What became of one feed in a replay. The keys stand in the order in which they are printed. */
export interface ReplayReport {
  readonly feed: string;
  /** Units delivered. */
  readonly delivered: number;
  /** Number at which the stream started, and its last one, delivered or lost; null if no unit of it is known. */
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Copies beside the delivered ones, all lines. */
  readonly duplicates: number;
  /** Ranges declared lost, inclusive, in the order of the stream; one still open at the end of the input is in it. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Units that closed a gap once it was open, by means. */
  readonly filled: { readonly otherLine: number; readonly retransmit: number; readonly snapshot: number };
  /** Units in `gaps`. */
  readonly lost: number;
  /** Changes of the active line; 0 under policy `first`. */
  readonly switches: number;
  readonly lines: Readonly<Record<string, ReplayLineReport>>;
  /** Over each delivered unit in order: its length as 4 bytes, big-endian, and its bytes. */
  readonly sha256: string;
}

/** The ranges declared lost, in the order in which the stream meets them; neighbours are joined. */
export class LostRanges {
  readonly #ranges: [number, number][] = [];

  add(from: number, to: number): void {
    const last = this.#ranges.at(-1);
    if (last !== undefined && last[1] + 1 === from) last[1] = to;
    else this.#ranges.push([from, to]);
  }

  get ranges(): readonly (readonly [number, number])[] {
    return this.#ranges;
  }
}

/**
 * Puts a feed's report together from its counters.
 * @param firstId number at which the first stream of the replay started; a restart of the numbers leaves it behind
 * @param lastLostId last number declared lost in the current session
 */
export function buildReplayReport(
  feed: string,
  lineNames: readonly string[],
  cells: Float64Array,
  firstId: number | null,
  lastLostId: number,
  gaps: readonly (readonly [number, number])[],
  sha256: string,
): ReplayReport {
  // A tail that only heartbeats have shown is part of the stream, and no line brought it.
  const lastId = Math.max(cells[FeedCell.lastId], lastLostId);
  const lostTail = lastId - cells[FeedCell.lastId];
  const lines: Record<string, ReplayLineReport> = {};
  let duplicates = 0;
  lineNames.forEach((name, line) => {
    const count = (cell: number): number => cells[lineCell(line, cell)];
    duplicates += count(LineCell.duplicates);
    lines[name] = {
      packets: count(LineCell.packets),
      units: count(LineCell.units),
      first: count(LineCell.first),
      duplicates: count(LineCell.duplicates),
      lost: lineLost(cells, line) + lostTail,
      malformed: count(LineCell.malformed),
    };
  });
  const lost = gaps.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  // A heartbeat starts a stream too, but names no unit of it.
  const heard = cells[FeedCell.delivered] > 0 || lost > 0;
  return {
    feed,
    delivered: cells[FeedCell.delivered],
    firstSeq: heard ? firstId : null,
    lastSeq: heard ? lastId : null,
    duplicates,
    gaps,
    filled: {
      otherLine: cells[FeedCell.filledByOtherLine],
      retransmit: cells[FeedCell.filledByRetransmit],
      snapshot: cells[FeedCell.filledBySnapshot],
    },
    lost,
    switches: cells[FeedCell.switches],
    lines,
    sha256,
  };
}
