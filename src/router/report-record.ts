import type { SpscProducer } from '../ring/spsc-ring.ts';
import { STRATEGY_LOG_RATE } from '../strategy/log-limit.ts';
import type { StrategyReporter } from '../strategy/strategy-host.ts';

/** Types of the records that Warmline's agents send to the main thread (`AgentContext.reports`). */
export const ReportType = {
  /** A feed event, see `feed/event-record.ts`. */
  feedEvent: 1,
  /** JSON of an {@link AgentReport}, UTF-8. Rare by nature. */
  text: 2,
} as const;

/** Bytes to reserve in a report ring for a burst of events: a flapping line can raise thousands in a second. */
export const ROUTER_REPORT_RING_BYTES = 1 << 20;

/** Longest text that a strategy's report carries; the rest is cut. */
const MAX_TEXT = 4000;

/** What an agent has to say in words: a strategy's log and its failure, or something that is not as configured. */
export type AgentReport =
  | { readonly kind: 'warning'; readonly message: string }
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

/** Sends words through a thread's report ring. Allocates: for what is rare. */
export class RingReporter implements StrategyReporter {
  readonly logLimit = STRATEGY_LOG_RATE;
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

  /** Something is not as configured: one sentence with its remedy. */
  warn(message: string): void {
    this.send({ kind: 'warning', message });
  }

  private send(report: AgentReport): void {
    const bytes = encoder.encode(JSON.stringify(report));
    const at = this.ring.claim(ReportType.text, bytes.length);
    if (at < 0) return; // counted by the ring
    this.ring.bytes.set(bytes, at);
    this.ring.commit();
  }
}

/** Reads an agent's report out of a ring record. */
export function decodeAgentReport(bytes: Uint8Array, offset: number, length: number): AgentReport {
  // a TextDecoder refuses shared memory, so the text is copied out first
  return JSON.parse(decoder.decode(Uint8Array.from(bytes.subarray(offset, offset + length)))) as AgentReport;
}
