import { SessionEvidence } from './events.ts';

const SESSION_WORDS = 4;
/** Sessions remembered as over: a packet of one of them confirms nothing. */
const RETIRED_SESSIONS = 8;

/** Cells of {@link SessionGuard.cells}. */
export const SessionGuardCell = {
  /** Lowest number that the candidate session has shown. */
  first: 0,
  /** When the candidate's run began: any sign of life of the current session since then breaks the run. */
  runSinceNs: 1,
  /** When the candidate was last seen. */
  seenAtNs: 2,
} as const;

/** What a packet of another session means: refused, or the {@link SessionEvidence} on which its session is believed. */
export const SESSION_REFUSED = -1;

/**
 * Which session is the feed's, and when another one is believed: after the current one ended, once a second line shows
 * it, or after enough packets in a row of it during which the current one shows no sign of life. While other lines are
 * live, those packets also have to last for a heartbeat interval: a line that was joined to the wrong group must not
 * take the feed over with one burst. A session that was left is foreign from then on.
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
  private run = 0;
  private readonly confirmPackets: number;
  private readonly heartbeatNs: number;
  private forgetAfterNs: number;

  /** @param forgetAfterNs a candidate not seen for this long is forgotten */
  constructor(confirmPackets: number, heartbeatNs: number, forgetAfterNs: number) {
    this.confirmPackets = confirmPackets;
    this.heartbeatNs = heartbeatNs;
    this.forgetAfterNs = forgetAfterNs;
  }

  forgetAfter(ns: number): void {
    this.forgetAfterNs = ns;
  }

  isCurrent(session: Int32Array): boolean {
    for (let i = 0; i < SESSION_WORDS; i++) if (this.current[i] !== session[i]) return false;
    return this.known;
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
   * @param clock cell `nowCell`: time now; cell `heardCell`: when any line last showed the current session
   * @param otherLinesLive how many other lines are live
   * @returns {@link SESSION_REFUSED}, or the evidence on which the session is to be believed now
   */
  weigh(
    line: number,
    session: Int32Array,
    ids: Float64Array,
    clock: Float64Array,
    nowCell: number,
    heardCell: number,
    otherLinesLive: number,
  ): number {
    if (this.isRetired(session)) return SESSION_REFUSED;
    const { cells } = this;
    const now = clock[nowCell];
    if (!this.isCandidate(session) || now - cells[SessionGuardCell.seenAtNs] > this.forgetAfterNs) {
      this.dropCandidate();
      for (let i = 0; i < SESSION_WORDS; i++) this.candidate[i] = session[i];
      cells[SessionGuardCell.first] = ids[0];
    }
    cells[SessionGuardCell.seenAtNs] = now;
    if (ids[0] < cells[SessionGuardCell.first]) cells[SessionGuardCell.first] = ids[0];
    if (this.run === 0 || clock[heardCell] > cells[SessionGuardCell.runSinceNs]) {
      this.run = 0;
      cells[SessionGuardCell.runSinceNs] = now;
    }
    this.run++;
    this.candidateLines |= 1 << line;
    if (this.ended) return SessionEvidence.afterEnd;
    if ((this.candidateLines & (this.candidateLines - 1)) !== 0) return SessionEvidence.secondLine;
    const longEnough = otherLinesLive === 0 || now - cells[SessionGuardCell.runSinceNs] >= this.heartbeatNs;
    if (this.run >= this.confirmPackets && longEnough) return SessionEvidence.repeated;
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
    this.run = 0;
  }
}
