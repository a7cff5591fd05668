import type { OrderGateway } from '../order/gateway.ts';
import { CancelCause } from '../order/intents.ts';
import { OrderEvent, type OrderEventSink } from '../order/order-events.ts';
import { RefusalCell } from '../order/refusal.ts';
import { SpscProducer } from '../ring/spsc-ring.ts';
import type { Clock } from '../runtime/clock.ts';
import type { GatewayHistograms, OrderLinkMemory } from './gateway-options.ts';
import { LATE_NS, LinkCells, LinkRequest, LinkWord, ORDER_EVENT_BYTES, ORDER_EVENT_TYPE } from './order-link.ts';
import { recordStages } from './order-stages.ts';

// An engine loads an imported binding, and from it, each time it is used; a module's own constants it compiles in.
const Word = Object.freeze({ ...LinkWord });
const Request = Object.freeze({ ...LinkRequest });
const LATE = LATE_NS;
const CANCEL_ALL = CancelCause.cancelAll;
const LOOK_AGAIN = OrderEvent.lookAgain;

/** Whoever trades from another thread: a strategy there, or the API. */
interface RemoteTrader {
  readonly strategy: number;
  readonly link: LinkCells;
  readonly events: SpscProducer;
  /** An event found no room: before the next one it is told to look again. */
  overrun: boolean;
}

/** The gateway's end of the links to those who trade from other threads: carries their requests out, tells them events. */
export class RemoteTraders implements OrderEventSink {
  private readonly gateway: OrderGateway;
  private readonly clock: Clock;
  private readonly histograms: GatewayHistograms;
  private readonly remotes: readonly RemoteTrader[];
  /** By strategy. */
  private readonly remoteOf: readonly (RemoteTrader | undefined)[];

  /** @param links by strategy; undefined where it is called in place */
  constructor(
    links: readonly (OrderLinkMemory | undefined)[],
    gateway: OrderGateway,
    clock: Clock,
    histograms: GatewayHistograms,
  ) {
    this.gateway = gateway;
    this.clock = clock;
    this.histograms = histograms;
    this.remoteOf = links.map((memory, strategy) =>
      memory === undefined
        ? undefined
        : {
            strategy,
            link: new LinkCells(memory.requests),
            events: new SpscProducer(memory.events),
            overrun: false,
          },
    );
    this.remotes = this.remoteOf.filter((one) => one !== undefined);
  }

  /** Once a turn. @returns how many requests were carried out: one of each trader at most */
  serve(): number {
    const { remotes } = this;
    let served = 0;
    for (let i = 0; i < remotes.length; i++) {
      const remote = remotes[i];
      if (remote.overrun) this.tellOverrun(remote);
      if (remote.link.waiting) {
        this.answer(remote);
        served++;
      }
    }
    return served;
  }

  orderEvent(strategy: number, kind: number, order: number, shares: number, price4: number): void {
    const remote = this.remoteOf[strategy];
    if (remote === undefined) return;
    if (remote.overrun && !this.tellOverrun(remote)) return;
    if (!tell(remote.events, kind, order, shares, price4)) remote.overrun = true;
  }

  private answer({ strategy, link }: RemoteTrader): void {
    const { gateway, clock } = this;
    const { words } = link;
    clock.read();
    const late = clock.nowNs[0] - link.askedNs[0] > LATE;
    let result = 0;
    switch (words[Word.request]) {
      case Request.enter:
        result = late
          ? gateway.refuseLate(strategy, words[Word.instrument])
          : gateway.enter(
              strategy,
              words[Word.instrument],
              words[Word.side],
              words[Word.shares],
              words[Word.price4],
              words[Word.timeInForce],
              words[Word.marking],
              words[Word.tag],
            );
        if (result > 0) recordStages(this.histograms, gateway.stamps);
        break;
      case Request.replace:
        result = late
          ? gateway.refuseLate(strategy, -1)
          : gateway.replace(strategy, words[Word.order], words[Word.shares], words[Word.price4]);
        break;
      case Request.cancel:
        result = gateway.cancel(strategy, words[Word.order]);
        break;
      case Request.cancelAll:
        result = gateway.cancelAll(strategy, CANCEL_ALL);
        break;
    }
    if (result < 0) for (let cell = 0; cell < RefusalCell.cells; cell++) link.refusal[cell] = gateway.refusal[cell];
    link.answer(result);
  }

  /** @returns false if there is no room for that either */
  private tellOverrun(remote: RemoteTrader): boolean {
    if (!tell(remote.events, LOOK_AGAIN, 0, 0, 0)) return false;
    remote.overrun = false;
    return true;
  }
}

/** @returns false if there is no room */
function tell(events: SpscProducer, kind: number, order: number, shares: number, price4: number): boolean {
  const at = events.claim(ORDER_EVENT_TYPE, ORDER_EVENT_BYTES);
  if (at < 0) return false;
  const { int32 } = events;
  const word = at >> 2;
  int32[word] = kind;
  int32[word + 1] = order;
  int32[word + 2] = shares;
  int32[word + 3] = price4;
  events.commit();
  return true;
}
