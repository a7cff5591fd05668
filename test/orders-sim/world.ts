import type { GatewayVoice } from '../../src/order/gateway-voice.ts';
import { Incident } from '../../src/order/incidents.ts';
import { OrderEvent, type OrderEventSink } from '../../src/order/order-events.ts';
import type { OrderStore } from '../../src/order/order-store.ts';
import { Evidence, OrderState, SessionState } from '../../src/order/terms.ts';
import { HouseFlow } from '../../src/sim/exchange/house-flow.ts';
import { OrderVenue } from '../../src/sim/exchange/order-venue.ts';
import { Random } from '../../src/sim/random.ts';
import { COPY_HOST, FAIR4, type HistoryPlan, PACE, PASSWORD, SYMBOLS, VENUE_ACCOUNT } from './history-plan.ts';
import { DeathClock, ProcessKilled } from './process-killed.ts';
import { RequestWatch, type SendingGateway } from './request-watch.ts';
import { Remains, VirtualGateway } from './virtual-gateway.ts';
import { VirtualNetwork } from './virtual-network.ts';

const START_NS = 1e12;
/** Longest time between two turns of the gateway. */
const IDLE_STEP_NS = 20e6;
const LEAST_STEP_NS = 20e3;
/** How long the operator's tools take to start a gateway again. */
const RESTART_NS = 30e6;
const MOST_WRONG = 5;

/**
 * Everything that a history happens in: the venue, the network, and the gateway's process while it lives, on one clock
 * that {@link pass} moves. Nothing in it is random but by the plan's seed.
 */
export class World implements SendingGateway, OrderEventSink {
  readonly plan: HistoryPlan;
  readonly now: Float64Array = Float64Array.of(START_NS);
  readonly venue: OrderVenue;
  readonly flow: HouseFlow;
  readonly network: VirtualNetwork;
  readonly remains = new Remains();
  readonly death = new DeathClock();
  readonly watch: RequestWatch;
  gateway: VirtualGateway | undefined = undefined;
  caller = -1;
  /** What must not have been, first things first. */
  readonly wrongs: string[] = [];
  /** Called for each event that a strategy is told. */
  onEvent: ((strategy: number, kind: number, order: number) => void) | undefined;
  /** Called after each step, with the gateway alive. */
  check: (() => void) | undefined;
  /** Prints of incidents, by number. */
  readonly incidents = new Map<number, number>();
  deaths = 0;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly random: Random;
  private restartAtNs = 0;
  /** The gateway's process stands still until then. */
  pausedUntilNs = 0;

  constructor(plan: HistoryPlan, trace?: (line: string) => void) {
    this.plan = plan;
    this.trace = trace;
    this.random = new Random(plan.seed, 2);
    this.venue = makeVenue(plan);
    this.flow = new HouseFlow(this.venue.core.market, new Random(plan.seed, 3), FAIR4);
    this.network = new VirtualNetwork(this.venue, this.now, new Random(plan.seed, 4), this.death);
    this.watch = new RequestWatch(plan, this.remains, this);
    this.network.witness = this.watch;
    this.start();
  }

  get nowNs(): number {
    return this.now[0];
  }

  get store(): OrderStore | undefined {
    return this.gateway?.store;
  }

  get epoch(): number {
    return this.remains.starts;
  }

  wrong(text: string): void {
    this.note(`WRONG: ${text}`);
    if (this.wrongs.length < MOST_WRONG && !this.wrongs.includes(text)) this.wrongs.push(text);
  }

  note(text: string): void {
    this.trace?.(`${((this.now[0] - START_NS) / 1e6).toFixed(3).padStart(10)} ${text}`);
  }

  /** Lets time pass; everything that is due happens. */
  pass(ns: number, maxStepNs = IDLE_STEP_NS): void {
    const untilNs = this.now[0] + ns;
    do {
      const due = Math.min(untilNs, this.now[0] + maxStepNs, this.network.nextNs, this.venue.nextDueNs);
      // what is due and can't be done yet (a host that is frozen) must not stop the clock
      this.now[0] = due > this.now[0] ? due : this.now[0] + LEAST_STEP_NS;
      this.step();
    } while (this.now[0] < untilNs);
  }

