import { Marking, TimeInForce } from '../order/terms.ts';
import { SpscConsumer } from '../ring/spsc-ring.ts';
import type { Clock } from '../runtime/clock.ts';
import type { OrderLinkMemory } from './gateway-options.ts';
import { LinkCells, LinkRequest, LinkWord } from './order-link.ts';

const MAX_DRAINED = 100_000;
const DEAF = { onRecord: () => {} };

/** Someone who trades from another thread, played on the gateway's own: the gateway answers in its next turn. */
export class RehearsedRemote {
  private readonly link: LinkCells;
  private readonly events: SpscConsumer;
  private readonly clock: Clock;
  private readonly turn: () => void;

  /** @param turn of the gateway */
  constructor(memory: OrderLinkMemory, clock: Clock, turn: () => void) {
    this.link = new LinkCells(memory.requests);
    this.events = new SpscConsumer(memory.events);
    this.clock = clock;
    this.turn = turn;
  }

  enter(
    instrument: number,
    side: number,
    shares: number,
    price4: number,
    timeInForce: number = TimeInForce.day,
    marking: number = Marking.long,
  ): number {
    const { words } = this.link;
    words[LinkWord.instrument] = instrument;
    words[LinkWord.side] = side;
    words[LinkWord.shares] = shares;
    words[LinkWord.price4] = price4;
    words[LinkWord.timeInForce] = timeInForce;
    words[LinkWord.marking] = marking;
    words[LinkWord.tag] = 0;
    return this.ask(LinkRequest.enter);
  }

  replace(order: number, shares: number, price4: number): number {
    const { words } = this.link;
    words[LinkWord.order] = order;
    words[LinkWord.shares] = shares;
    words[LinkWord.price4] = price4;
    return this.ask(LinkRequest.replace);
  }

  cancel(order: number): number {
    this.link.words[LinkWord.order] = order;
    return this.ask(LinkRequest.cancel);
  }

  cancelAll(): number {
    return this.ask(LinkRequest.cancelAll);
  }

  /** Takes the events that it was told. */
  hear(): void {
    this.events.drain(DEAF, MAX_DRAINED);
  }

  private ask(request: number): number {
    const { link, clock } = this;
    link.words[LinkWord.request] = request;
    link.askedNs[0] = clock.nowNs[0];
    const number = link.ask();
    this.turn();
    return link.isAnswered(number) ? link.words[LinkWord.result] : -1;
  }
}
