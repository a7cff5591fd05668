import type { ArbiterConfig, Failback } from './arbiter-config.ts';

/** What of a feed's arbitration may change while it runs: thresholds, never its shape. */
export type LiveSettings = Pick<
  ArbiterConfig,
  | 'failback'
  | 'minDwellNs'
  | 'maxDwellNs'
  | 'holdOffCount'
  | 'holdOffNs'
  | 'gapDeadlineNs'
  | 'staleAfterNs'
  | 'lagUnits'
  | 'lagNs'
  | 'holeCount'
  | 'holeWindowNs'
>;

/** Cells by which settings travel between threads, and by which a router shows those in force. */
export const LiveCell = {
  /** Clean ns after which the feed returns; {@link FAILBACK_NEVER} or {@link FAILBACK_MANUAL}. */
  failbackAfterNs: 0,
  minDwellNs: 1,
  maxDwellNs: 2,
  holdOffCount: 3,
  holdOffNs: 4,
  gapDeadlineNs: 5,
  staleAfterNs: 6,
  lagUnits: 7,
  lagNs: 8,
  holeCount: 9,
  holeWindowNs: 10,
} as const;
export const LIVE_CELLS = 11;

export const FAILBACK_NEVER = -1;
export const FAILBACK_MANUAL = -2;

/** The live part of a config. */
export function liveSettingsOf(config: LiveSettings): LiveSettings {
  const cells = new Float64Array(LIVE_CELLS);
  writeLiveSettings(config, cells, 0);
  return readLiveSettings(cells, 0);
}

/** Writes settings to `cells` from `first` on. */
export function writeLiveSettings(settings: LiveSettings, cells: Float64Array, first: number): void {
  const { failback } = settings;
  cells[first + LiveCell.failbackAfterNs] =
    typeof failback === 'object' ? failback.afterCleanNs : failback === 'never' ? FAILBACK_NEVER : FAILBACK_MANUAL;
  cells[first + LiveCell.minDwellNs] = settings.minDwellNs;
  cells[first + LiveCell.maxDwellNs] = settings.maxDwellNs;
  cells[first + LiveCell.holdOffCount] = settings.holdOffCount;
  cells[first + LiveCell.holdOffNs] = settings.holdOffNs;
  cells[first + LiveCell.gapDeadlineNs] = settings.gapDeadlineNs;
  cells[first + LiveCell.staleAfterNs] = settings.staleAfterNs;
  cells[first + LiveCell.lagUnits] = settings.lagUnits;
  cells[first + LiveCell.lagNs] = settings.lagNs;
  cells[first + LiveCell.holeCount] = settings.holeCount;
  cells[first + LiveCell.holeWindowNs] = settings.holeWindowNs;
}

/** Reads what {@link writeLiveSettings} wrote. */
export function readLiveSettings(cells: Float64Array, first: number): LiveSettings {
  return {
    failback: failbackOf(cells[first + LiveCell.failbackAfterNs]),
    minDwellNs: cells[first + LiveCell.minDwellNs],
    maxDwellNs: cells[first + LiveCell.maxDwellNs],
    holdOffCount: cells[first + LiveCell.holdOffCount],
    holdOffNs: cells[first + LiveCell.holdOffNs],
    gapDeadlineNs: cells[first + LiveCell.gapDeadlineNs],
    staleAfterNs: cells[first + LiveCell.staleAfterNs],
    lagUnits: cells[first + LiveCell.lagUnits],
    lagNs: cells[first + LiveCell.lagNs],
    holeCount: cells[first + LiveCell.holeCount],
    holeWindowNs: cells[first + LiveCell.holeWindowNs],
  };
}

function failbackOf(afterNs: number): Failback {
  if (afterNs === FAILBACK_NEVER) return 'never';
  return afterNs === FAILBACK_MANUAL ? 'manual' : { afterCleanNs: afterNs };
}
