import { Cell } from './arbiter-cell.ts';
import { FeedEvent, type FeedEventKind } from './events.ts';
import { FeedCell } from './feed-counters.ts';
import type { FeedSink } from './sink.ts';

/** A line that sends nothing but what has to be refused or disagrees is reported this often, not once a packet. */
const COMPLAINT_PERIOD_NS = 1_000_000_000;

/** Complaints about a source that are rationed. */
export const Complaint = { refused: 0, jumpSuspected: 1, disagreement: 2 } as const;
export type Complaint = (typeof Complaint)[keyof typeof Complaint];
const COMPLAINTS = 3;

/**
 * How an arbiter and its parts speak to the sink. A sink that throws disturbs nothing: the first error is kept until
 * the call from outside is done, and thrown again then.
 */
export class FeedVoice {
  /** Reused for every event. Fill `numbers[0]` and `[1]`, then {@link sayRange}. */
  readonly event = new FeedEvent();
  /** The sink has thrown since the last {@link rethrow}. */
  failed = false;
  private error: unknown = undefined;
  private readonly sink: FeedSink;
  private readonly at: Float64Array;
  private readonly cells: Float64Array;
  /** When the last complaint of each sort about each source was made; sources from -1. */
  private readonly complainedAtNs: Float64Array;

  constructor(sink: FeedSink, at: Float64Array, cells: Float64Array, lines: number) {
    this.sink = sink;
    this.at = at;
    this.cells = cells;
    this.complainedAtNs = new Float64Array((lines + 1) * COMPLAINTS).fill(Number.NEGATIVE_INFINITY);
  }

  /** Emits an event that concerns no range of numbers. */
  say(kind: FeedEventKind, line: number, otherLine: number, detail: number, reason: number): void {
    this.event.numbers[0] = 0;
    this.event.numbers[1] = 0;
    this.sayRange(kind, line, otherLine, detail, reason);
  }

  /** As {@link say}, for the range that stands in the event already; `at[window]` says how long its cause had lasted. */
  sayRange(kind: FeedEventKind, line: number, otherLine: number, detail: number, reason: number): void {
    const { at, event } = this;
    event.kind = kind;
    event.line = line;
    event.otherLine = otherLine;
    event.detail = detail;
    event.reason = reason;
    event.numbers[2] = at[Cell.now];
    event.numbers[3] = at[Cell.window];
    at[Cell.window] = 0;
    try {
      this.sink.onEvent(event);
    } catch (error) {
      this.threw(error);
    }
  }

  /** Is the last complaint of this sort about the source long enough ago? */
  mayComplain(source: number, sort: Complaint): boolean {
    const place = (source + 1) * COMPLAINTS + sort;
    const { complainedAtNs } = this;
    if (place < 0 || place >= complainedAtNs.length) return false;
    if (this.at[Cell.now] - complainedAtNs[place] < COMPLAINT_PERIOD_NS) return false;
    complainedAtNs[place] = this.at[Cell.now];
    return true;
  }

  /** The sink threw this. */
  threw(error: unknown): void {
    this.cells[FeedCell.sinkErrors]++;
    if (this.failed) return;
    this.failed = true;
    this.error = error;
  }

  /** Throws what the sink threw first. */
  rethrow(): void {
    const { error } = this;
    this.failed = false;
    this.error = undefined;
    throw error;
  }
}
