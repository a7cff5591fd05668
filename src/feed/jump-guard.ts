import { MAX_LINES } from './arbiter-config.ts';

/** Cells of {@link JumpGuard.cells}. */
export const JumpGuardCell = {
  /** Lowest number beyond the jump that has been shown. */
  first: 0,
  /** Feed's highest number when the run began. */
  progress: 1,
  seenAtNs: 2,
} as const;

/**
 * Jumps forward that are too large to be believed on one packet's word. Believed once a second line shows numbers
 * nearby, or after enough packets on one line that follow each other there while nobody continues before the jump.
 */
export class JumpGuard {
  readonly cells = new Float64Array(3);
  private readonly next = new Float64Array(MAX_LINES);
  private readonly run = new Int32Array(MAX_LINES);
  private lines = 0;
  private readonly confirmPackets: number;
  private readonly nearby: number;
  private readonly forgetAfterNs: number;

  constructor(confirmPackets: number, nearby: number, forgetAfterNs: number) {
    this.confirmPackets = confirmPackets;
    this.nearby = nearby;
    this.forgetAfterNs = forgetAfterNs;
  }

  /**
   * Weighs a packet beyond `maxForwardJump`.
   * @param ids the packet's first and next number
   * @returns true when the jump is to be believed; `cells` then says from where the stream goes on
   */
  weigh(
    line: number,
    ids: Float64Array,
    progress: Float64Array,
    progressCell: number,
    clock: Float64Array,
    clockCell: number,
  ): boolean {
    const { cells, next, run } = this;
    const first = ids[0];
    const now = clock[clockCell];
    const away = Math.abs(first - cells[JumpGuardCell.first]) > this.nearby;
    if (
      this.lines === 0 ||
      away ||
      now - cells[JumpGuardCell.seenAtNs] > this.forgetAfterNs ||
      progress[progressCell] !== cells[JumpGuardCell.progress]
    ) {
      this.lines = 0;
      run.fill(0);
      cells[JumpGuardCell.first] = first;
      cells[JumpGuardCell.progress] = progress[progressCell];
    }
    cells[JumpGuardCell.seenAtNs] = now;
    if (first < cells[JumpGuardCell.first]) cells[JumpGuardCell.first] = first;
    run[line] = (this.lines & (1 << line)) !== 0 && first === next[line] ? run[line] + 1 : 1;
    next[line] = ids[1];
    this.lines |= 1 << line;
    const believed = (this.lines & (this.lines - 1)) !== 0 || run[line] >= this.confirmPackets;
    if (believed) this.lines = 0;
    return believed;
  }

  reset(): void {
    this.lines = 0;
  }
}
