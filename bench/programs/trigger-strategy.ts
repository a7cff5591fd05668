/**
 * The strategy of `tick-to-trade`: takes what a tick shows, with an order that is gone at once. At the end of a sample (a
 * system event of the stream) it hands its counts to the main thread.
 */
import { BroadcastChannel } from 'node:worker_threads';
import { Marking, Side, TimeInForce } from '../../src/order/terms.ts';
import { defineStrategy, type StrategyContext } from '../../src/strategy/api.ts';
import type { Orders } from '../../src/strategy/order-api.ts';
import type { SystemEvent } from '../../src/venues/nasdaq/itch5-market.ts';
import type { AddOrder } from '../../src/venues/nasdaq/itch5-orders.ts';
import { type HotMemory, HotMemoryWatch } from '../lib/hot-memory.ts';
import { END_OF_SAMPLE, Mark } from '../lib/wire.ts';

const OFFERED = 0x53;
const TRIGGER = Mark.trigger;

/** What the strategy is told in its options. */
export interface TriggerOptions {
  readonly channel: string;
}

/** What it answers with at the end of a sample. */
export interface TriggerAnswer extends HotMemory {
  readonly entered: number;
  readonly refused: number;
  /** Why the last refused order was, in words. */
  readonly why: string;
}

class Trigger {
  private readonly orders: Orders;
  private readonly channel: BroadcastChannel;
  private readonly memory = new HotMemoryWatch();
  private entered = 0;
  private refused = 0;
  private fresh = true;

  constructor(context: StrategyContext, options: TriggerOptions) {
    this.orders = context.orders;
    this.channel = new BroadcastChannel(options.channel);
  }

  onAddOrder(m: AddOrder): void {
    if (m.tracking !== TRIGGER) return;
    if (this.fresh) this.begin();
    const { orders } = this;
    const instrument = orders.instrumentOf(0, m.locate);
    const order =
      m.side === OFFERED
        ? orders.enter(instrument, Side.buy, m.shares, m.price4, TimeInForce.immediateOrCancel, Marking.long)
        : orders.enter(instrument, Side.sell, m.shares, m.price4, TimeInForce.immediateOrCancel, Marking.short);
    if (order > 0) this.entered = (this.entered + 1) | 0;
    else this.refused = (this.refused + 1) | 0;
  }

  onSystemEvent(m: SystemEvent): void {
    if (m.eventCode !== END_OF_SAMPLE) return;
    if (this.fresh) this.begin();
    const memory = this.memory.end();
    const answer: TriggerAnswer = {
      ...memory,
      entered: this.entered,
      refused: this.refused,
      why: this.refused === 0 ? '' : this.orders.explainRefusal(),
    };
    this.channel.postMessage(answer);
    this.entered = 0;
    this.refused = 0;
    this.fresh = true;
  }

  close(): void {
    this.channel.close();
  }

  private begin(): void {
    this.fresh = false;
    this.memory.begin();
  }
}

export default defineStrategy((context) => {
  const trigger = new Trigger(context, context.options as unknown as TriggerOptions);
  return {
    onAddOrder: (message) => trigger.onAddOrder(message),
    onSystemEvent: (message) => trigger.onSystemEvent(message),
    onStop: () => trigger.close(),
  };
});
