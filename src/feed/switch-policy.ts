import type { ArbiterConfig } from './arbiter-config.ts';

/** Switches closer together than this many dwells count as flapping. */
const FLAP_DWELLS = 10;
/** However much the lines flap, this many times the configured lag is evidence: nobody waits longer than that. */
const MAX_LAG_FACTOR = 8;

const Cell = { lastSwitchNs: 0, dwellNs: 1, switches: 2 } as const;

/**
 * Policy `sticky`: how reluctant the arbiter is to change the active line. After each switch it dwells; switches that
 * follow each other closely double the dwell and the lag that counts as evidence, so a flapping line can't make the
 * router flap. Silence and socket errors are not held back: a dead line has to be left at once.
 */
export class SwitchPolicy {
  private readonly config: ArbiterConfig;
  private readonly cells = new Float64Array(3);
  private holeAtNs: Float64Array;
  private holePlace = 0;

  constructor(config: ArbiterConfig) {
    this.config = config;
    this.cells[Cell.dwellNs] = config.minDwellNs;
    this.holeAtNs = new Float64Array(Math.max(1, config.holeCount)).fill(Number.NEGATIVE_INFINITY);
  }

  /** The config's thresholds have changed. @param beforeNs its `minDwellNs` until now */
  adopt(beforeNs: number): void {
    const { cells, config } = this;
    const calm = cells[Cell.switches] === 0 || cells[Cell.dwellNs] === beforeNs;
    cells[Cell.dwellNs] = calm
      ? config.minDwellNs
      : Math.min(config.maxDwellNs, Math.max(config.minDwellNs, cells[Cell.dwellNs]));
    const holes = [...this.holeAtNs.subarray(this.holePlace), ...this.holeAtNs.subarray(0, this.holePlace)];
    const kept = new Float64Array(Math.max(1, config.holeCount)).fill(Number.NEGATIVE_INFINITY);
    const latest = holes.slice(-kept.length);
    kept.set(latest, kept.length - latest.length);
    this.holeAtNs = kept;
    this.holePlace = 0;
  }

  /** Notes a switch at `clock[cell]`. */
  switched(clock: Float64Array, cell: number): void {
    const { cells, config } = this;
    const now = clock[cell];
    const close = cells[Cell.switches] > 0 && now - cells[Cell.lastSwitchNs] < FLAP_DWELLS * cells[Cell.dwellNs];
    cells[Cell.dwellNs] = close ? Math.min(config.maxDwellNs, cells[Cell.dwellNs] * 2) : config.minDwellNs;
    cells[Cell.lastSwitchNs] = now;
    cells[Cell.switches]++;
    this.holeAtNs.fill(Number.NEGATIVE_INFINITY);
  }

  /** Is the dwell after the last switch over? */
  dwellOver(clock: Float64Array, cell: number): boolean {
    const { cells } = this;
    return cells[Cell.switches] === 0 || clock[cell] - cells[Cell.lastSwitchNs] >= cells[Cell.dwellNs];
  }

  /** By how much the configured lag has to be exceeded now: 1, or more while dwelling after repeated switches. */
  lagFactor(clock: Float64Array, cell: number): number {
    return this.dwellOver(clock, cell)
      ? 1
      : Math.min(MAX_LAG_FACTOR, (2 * this.cells[Cell.dwellNs]) / this.config.minDwellNs);
  }

  /** Notes a hole of the active line. @returns true when there have been too many in the window */
  holeSeen(clock: Float64Array, cell: number): boolean {
    if (this.config.holeCount === 0) return false;
    const now = clock[cell];
    this.holeAtNs[this.holePlace] = now;
    this.holePlace = (this.holePlace + 1) % this.holeAtNs.length;
    // The place that comes next holds the oldest of the last `holeCount` holes.
    return now - this.holeAtNs[this.holePlace] <= this.config.holeWindowNs;
  }
}
