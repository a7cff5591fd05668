import type { GatewayVoice } from '../order/gateway-voice.ts';
import { SessionCell } from '../order/session-cells.ts';
import type { SpscProducer } from '../ring/spsc-ring.ts';
import type { HoldListener } from './holds.ts';

/** Type of the records by which a gateway tells the main thread what happened; above the router's own. */
export const GATEWAY_REPORT_TYPE = 16;

/** What a gateway has to say. Numbers are indexes as the config orders them, or codes of `order/terms.ts`. */
export type GatewayReport = { readonly atNs: number } & (
  | {
      readonly kind: 'session';
      readonly port: number;
      readonly session: number;
      readonly before: number;
      readonly after: number;
      readonly evidence: number;
      readonly errno: number;
      /** What the evidence measured, and its bound: ns of silence, age of the oldest order… */
      readonly value: number;
      readonly bound: number;
    }
  | {
      readonly kind: 'portLost';
      readonly port: number;
      readonly session: number;
      readonly evidence: number;
      readonly unknown: number;
      readonly blind: number;
    }
  | {
      readonly kind: 'portRecovered';
      readonly port: number;
      readonly session: number;
      readonly resolved: number;
      readonly stillUnknown: number;
    }
  | {
      readonly kind: 'routed';
      readonly group: number;
      readonly preference: number;
      readonly from: number;
      readonly to: number;
      readonly evidence: number;
    }
  /** From the evidence to the first order that was sent another way. */
  | { readonly kind: 'switched'; readonly ns: number }
  | { readonly kind: 'resolved'; readonly order: number; readonly row: number; readonly after: number }
  | {
      readonly kind: 'incident';
      readonly incident: number;
      readonly port: number;
      readonly order: number;
      readonly value: number;
    }
  | {
      readonly kind: 'killed';
      readonly scope: number;
      readonly index: number;
      readonly on: boolean;
      readonly cancels: number;
    }
  | { readonly kind: 'paused'; readonly strategy: number; readonly on: boolean }
  /** `state`: `DrainState`. */
  | { readonly kind: 'drain'; readonly state: number; readonly open: number }
  /** A limit changes; `limit` is its `RefusalReason`, infinite values are null. */
  | {
      readonly kind: 'limit';
      readonly limit: number;
      readonly scope: number;
      readonly index: number;
      readonly before: number | null;
      readonly after: number | null;
      /** Who did it; '' = a reload of the config. */
      readonly operator: string;
    }
  | { readonly kind: 'dayEnded'; readonly port: number }
);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads a report out of a ring record. */
export function decodeGatewayReport(bytes: Uint8Array, offset: number, length: number): GatewayReport {
  // a TextDecoder refuses shared memory, so the text is copied out first
  return JSON.parse(decoder.decode(Uint8Array.from(bytes.subarray(offset, offset + length)))) as GatewayReport;
}

/** How many orders' own stories are told at most between two turns: a lost port may have thousands. */
const STORIES_PER_TURN = 32;

/** Says what a gateway has to say through its thread's report ring. Allocates: for what is rare. */
export class GatewayReporter implements GatewayVoice, HoldListener {
  /** Our own end is under way: what sessions do from here on is no news. */
  ending = false;
  /** Reports that were not sent because a turn had too many of them, or the ring was full. */
  dropped = 0;
  private readonly ring: SpscProducer;
  private readonly nowNs: Float64Array;
  private stories = 0;
  private readonly waiting: GatewayReport[] = [];

  constructor(ring: SpscProducer, nowNs: Float64Array) {
    this.ring = ring;
    this.nowNs = nowNs;
  }

  /** A turn begins: what the one before had to say is handed over. */
  turn(): void {
    this.stories = 0;
    if (this.waiting.length > 0) this.tell();
  }

  /** Hands over what there is to say. Not at once: words take long to write, and an order may be waiting for its new way. */
  tell(): void {
    for (const report of this.waiting) this.write(report);
    this.waiting.length = 0;
  }

  sessionChanged(...[port, session, before]: Parameters<GatewayVoice['sessionChanged']>): void {
    if (this.ending) return;
    const { cells } = session;
    this.send({
      kind: 'session',
      atNs: this.nowNs[0],
      port: port.index,
      session: session.index,
      before,
      after: session.state,
      evidence: cells[SessionCell.evidence],
      errno: cells[SessionCell.errno],
      value: cells[SessionCell.evidenceValue],
      bound: cells[SessionCell.evidenceBound],
    });
  }

  portLost(...[port, session, evidence, unknown, blind]: Parameters<GatewayVoice['portLost']>): void {
    const atNs = this.nowNs[0];
    this.send({ kind: 'portLost', atNs, port: port.index, session: session.index, evidence, unknown, blind });
  }

  portRecovered(...[port, session, stillUnknown, resolved]: Parameters<GatewayVoice['portRecovered']>): void {
    const atNs = this.nowNs[0];
    this.send({ kind: 'portRecovered', atNs, port: port.index, session: session.index, resolved, stillUnknown });
  }

  routed(...[group, preference, from, to, evidence]: Parameters<GatewayVoice['routed']>): void {
    this.send({ kind: 'routed', atNs: this.nowNs[0], group: group.index, preference, from, to, evidence });
  }

  switched(ns: number): void {
    this.send({ kind: 'switched', atNs: this.nowNs[0], ns });
  }

  resolved(order: number, row: number, after: number): void {
    if (this.story()) this.send({ kind: 'resolved', atNs: this.nowNs[0], order, row, after });
  }

  incident(incident: number, port: number, order: number, value: number): void {
    if (this.story()) this.send({ kind: 'incident', atNs: this.nowNs[0], incident, port, order, value });
  }

  killed(scope: number, index: number, on: boolean, cancels: number): void {
    this.send({ kind: 'killed', atNs: this.nowNs[0], scope, index, on, cancels });
  }

  paused(strategy: number, on: boolean): void {
    this.send({ kind: 'paused', atNs: this.nowNs[0], strategy, on });
  }

  drain(state: number, open: number): void {
    this.send({ kind: 'drain', atNs: this.nowNs[0], state, open });
  }

  limit(limit: number, scope: number, index: number, before: number, after: number, operator: string): void {
    this.send({ kind: 'limit', atNs: this.nowNs[0], limit, scope, index, before, after, operator });
  }

  dayEnded(port: Parameters<GatewayVoice['dayEnded']>[0]): void {
    this.send({ kind: 'dayEnded', atNs: this.nowNs[0], port: port.index });
  }

  private story(): boolean {
    if (++this.stories <= STORIES_PER_TURN) return true;
    this.dropped++;
    return false;
  }

  private send(report: GatewayReport): void {
    this.waiting.push(report);
  }

  private write(report: GatewayReport): void {
    const bytes = encoder.encode(JSON.stringify(report));
    const at = this.ring.claim(GATEWAY_REPORT_TYPE, bytes.length);
    if (at < 0) {
      this.dropped++;
      return;
    }
    this.ring.bytes.set(bytes, at);
    this.ring.commit();
  }
}
