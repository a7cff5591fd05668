/** Cells of {@link JumpGuard.cells}. */
export const JumpGuardCell = {
  /** Lowest number beyond the jump that has been shown. */
  first: 0,
  /** When the run began: a sign of life of another line from before the jump breaks it. */
  runSinceNs: 1,
  seenAtNs: 2,
} as const;

/**
 * Jumps forward that are too large to be believed on one packet's word. Believed once a second line shows numbers
 * nearby, or after enough packets on one line that follow each other there while nobody else is heard before the jump;
 * with other lines live, for a heartbeat interval at least.
 */
export class JumpGuard {
  readonly cells = new Float64Array(3);
  private readonly next = new Float64Array(1);
  private run = 0;
  private lines = 0;
  private readonly confirmPackets: number;
  private readonly nearby: number;
  private readonly heartbeatNs: number;
  private forgetAfterNs: number;

  /**
   * @param nearby numbers this close to each other belong to the same jump
   * @param forgetAfterNs a jump not seen for this long is forgotten
   */
  constructor(confirmPackets: number, nearby: number, heartbeatNs: number, forgetAfterNs: number) {
    this.confirmPackets = confirmPackets;
    this.nearby = nearby;
    this.heartbeatNs = heartbeatNs;
    this.forgetAfterNs = forgetAfterNs;
  }

  forgetAfter(ns: number): void {
    this.forgetAfterNs = ns;
  }

  /**
   * Weighs a packet beyond `maxForwardJump`.
   * @param ids the packet's first and next number
   * @param clock cell `nowCell`: time now; cell `heardCell`: when any other line was last heard
   * @param otherLinesLive how many other lines are live
   * @returns true when the jump is to be believed; `cells` then says from where the stream goes on
   */
  weigh(
    line: number,
    ids: Float64Array,
    clock: Float64Array,
    nowCell: number,
    heardCell: number,
    otherLinesLive: number,
  ): boolean {
    const { cells, next } = this;
    const first = ids[0];
    const now = clock[nowCell];
    const away = Math.abs(first - cells[JumpGuardCell.first]) > this.nearby;
    if (this.lines === 0 || away || now - cells[JumpGuardCell.seenAtNs] > this.forgetAfterNs) {
      this.lines = 0;
      this.run = 0;
      cells[JumpGuardCell.first] = first;
    }
    cells[JumpGuardCell.seenAtNs] = now;
    if (first < cells[JumpGuardCell.first]) cells[JumpGuardCell.first] = first;
    if (this.run === 0 || first !== next[0] || clock[heardCell] > cells[JumpGuardCell.runSinceNs]) {
      this.run = 0;
      cells[JumpGuardCell.runSinceNs] = now;
    }
    this.run++;
    next[0] = ids[1];
    this.lines |= 1 << line;
    const longEnough = otherLinesLive === 0 || now - cells[JumpGuardCell.runSinceNs] >= this.heartbeatNs;
    const secondLine = (this.lines & (this.lines - 1)) !== 0;
    const believed = secondLine || (this.run >= this.confirmPackets && longEnough);
    if (believed) this.lines = 0;
    return believed;
  }

  reset(): void {
    this.lines = 0;
  }
}