  /** What is due at this moment. */
  step(): void {
    this.venue.onTime(this.now[0]);
    this.network.move();
    this.venue.pump();
    this.network.move();
    if (this.gateway === undefined && this.now[0] >= this.restartAtNs) this.start();
    if (this.now[0] >= this.pausedUntilNs) this.inProcess((gateway) => gateway.turn());
    if (this.gateway !== undefined) this.check?.();
  }

  /** Something within the gateway's process, which may die of it. @returns undefined if there is none, or it died */
  inProcess<T>(call: (gateway: VirtualGateway) => T): T | undefined {
    const { gateway } = this;
    if (gateway === undefined) return undefined;
    try {
      return call(gateway);
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      this.died();
      return undefined;
    }
  }

  /** A strategy's own call into the gateway. */
  asStrategy<T>(strategy: number, call: (gateway: VirtualGateway) => T): T | undefined {
    this.caller = strategy;
    const result = this.inProcess(call);
    this.caller = -1;
    return result;
  }

  /** The process ends in order and another one starts. */
  restart(logOut: boolean): void {
    this.inProcess(({ loop }) => loop.stop(logOut));
    if (this.gateway !== undefined) this.died();
  }

  /** Starts the process now if there is none. */
  revive(): void {
    if (this.gateway === undefined) this.start();
  }

  orderEvent(strategy: number, kind: number, order: number): void {
    if (kind !== OrderEvent.route) this.onEvent?.(strategy, kind, order);
  }

  private died(): void {
    this.note('gateway: the process is dead');
    this.gateway = undefined;
    this.death.left = 0;
    this.deaths++;
    this.network.processDied();
    this.restartAtNs = this.now[0] + RESTART_NS * this.random.fraction();
  }

  private start(): void {
    this.note(`gateway: start ${this.remains.starts + 1}`);
    try {
      this.gateway = new VirtualGateway(this.plan, {
        remains: this.remains,
        now: this.now,
        market: this.venue.core.market,
        death: this.death,
        voice: this.voice(),
        events: this,
        dialler: (host) => this.network.dialler(host),
      });
    } catch (error) {
      if (!(error instanceof ProcessKilled)) throw error;
      this.died();
    }
  }

  private voice(): GatewayVoice {
    const states = Object.keys(SessionState);
    const evidences = Object.keys(Evidence);
    return {
      sessionChanged: (_port, session, before) =>
        this.note(`${session.name}: ${states[before]} -> ${states[session.state]}`),
      portLost: (port, session, evidence, unknown, blind) =>
        this.note(
          `${port.name} lost over ${session.name} (${evidences[evidence]}): ${unknown} unknown, ${blind} blind`,
        ),
      portRecovered: (port, session, stillUnknown, resolved) =>
        this.note(`${port.name} recovered over ${session.name}: ${resolved} resolved, ${stillUnknown} unknown`),
      routed: (_group, preference, from, to, evidence) =>
        this.note(`route ${preference}: port ${from} -> ${to} (${evidences[evidence]})`),
      resolved: (order, row, after) => this.note(`order ${order}: row ${row} -> ${Object.keys(OrderState)[after]}`),
      incident: (incident, port, order, value) => {
        this.incidents.set(incident, (this.incidents.get(incident) ?? 0) + 1);
        this.note(`incident ${Object.keys(Incident)[incident]} port ${port} order ${order} value ${value}`);
      },
      dayEnded: (port) => this.note(`${port.name}: the day has ended`),
    };
  }
}

function makeVenue(plan: HistoryPlan): OrderVenue {
  const timers = {
    heartbeatIntervalNs: PACE.heartbeatIntervalNs,
    silenceNs: PACE.silenceNs,
    loginDeadlineNs: PACE.loginDeadlineNs,
  };
  return new OrderVenue({
    seed: plan.seed,
    symbols: SYMBOLS,
    ports: plan.ports.map(({ name, protocol, hosts, rules }) => ({
      name,
      account: VENUE_ACCOUNT,
      protocol,
      username: name,
      password: PASSWORD,
      session: `S-${name}`,
      ...plan.venue,
      lapse: plan.lapse,
      cancelOnDisconnect: rules.cancelOnDisconnect,
      cancelOnDisconnectDelayNs: rules.cancelOnDisconnectDelayNs,
      secondLogin: rules.secondLogin,
      hosts,
      ...timers,
    })),
    dropCopies: [
      { name: COPY_HOST, account: VENUE_ACCOUNT, username: COPY_HOST, password: PASSWORD, session: 'COPY', ...timers },
    ],
  });
}
