import { AuditState, BookAuditor } from '../feed/book-auditor.ts';
import type { FeedHandler, FeedProtocol } from '../feed/protocol.ts';
import { RecoveryCell } from './recovery.ts';
import { type Connect, SnapshotConversation, type SnapshotService } from './snapshot-conversation.ts';

/** Findings named in the warning; the counter has them all. */
const FINDINGS_SHOWN = 3;

/**
 * Compares a feed's live books with a snapshot of the venue's now and then, so that a wrong level is found before it
 * has hung there for hours. Off unless the config asks for it: shadow books take as much memory as the live ones, and
 * the comparison holds up the router's thread for as long as it takes to walk both.
 */
export class FeedAudit {
  private readonly auditor: BookAuditor;
  private readonly conversation: SnapshotConversation;
  private readonly everyNs: number;
  private readonly cells: Float64Array;
  private readonly warn: (text: string) => void;
  private readonly dueNs = new Float64Array(1);
  private readonly next = new Float64Array(1);
  /** Cell 0: number of the last unit that the live books took; 0 = none yet. */
  private readonly lastId = new Float64Array(1);
  private active = false;

  /** @param shadow a handler of the same protocol with books of its own */
  constructor(
    protocol: FeedProtocol,
    service: SnapshotService,
    connect: Connect,
    live: FeedHandler,
    shadow: FeedHandler,
    everyNs: number,
    cells: Float64Array,
    warn: (text: string) => void,
  ) {
    this.everyNs = everyNs;
    this.cells = cells;
    this.warn = warn;
    const sink = {
      snapshotBegin: () => this.auditor.snapshotBegin(),
      snapshotUnit: (bytes: Uint8Array, view: DataView, offset: number, length: number) =>
        this.auditor.snapshotUnit(bytes, view, offset, length),
      snapshotEnd: () => this.auditor.snapshotEnd(),
      snapshotFailed: (reason: string) => this.auditor.snapshotFailed(reason),
    };
    this.conversation = new SnapshotConversation(protocol, service, connect, sink);
    this.auditor = new BookAuditor(live, shadow, this.conversation.nextId);
  }

  /** The live books have taken a unit. @param id cell 0: its number */
  onUnit(bytes: Uint8Array, offset: number, length: number, id: Float64Array): void {
    this.lastId[0] = id[0];
    if (this.active) this.auditor.onUnit(bytes, offset, length, id);
  }

  /** The books were replaced: an audit under way compares with what is no more. */
  onReset(): void {
    this.active = false;
    this.conversation.drop();
  }

  /** @param trusted the feed is live: only then is a difference a fault @returns how much was done */
  doWork(nowNs: Float64Array, trusted: boolean): number {
    if (this.dueNs[0] === 0) this.dueNs[0] = nowNs[0] + this.everyNs;
    if (!this.active) {
      if (!trusted || this.lastId[0] === 0 || nowNs[0] < this.dueNs[0]) return 0;
      this.active = true;
      this.dueNs[0] = nowNs[0] + this.everyNs;
      this.next[0] = this.lastId[0] + 1;
      this.auditor.begin(this.next);
      this.conversation.begin();
    }
    const work = this.conversation.doWork(nowNs);
    if (this.auditor.state === AuditState.done) this.conclude();
    else if (this.auditor.state === AuditState.failed) {
      this.cells[RecoveryCell.auditsFailed]++;
      this.warn(`book audit could not be made: ${this.auditor.reason}`);
      this.onReset();
    }
    return work;
  }

  close(): void {
    this.conversation.drop();
  }

  private conclude(): void {
    this.active = false;
    this.cells[RecoveryCell.auditsDone]++;
    const report = this.auditor.report!;
    this.cells[RecoveryCell.auditDifferences] += report.differing.length;
    if (report.differing.length === 0) return;
    const where = report.findings
      .slice(0, FINDINGS_SHOWN)
      .map((finding) => `${finding.symbol || finding.instrument} at ${finding.price}`);
    this.warn(
      `BOOK AUDIT: ${report.differing.length} of ${report.compared} books differ from the venue's snapshot (${where.join(', ')} …)`,
    );
  }
}
