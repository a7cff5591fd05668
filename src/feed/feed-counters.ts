/**
 * Counters of one feed: layout of the cells that its arbiter writes and everything else (status view, replay report,
 * metrics, doctor) reads. All cells are doubles, exact to 2^53; they may lie in shared memory.
 *
 * ```
 *  0           FEED_CELLS        FEED_CELLS + LINE_CELLS
 *  | the feed  | line 0          | line 1 | …
 * ```
 */

/** Cells of the feed as a whole. */
export const FeedCell = {
  /** {@link FeedStatus}, and why: {@link StatusReason}. */
  status: 0,
  statusReason: 1,
  /** How many lines the feed has. */
  lineCount: 2,
  /** Index of the line that leads under `sticky`; -1 under `first`. */
  activeLine: 3,
  /** Units handed to the sink, since the arbiter was made. */
  delivered: 4,
  /** First number of the current session's stream; 0 before the first. */
  firstId: 5,
  /** Number of the last unit delivered (or covered by a snapshot); `firstId - 1` before that. */
  lastId: 6,
  /** Highest number that any line has brought or announced. */
  highestId: 7,
  /** Gaps open now, units missing in them, and when the oldest opened (ns; 0 if none). */
  openGaps: 8,
  openGapUnits: 9,
  oldestGapOpenedAtNs: 10,
  gapsOpened: 11,
  /** Units that filled an open gap, by {@link FillMeans}. */
  filledByOtherLine: 12,
  filledByRetransmit: 13,
  filledBySnapshot: 14,
  /** Held units that a snapshot made superfluous: in hand, but never delivered. */
  coveredBySnapshot: 15,
  /** Ranges declared lost and the units in them. */
  gapsLost: 16,
  lostUnits: 17,
  /** Units lost by {@link LossCause}: cell `lostByCause + cause`. */
  lostByCause: 18,
  /** Changes of the active line, by {@link SwitchEvidence}: cell `switchesByEvidence + evidence`. */
  switches: 24,
  switchesByEvidence: 25,
  lastSwitchAtNs: 32,
  /** Copies of a unit whose bytes differ from the first copy's. */
  disagreements: 33,
  /** New sessions and restarts believed. */
  sessionChanges: 34,
  /** Units and bytes held back now. */
  heldUnits: 35,
  heldBytes: 36,
  retransmitRequests: 37,
  retransmitUnitsWanted: 38,
  /** What the retransmit server sent: packets, units, and those of them that were no longer needed. */
  retransmitPackets: 39,
  retransmitUnits: 40,
  retransmitDuplicates: 41,
  snapshotsWanted: 42,
  snapshotsApplied: 43,
  /** Packets refused by the arbiter (foreign session, unconfirmed jump or restart), all sources. */
  refused: 44,
  /** Calls into the sink that threw. */
  sinkErrors: 45,
  /** When the last unit was delivered, as its receive stamp (ns). */
  lastDeliveredRxNs: 46,
  /** 1 where units name their predecessor: numbers are sparse, and a gap counts as one unit, its size being unknown. */
  linked: 47,
  /** Linked feeds: units delivered, lost or covered since the current numbering began. */
  streamUnits: 48,
} as const;

/** Cells of the feed before the first line's. */
export const FEED_CELLS = 64;

/** Cells of one line, at `lineCell(line, cell)`. */
export const LineCell = {
  /** Datagrams that the line brought, whatever was in them. */
  packets: 0,
  /** Units in packets that were accepted: `first + duplicates + held`. */
  units: 1,
  /** Copies that were delivered. */
  first: 2,
  /** All other copies: second ones, late ones, ones from before the start. */
  duplicates: 3,
  /** Of the duplicates: copies of units that had been declared lost. A hold-off that is too short shows here. */
  late: 4,
  /** Copies held back now. */
  held: 5,
  /** Distinct numbers of the current session's stream (from `firstId` on) that the line has brought. */
  brought: 6,
  /** Numbers that the line never brought in sessions that are over. */
  lostInEarlierSessions: 7,
  /** Highest number that the line has shown, by a unit or a heartbeat. */
  highestId: 8,
  /** Times that the line skipped numbers of its own stream. */
  holes: 9,
  heartbeats: 10,
  /** When something acceptable last arrived (ns); 0 = never. */
  lastHeardNs: 11,
  /** {@link LineHealth}. */
  health: 12,
  /** Packets refused by the arbiter, by {@link RefusalReason}: cell `refusedByReason + reason`. */
  refused: 13,
  refusedByReason: 14,
  /** Malformed packets, by {@link MalformedReason}: cell `malformedByReason + reason`. */
  malformed: 20,
  malformedByReason: 21,
  /** Datagrams that the kernel dropped (`SO_RXQ_OVFL`). */
  kernelDrops: 30,
  socketErrors: 31,
  /** Units of this line that filled an open gap. */
  fills: 32,
  /** Copies that came before any other line's copy of the same unit, and by how much in total (ns). */
  wins: 33,
  wonByTotalNs: 34,
  /** Copies of this line that disagreed with the first copy. */
  disagreements: 35,
  /** 1 while a line expected live is not. */
  redundancyLost: 36,
  bytes: 37,
  /** Histogram of the margins won by: cell `wonByBuckets + b` counts margins of 2^(b-1) up to 2^b - 1 ns; b = 0: 0 ns. */
  wonByBuckets: 48,
} as const;

/** Buckets of {@link LineCell.wonByBuckets}; the last one also takes everything above. */
export const WON_BY_BUCKETS = 40;
/** Cells per line. */
export const LINE_CELLS = 96;

// Copies that an engine compiles in; an exported binding it loads.
const FIRST_LINE_CELL = FEED_CELLS;
const CELLS_A_LINE = LINE_CELLS;

/** Cells that a feed of `lines` lines needs. */
export function feedCellCount(lines: number): number {
  return FEED_CELLS + lines * LINE_CELLS;
}

/**
 * Index of a line's first cell, as an int32 sum: an engine that has to prove it exact in doubles checks each step for
 * overflow.
 */
export function lineBase(line: number): number {
  return (FIRST_LINE_CELL + Math.imul(line | 0, CELLS_A_LINE)) & 0xffff;
}

/** Index of one cell of one line. */
export function lineCell(line: number, cell: number): number {
  return FEED_CELLS + line * LINE_CELLS + cell;
}

/** Numbers from the stream's first to its last that a line never brought, whether or not another line did. */
export function lineLost(cells: Float64Array, line: number): number {
  const first = cells[FeedCell.firstId];
  const span = first === 0 ? 0 : cells[FeedCell.lastId] - first + 1;
  const all = cells[FeedCell.linked] === 1 ? cells[FeedCell.streamUnits] : span;
  const missing = Math.max(0, all - cells[lineCell(line, LineCell.brought)]);
  return cells[lineCell(line, LineCell.lostInEarlierSessions)] + missing;
}

/** As {@link lineLost}, but only up to the highest number that the line itself has shown: what is merely late is not in it. */
export function lineLostSoFar(cells: Float64Array, line: number): number {
  if (cells[FeedCell.linked] === 1) return lineLost(cells, line);
  const first = cells[FeedCell.firstId];
  const last = Math.min(cells[FeedCell.lastId], cells[lineCell(line, LineCell.highestId)]);
  const missing = first === 0 ? 0 : Math.max(0, last - first + 1 - cells[lineCell(line, LineCell.brought)]);
  return cells[lineCell(line, LineCell.lostInEarlierSessions)] + missing;
}
