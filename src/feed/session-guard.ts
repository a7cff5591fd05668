import { MAX_LINES } from './arbiter-config.ts';
import { SessionEvidence } from './events.ts';

const SESSION_WORDS = 4;
/** Sessions remembered as over: a packet of one of them confirms nothing. */
const RETIRED_SESSIONS = 8;

/** Cells of {@link SessionGuard.cells}. */
export const SessionGuardCell = {
  /** Lowest number that the candidate session has shown. */
  first: 0,
  /** Feed's highest number when the candidate's run began: progress of the current session breaks the run. */
  progress: 1,
  /** When the candidate was last seen. */
  seenAtNs: 2,
} as const;

/** What a packet of another session means: refused, or the {@link SessionEvidence} on which its session is believed. */
export const SESSION_REFUSED = -1;

/**
 * Which session is the feed's, and when another one is believed: after the current one ended, once a second line shows
 * it, or after enough packets in a row of it while the current one makes no progress. A session that was left is
 * foreign from then on.
 */
export class SessionGuard {
  /** Words of the current session. */
  readonly current = new Int32Array(SESSION_WORDS);
  readonly cells = new Float64Array(3);
  /** Is there a current session at all? */
  known = false;
  /** Did the venue end it? */
  ended = false;
  private readonly candidate = new Int32Array(SESSION_WORDS);
  private readonly retired = new Int32Array(RETIRED_SESSIONS * SESSION_WORDS);
  private retiredCount = 0;
  private candidateLines = 0;
  private readonly run = new Int32Array(MAX_LINES);
  private readonly confirmPackets: number;
  private readonly forgetAfterNs: number;

  constructor(confirmPackets: number, forgetAfterNs: number) {
    this.confirmPackets = confirmPackets;
    this.forgetAfterNs = forgetAfterNs;
  }

  /** Takes a session as the current one; the former is retired. */
  adopt(session: Int32Array): void {
    if (this.known) {
      const place = (this.retiredCount++ % RETIRED_SESSIONS) * SESSION_WORDS;
      for (let i = 0; i < SESSION_WORDS; i++) this.retired[place + i] = this.current[i];
    }
    for (let i = 0; i < SESSION_WORDS; i++) this.current[i] = session[i];
    this.known = true;
    this.ended = false;
    this.dropCandidate();
  }

  /**
   * Weighs a packet of another session on a line.
   * @param ids cell 0: the packet's first number
   * @param progress cell `progressCell`: highest number of the current session
   * @param clock cell `clockCell`: time now
   * @returns {@link SESSION_REFUSED}, or the evidence on which the session is to be believed now
   */
  weigh(
    line: number,
    session: Int32Array,
    ids: Float64Array,
    progress: Float64Array,
    progressCell: number,
    clock: Float64Array,
    clockCell: number,
  ): number {
    if (this.isRetired(session)) return SESSION_REFUSED;
    const { cells } = this;
    const now = clock[clockCell];
    if (!this.isCandidate(session) || now - cells[SessionGuardCell.seenAtNs] > this.forgetAfterNs) {
      this.dropCandidate();
      for (let i = 0; i < SESSION_WORDS; i++) this.candidate[i] = session[i];
      cells[SessionGuardCell.first] = ids[0];
    }
    cells[SessionGuardCell.seenAtNs] = now;
    if (ids[0] < cells[SessionGuardCell.first]) cells[SessionGuardCell.first] = ids[0];
    if (progress[progressCell] !== cells[SessionGuardCell.progress]) {
      cells[SessionGuardCell.progress] = progress[progressCell];
      this.run.fill(0);
    }
    this.run[line]++;
    this.candidateLines |= 1 << line;
    if (this.ended) return SessionEvidence.afterEnd;
    if ((this.candidateLines & (this.candidateLines - 1)) !== 0) return SessionEvidence.secondLine;
    if (this.run[line] >= this.confirmPackets) return SessionEvidence.repeated;
    return SESSION_REFUSED;
  }

  private isCandidate(session: Int32Array): boolean {
    if (this.candidateLines === 0) return false;
    for (let i = 0; i < SESSION_WORDS; i++) if (this.candidate[i] !== session[i]) return false;
    return true;
  }

  private isRetired(session: Int32Array): boolean {
    const known = Math.min(this.retiredCount, RETIRED_SESSIONS);
    for (let r = 0; r < known; r++) {
      let same = true;
      for (let i = 0; i < SESSION_WORDS; i++) if (this.retired[r * SESSION_WORDS + i] !== session[i]) same = false;
      if (same) return true;
    }
    return false;
  }

  private dropCandidate(): void {
    this.candidateLines = 0;
    this.run.fill(0);
    this.cells[SessionGuardCell.progress] = Number.NaN;
  }
}
