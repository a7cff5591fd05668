import type { FeedView, LineView, StatusModel } from '../../status/status-model.ts';

/** A healthy line. */
export const lineA: LineView = {
  name: 'A',
  health: 'live',
  redundancyLost: false,
  perSecond: 20_012,
  wonShare: 0.514,
  wonByP50Ns: 12_300,
  wonByP99Ns: 80_900,
  wonBy: [0, 3, 7],
  late: 0,
  duplicates: 599_102,
  lost: 0,
  malformed: 0,
  kernelDrops: 0,
  heardAgoNs: 48_000,
};

export const lineB: LineView = {
  ...lineA,
  name: 'B',
  wonShare: 0.486,
  wonByP50Ns: 9_870,
  lost: 12,
  duplicates: 633_301,
};

export const feed: FeedView = {
  name: 'itch',
  status: 'live',
  reason: '',
  sinceNs: 12e9,
  policy: 'sticky',
  activeLine: 'A',
  deliveredPerSecond: 20_012,
  delivered: 1_232_403,
  lastId: 1_234_567,
  openGaps: 0,
  openGapUnits: 0,
  gaps: 12,
  filled: { otherLine: 45, retransmit: 12, snapshot: 0 },
  lost: 0,
  switches: 1,
  disagreements: 0,
  refused: 0,
  lines: [lineA, lineB],
  books: [
    { symbol: 'ABCD', bid: 150.1, bidSize: 300, ask: 150.12, askSize: 1200 },
    { symbol: 'EFGH', bid: 9.99, bidSize: 100, ask: 10, askSize: 22_500 },
    { symbol: 'IJKL', bid: Number.NaN, bidSize: 0, ask: 71.35, askSize: 400 },
  ],
};

/** A small run in which everything that the view can show occurs. */
export const model: StatusModel = {
  venue: 'nasdaq-sim',
  version: '0.1.0',
  layout: 'fused',
  idle: 'spin',
  io: 'native',
  notes: ['fused: 2 cores (dedicated needs 4); strategies share the hot thread'],
  upNs: 61.4e9,
  feeds: [feed],
  latencies: [
    {
      name: 'wire → strategy',
      count: 1_232_403,
      p50Ns: 4120,
      p90Ns: 5030,
      p99Ns: 8190,
      p999Ns: 21_400,
      maxNs: 912_000,
    },
  ],
  strategies: [
    { name: 'spread-watcher', state: 'running', messages: 1_232_403, perSecond: 20_012, lapped: 0, restarts: 0 },
  ],
  threads: [
    { name: 'hot', core: 1, busy: 0.183, longestTurnNs: 911_000, stalls: 0, collections: 0 },
    { name: 'main', core: -1, busy: 0.02, longestTurnNs: 3.1e6, stalls: 0, collections: 4 },
  ],
  events: [
    {
      utcMs: Date.UTC(2026, 0, 5, 14, 30, 1, 42),
      feed: 'itch',
      what: 'gap',
      text: '1,001 to 1,013 missing before 1,014 on A',
      tone: 'warning',
      windowNs: Number.NaN,
      tookNs: Number.NaN,
    },
    {
      utcMs: Date.UTC(2026, 0, 5, 14, 30, 1, 43),
      feed: 'itch',
      what: 'filled',
      text: '1,001 to 1,013 by B',
      tone: 'good',
      windowNs: Number.NaN,
      tookNs: 640,
    },
    {
      utcMs: Date.UTC(2026, 0, 5, 14, 30, 41, 203),
      feed: 'itch',
      what: 'switch',
      text: 'A → B: silence',
      tone: 'warning',
      windowNs: 3.0002e9,
      tookNs: 1240,
    },
  ],
  keys: [
    { key: 'a', does: 'cut line A' },
    { key: 'b', does: 'cut line B' },
    { key: 'q', does: 'quit' },
  ],
};
