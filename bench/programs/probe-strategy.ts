/**
 * The strategy of every figure that reads sockets: sees decoded messages and takes the clock where its figure says so.
 * At the end of a sample (a system event of the stream) it hands everything to the main thread and begins anew.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { defineStrategy, NowCell, type StrategyContext } from '../../src/strategy/api.ts';
import type { SystemEvent } from '../../src/venues/nasdaq/itch5-market.ts';
import type { AddOrder, OrderDelete } from '../../src/venues/nasdaq/itch5-orders.ts';
import { HotMemoryWatch } from '../lib/hot-memory.ts';
import { nowNs, readClock } from '../lib/hot-thread.ts';
import { END_OF_SAMPLE, Mark, STAMP_MODULUS, TWO_32 } from '../lib/wire.ts';

const MAX_SAMPLES = 1 << 17;

/** What the strategy is told in its options. */
export interface ProbeOptions {
  readonly channel: string;
  readonly mode: 'wire' | 'fill' | 'gap' | 'silence';
  /** `wire`: one message in so many is measured. */
  readonly sampleEvery: number;
}

/** What it answers with. */
export interface ProbeAnswer {
  readonly messages: number;
  readonly checksum: number;
  /** Latencies in ns; `silence`: the times of all deliveries instead. */
  readonly values: Float64Array;
  readonly collections: number;
  readonly allocatedBytes: number;
  readonly spanNs: number;
}

const Mode = { wire: 0, fill: 1, gap: 2, silence: 3 } as const;

/** Doubles that live across messages: in a field each would cost an allocation. */
const Cell = { startNs: 0, missingAtNs: 1, missingRxNs: 2 } as const;

class Probe {
  private readonly values = new Float64Array(MAX_SAMPLES);
  private readonly cells = new Float64Array(3);
  private readonly now: Float64Array;
  private readonly mode: number;
  private readonly sampleEvery: number;
  private readonly channel: BroadcastChannel;
  private readonly memory = new HotMemoryWatch();
  private count = 0;
  private messages = 0;
  private checksum = 0;
  private fresh = true;

  constructor(context: StrategyContext, options: ProbeOptions) {
    this.now = context.now;
    this.mode = Mode[options.mode];
    this.sampleEvery = options.sampleEvery;
    this.channel = new BroadcastChannel(options.channel);
  }

  onAddOrder(m: AddOrder): void {
    this.checksum =
      (this.checksum + m.refHi + m.refLo + m.side + m.shares + m.stockHi + m.stockLo + m.price4 + m.locate) | 0;
    this.note(m.tracking, m.timestampHi, m.timestampLo);
  }

  onOrderDelete(m: OrderDelete): void {
    this.checksum = (this.checksum + m.refHi + m.refLo + m.locate) | 0;
    this.note(m.tracking, m.timestampHi, m.timestampLo);
  }

  onSystemEvent(m: SystemEvent): void {
    if (m.eventCode === END_OF_SAMPLE) this.finish();
  }

  private note(mark: number, stampHigh: number, stampLow: number): void {
    if (this.fresh) this.begin();
    this.messages = (this.messages + 1) | 0;
    switch (this.mode) {
      case Mode.wire: {
        if (this.messages % this.sampleEvery !== 0) return;
        readClock();
        const age = (nowNs[0]! % STAMP_MODULUS) - (stampHigh * TWO_32 + (stampLow >>> 0));
        if (this.count < MAX_SAMPLES) this.values[this.count++] = age < 0 ? age + STAMP_MODULUS : age;
        return;
      }
      case Mode.fill:
        this.noteFill(mark);
        return;
      case Mode.gap:
        this.noteGap(mark);
        return;
      default:
        readClock();
        if (this.count < MAX_SAMPLES) this.values[this.count++] = nowNs[0]!;
    }
  }

  /** The filling packet's stamp is that of the unit it brought; what was queued was received before it. */
  private noteFill(mark: number): void {
    const rx = this.now[NowCell.rxNs]!;
    if (mark === Mark.missing) this.cells[Cell.missingRxNs] = rx;
    if (mark !== Mark.lastQueued || rx >= this.cells[Cell.missingRxNs]!) return;
    readClock();
    if (this.count < MAX_SAMPLES) this.values[this.count++] = nowNs[0]! - this.cells[Cell.missingRxNs]!;
  }

  /** The revealing packet's stamp is that of the unit delivered next; the missing one was received before it. */
  private noteGap(mark: number): void {
    const rx = this.now[NowCell.rxNs]!;
    if (mark === Mark.missing) {
      readClock();
      this.cells[Cell.missingAtNs] = nowNs[0]!;
      this.cells[Cell.missingRxNs] = rx;
      return;
    }
    if (this.cells[Cell.missingAtNs] === 0) return;
    const isRevealing = rx > this.cells[Cell.missingRxNs]! && rx < this.cells[Cell.missingAtNs]!;
    if (isRevealing && this.count < MAX_SAMPLES) this.values[this.count++] = this.cells[Cell.missingAtNs]! - rx;
    this.cells[Cell.missingAtNs] = 0;
  }

  private begin(): void {
    this.fresh = false;
    this.memory.begin();
    readClock();
    this.cells[Cell.startNs] = nowNs[0]!;
  }

  private finish(): void {
    if (this.fresh) this.begin();
    const memory = this.memory.end();
    readClock();
    const answer: ProbeAnswer = {
      messages: this.messages,
      checksum: this.checksum >>> 0,
      values: this.values.slice(0, this.count),
      ...memory,
      spanNs: nowNs[0]! - this.cells[Cell.startNs]!,
    };
    this.channel.postMessage(answer);
    this.count = 0;
    this.messages = 0;
    this.fresh = true;
    this.cells.fill(0);
  }

  close(): void {
    this.channel.close();
  }
}

export default defineStrategy((context) => {
  const probe = new Probe(context, context.options as unknown as ProbeOptions);
  return {
    onAddOrder: (message) => probe.onAddOrder(message),
    onOrderDelete: (message) => probe.onOrderDelete(message),
    onSystemEvent: (message) => probe.onSystemEvent(message),
    onStop: () => probe.close(),
  };
});
