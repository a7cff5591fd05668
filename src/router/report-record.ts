import { EventRecord } from '../feed/event-record.ts';
import type { SpscProducer } from '../ring/spsc-ring.ts';
import type { StrategyReporter } from '../strategy/strategy-host.ts';

/** Types of the records that Warmline's agents send to the main thread (`AgentContext.reports`). */
export const ReportType = {
  /** A feed event, see `feed/event-record.ts`. */
  feedEvent: 1,
  /** JSON of a {@link StrategyReport}, UTF-8. Rare by nature. */
  strategy: 2,
} as const;

/** Bytes to reserve in a report ring for a burst of events: a flapping line can raise thousands in a second. */
export const ROUTER_REPORT_RING_BYTES = 1 << 20;

/** Longest text that a strategy's report carries; the rest is cut. */
const MAX_TEXT = 4000;

/** What a strategy says or suffers. */
export type StrategyReport =
  | { readonly kind: 'log'; readonly strategy: string; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly strategy: string;
      readonly callback: string;
      readonly message: string;
      readonly stack: string;
    };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sends strategies' reports through a thread's report ring. Allocates: for what is rare. */
export class RingStrategyReporter implements StrategyReporter {
  private readonly ring: SpscProducer;

  constructor(ring: SpscProducer) {
    this.ring = ring;
  }

  log(strategy: string, message: string): void {
    this.send({ kind: 'log', strategy, message: message.slice(0, MAX_TEXT) });
  }

  failed(strategy: string, callback: string, error: unknown): void {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MAX_TEXT);
    const stack = (error instanceof Error ? (error.stack ?? '') : '').slice(0, MAX_TEXT);
    this.send({ kind: 'failed', strategy, callback, message, stack });
  }

  private send(report: StrategyReport): void {
    const bytes = encoder.encode(JSON.stringify(report));
    const at = this.ring.claim(ReportType.strategy, bytes.length);
    if (at < 0) return; // counted by the ring
    this.ring.bytes.set(bytes, at);
    this.ring.commit();
  }
}

/** Reads a strategy's report out of a ring record. */
export function decodeStrategyReport(bytes: Uint8Array, offset: number, length: number): StrategyReport {
  // a TextDecoder refuses shared memory, so the text is copied out first
  return JSON.parse(decoder.decode(Uint8Array.from(bytes.subarray(offset, offset + length)))) as StrategyReport;
}

/** Bytes of a feed event's record. */
export const FEED_EVENT_BYTES = EventRecord.bytes;
