import { type AuditReport, auditBooks } from './book-audit.ts';
import type { FeedHandler, SnapshotSink } from './protocol.ts';

/** How an audit ended, or that it has not. */
export const AuditState = {
  idle: 0,
  /** The snapshot is being taken; units are held. */
  snapshot: 1,
  /** The snapshot is ahead of the live books: waiting for them. */
  catchingUp: 2,
  done: 3,
  failed: 4,
} as const;
export type AuditState = (typeof AuditState)[keyof typeof AuditState];

const DEFAULT_HELD_BYTES = 1 << 24;
const ID_BYTES = 8;
const LENGTH_BYTES = 4;
const RECORD_HEADER_BYTES = ID_BYTES + LENGTH_BYTES;

const Cell = { heldFrom: 0, liveNext: 1 } as const;

/**
 * Audits live books in the background: takes a snapshot into shadow books, brings those up to date with the units that
 * came meanwhile, and compares. The live books are never touched.
 *
 * Wire it as the sink of a snapshot client, and hand it every unit that the live handler has applied from
 * {@link begin} on. Memory is bounded: where more units come than it can hold, the audit fails and says so.
 */
export class BookAuditor implements SnapshotSink {
  state: AuditState = AuditState.idle;
  /** Why it failed, or ''. */
  reason = '';
  /** What it found, once done. */
  report: AuditReport | undefined = undefined;
  private readonly live: FeedHandler;
  private readonly shadow: FeedHandler;
  private readonly held: Uint8Array;
  private readonly heldView: DataView;
  private heldLength = 0;
  private readonly snapshotNext: Float64Array;
  /** Number of the first unit held, and of the unit that the live books take next. */
  private readonly cells = new Float64Array(2);

  /**
   * @param live the handler whose books are audited
   * @param shadow a handler of the same protocol with books of its own
   * @param nextId the snapshot client's cell: number from which the feed continues
   * @param heldBytes room for units that come while the snapshot is taken
   */
  constructor(live: FeedHandler, shadow: FeedHandler, nextId: Float64Array, heldBytes = DEFAULT_HELD_BYTES) {
    this.live = live;
    this.shadow = shadow;
    this.snapshotNext = nextId;
    this.held = new Uint8Array(heldBytes);
    this.heldView = new DataView(this.held.buffer);
  }

  /**
   * Starts holding units: call before the snapshot is asked for.
   * @param next cell 0: number of the unit that the live books take next
   */
  begin(next: Float64Array): void {
    this.state = AuditState.snapshot;
    this.reason = '';
    this.report = undefined;
    this.heldLength = 0;
    this.cells[Cell.heldFrom] = next[0];
    this.cells[Cell.liveNext] = next[0];
  }

  /** @param id cell 0: the number of a unit that the live books have just taken */
  onUnit(bytes: Uint8Array, offset: number, length: number, id: Float64Array): void {
    if (this.state === AuditState.catchingUp) {
      this.cells[Cell.liveNext] = id[0] + 1;
      this.finish();
      return;
    }
    if (this.state !== AuditState.snapshot) return;
    const at = this.heldLength;
    if (at + RECORD_HEADER_BYTES + length > this.held.length) {
      this.fail(`more units came than the ${this.held.length} bytes held for them while the snapshot was taken`);
      return;
    }
    this.cells[Cell.liveNext] = id[0] + 1;
    this.heldView.setFloat64(at, id[0]);
    this.heldView.setInt32(at + ID_BYTES, length);
    const data = at + RECORD_HEADER_BYTES;
    for (let i = 0; i < length; i++) this.held[data + i] = bytes[offset + i];
    this.heldLength = data + length;
  }

  snapshotBegin(): void {
    this.shadow.reset();
  }

  snapshotUnit(bytes: Uint8Array, view: DataView, offset: number, length: number): void {
    if (this.state === AuditState.snapshot) this.shadow.apply(bytes, view, offset, length);
  }

  snapshotEnd(): void {
    if (this.state !== AuditState.snapshot) return;
    const next = this.snapshotNext[0];
    if (this.cells[Cell.heldFrom] > next) {
      this.fail(`the snapshot continues from ${next}, but units are held from ${this.cells[Cell.heldFrom]} on only`);
      return;
    }
    for (let at = 0; at < this.heldLength; ) {
      const id = this.heldView.getFloat64(at);
      const length = this.heldView.getInt32(at + ID_BYTES);
      const data = at + RECORD_HEADER_BYTES;
      if (id >= next) this.shadow.apply(this.held, this.heldView, data, length);
      at = data + length;
    }
    this.state = AuditState.catchingUp;
    this.finish();
  }

  snapshotFailed(reason: string): void {
    if (this.state === AuditState.snapshot) this.fail(reason);
  }

  /** Compares once the live books have reached the snapshot. */
  private finish(): void {
    if (this.cells[Cell.liveNext] < this.snapshotNext[0]) return;
    this.report = auditBooks(this.live.books, this.shadow.books);
    this.state = AuditState.done;
  }

  private fail(reason: string): void {
    this.state = AuditState.failed;
    this.reason = reason;
  }
}
