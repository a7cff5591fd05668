import type { SimConfig, WarmlineConfig } from '../config/schema.ts';
import { simSection } from '../config/sim-schema.ts';
import type { DatagramPoller } from '../io/datagram.ts';
import { createDatagramPoller, type IoMode } from '../io/open.ts';
import { type ControlReply, type ControlRequest, ControlServer } from './control.ts';
import { type OpenHost, OrderSide, type OrdersTruth } from './exchange/order-side.ts';
import { type FaultKind, isFaultKind, ORDER_SIDE } from './fault-kinds.ts';
import { formatFaultSpec, parseFaultSpec } from './fault-spec.ts';
import type { FaultStats } from './faults.ts';
import { type FeedPorts, FeedSimulator } from './feed-simulator.ts';
import { ItchGenerator } from './generator.ts';
import type { LineStats } from './line-publisher.ts';
import type { Recording } from './recording.ts';
import type { RetransmitStats } from './retransmit-server.ts';
import { SimulatorError } from './simulator-error.ts';
import type { SnapshotStats } from './snapshot-server.ts';
import type { UnitTruth } from './unit-store.ts';

/** What the command line, a test or a bench sets apart from the config file. */
export interface SimulatorOverrides {
  readonly seed?: number;
  readonly messagesPerSecond?: number;
  readonly symbols?: number;
  readonly pacing?: 'timer' | 'spin';
  /** Faults from the start, besides those of the config. */
  readonly faults?: readonly string[];
  readonly io?: IoMode;
  readonly controlPort?: number;
  /** Servers and control channel on ports of the kernel's choice: see {@link Simulator.ports}. */
  readonly ephemeralPorts?: boolean;
  /** Plays these instead of a made-up market: one per feed of the config (see `openRecording`). */
  readonly recording?: readonly Recording[];
  /** A recording's speed: a multiple of real time (1), or `rate`: `messagesPerSecond` decides. */
  readonly speed?: number | 'rate';
  /** Opens no control channel. */
  readonly noControl?: boolean;
}

/** Ports that were opened. */
export interface SimulatorPorts {
  control: number | undefined;
  feeds: Record<string, FeedPorts>;
  /** Hosts of the order side by name; absent where nothing can be traded. */
  orders?: Record<string, OpenHost>;
}

/** What was published so far. */
export interface FeedStats {
  readonly units: number;
  readonly nextUnit: number;
  readonly session: string;
  /** Units that could not be published in time: the asked rate was not reached. */
  readonly givenUp: number;
  /** Units dropped from the store: they can't be retransmitted any more. */
  readonly forgotten: number;
  readonly lines: Record<string, LineStats & { readonly faults: FaultStats }>;
  readonly retransmit: readonly RetransmitStats[];
  readonly snapshot: SnapshotStats | undefined;
}

const TURN_MS = 1;

/**
 * A simulated venue: real datagrams and connections from made-up or recorded units, with faults on demand. Runs on the
 * event loop of the thread that starts it.
 */
export class Simulator {
  readonly ports: SimulatorPorts = { control: undefined, feeds: {} };
  readonly feeds: readonly FeedSimulator[];
  /** `native` or `portable`. */
  readonly io: 'native' | 'portable';
  /** Absent where the config has no `sim.orders`. */
  readonly orders: OrderSide | undefined = undefined;
  readonly #poller: DatagramPoller;
  readonly #control: ControlServer | undefined;
  readonly #controlPort: number;
  readonly #spin: boolean;
  #running = false;
  #stopped: Promise<void> | undefined;
  #faultIds = 0;

  constructor(config: WarmlineConfig, overrides: SimulatorOverrides = {}) {
    const sim = { ...(config.sim ?? simSection.parse({})) };
    if (overrides.seed !== undefined) sim.seed = overrides.seed;
    if (overrides.messagesPerSecond !== undefined) sim.messagesPerSecond = overrides.messagesPerSecond;
    if (overrides.symbols !== undefined) sim.symbols = overrides.symbols;
    this.#spin = (overrides.pacing ?? sim.pacing) === 'spin';
    const packed = config.protocol === 'nasdaq';
    if (!packed && overrides.recording === undefined) {
      throw new SimulatorError(`no market is made up for protocol ${config.protocol}: play a capture (--capture FILE)`);
    }
    const lines = config.feeds.reduce((sum, feed) => sum + feed.lines.length, 0);
    this.#poller = createDatagramPoller(overrides.io ?? config.io.mode, { maxSockets: lines, batch: 1 });
    this.io = this.#poller.kind;
    const now = monotonicNs;
    const traded = tradedFeed(config, sim, overrides);
    let generator: ItchGenerator | undefined;
    try {
      this.feeds = config.feeds.map(
        (feed, index) =>
          new FeedSimulator({
            feed,
            sim,
            index,
            createSource: (seed) => {
              if (index !== traded) return new ItchGenerator({ ...sim, seed });
              // Members have orders in this market: it goes on when the session of its feed is restarted.
              generator ??= new ItchGenerator({ ...sim, seed });
              return generator;
            },
            recording: overrides.recording?.[index],
            speed: overrides.speed === 'rate' ? undefined : (overrides.speed ?? 1),
            packed,
            poller: this.#poller,
            ephemeralPorts: overrides.ephemeralPorts === true,
            now,
          }),
      );
      this.orders = this.#createOrderSide(config, sim, traded, generator, overrides);
      for (const text of [...sim.faults, ...(overrides.faults ?? [])]) this.addFault(text);
    } catch (error) {
      this.#poller.close();
      throw error;
    }
    this.#controlPort = overrides.ephemeralPorts === true ? 0 : (overrides.controlPort ?? sim.controlPort ?? -1);
    this.#control =
      overrides.noControl === true || this.#controlPort < 0 ? undefined : new ControlServer(this.handleRequest);
  }

  /**
   * Opens every socket and begins to publish.
   * @throws {Error} naming the socket that could not be opened
   */
  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      // what is open already would keep the process, and the ports
      await this.stop();
      throw error;
    }
    this.#running = true;
    this.#schedule();
  }

  async #open(): Promise<void> {
    for (const feed of this.feeds) {
      await feed.open();
      this.ports.feeds[feed.name] = feed.ports;
    }
    if (this.orders !== undefined) this.ports.orders = await this.orders.open();
    if (this.#control !== undefined) this.ports.control = await this.#control.listen(this.#controlPort);
  }

  /** Ends the sessions and closes everything. May be called twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** True once every feed has nothing more to publish (recorded flows end; generated ones do not). */
  get finished(): boolean {
    return this.feeds.every((feed) => feed.finished);
  }

  /**
   * Puts a fault in force. @returns its number
   * @throws {FaultSpecError}
   */
  addFault(text: string): number {
    const spec = parseFaultSpec(text);
    if (spec.feed === ORDER_SIDE) {
      if (this.orders === undefined) throw new SimulatorError('there is no order side: the config has no sim.orders');
      const id = ++this.#faultIds;
      this.orders.addFault(spec, id);
      return id;
    }
    const feeds = this.feeds.filter((feed) => spec.feed === '*' || spec.feed === feed.name);
    if (feeds.length === 0) {
      throw new SimulatorError(`there is no feed '${spec.feed}': ${this.feeds.map((feed) => feed.name).join(', ')}`);
    }
    const id = ++this.#faultIds;
    for (const feed of feeds) feed.addFault(spec, id);
    return id;
  }

  /** Takes faults out of force; without arguments all. @returns how many */
  clearFaults(target?: string, which?: string | number, feedName?: string): number {
    if (typeof which === 'string' && !isFaultKind(which)) throw new SimulatorError(`'${which}' is no kind of fault`);
    let cleared = 0;
    if (feedName === undefined || feedName === ORDER_SIDE) {
      cleared += this.orders?.clearFaults(target, which as FaultKind | number | undefined) ?? 0;
    }
    for (const feed of this.feeds) {
      if (feedName === undefined || feedName === feed.name) cleared += feed.clearFaults(target, which);
    }
    return cleared;
  }

  /** Faults in force or to come. */
  faults(): { id: number; feed: string; target: string; fault: string; inForce: boolean }[] {
    const nowNs = monotonicNs();
    const list = [];
    for (const feed of this.feeds) {
      for (const [target, pipeline] of feed.faultPlaces()) {
        for (const fault of pipeline.active(nowNs)) {
          const text = formatFaultSpec({ ...fault.spec, feed: feed.name, target });
          list.push({ id: fault.id, feed: feed.name, target, fault: text, inForce: nowNs >= fault.startsNs });
        }
      }
    }
    for (const { id, target, spec, inForce } of this.orders?.faults() ?? []) {
      list.push({ id, feed: ORDER_SIDE, target, fault: formatFaultSpec({ ...spec, target }), inForce });
    }
    return list;
  }

  /** What members hold, have open and have traded. @param account only this one; default: all */
  ordersTruth(account?: string): OrdersTruth {
    if (this.orders === undefined) throw new SimulatorError('there is no order side: the config has no sim.orders');
    return this.orders.truth(account);
  }

  /** What was published, by feed. */
  stats(): Record<string, FeedStats> {
    return Object.fromEntries(
      this.feeds.map((feed) => [
        feed.name,
        {
          units: feed.store.units,
          nextUnit: feed.store.next,
          session: feed.store.session,
          givenUp: Math.round(feed.pacer.givenUp),
          forgotten: feed.store.forgottenUnits,
          lines: Object.fromEntries(
            feed.lines.map((line) => [line.name, { ...line.stats, faults: line.faults.stats }]),
          ),
          retransmit: feed.retransmitServers.map((server) => server.stats),
          snapshot: feed.snapshotServer?.stats,
        },
      ]),
    );
  }

  /** Number and hash of all units published, by feed and session: what a receiver that lost nothing must have. */
  truth(): Record<string, UnitTruth[]> {
    return Object.fromEntries(this.feeds.map((feed) => [feed.name, feed.truth()]));
  }

  /** Answers a request of the control channel. */
  readonly handleRequest = (request: ControlRequest): ControlReply => {
    switch (request.op) {
      case 'fault':
        return { ok: true, ids: request.faults.map((text) => this.addFault(text)) };
      case 'clear':
        return { ok: true, cleared: this.clearFaults(request.target, request.id ?? request.kind, request.feed) };
      case 'list':
        return { ok: true, faults: this.faults() };
      case 'stats':
        return { ok: true, stats: this.stats() };
      case 'orders':
        return { ok: true, ...this.ordersTruth(request.account) };
      default:
        return { ok: false, error: `unknown op: ${JSON.stringify((request as { op?: unknown }).op)}` };
    }
  };

  #createOrderSide(
    config: WarmlineConfig,
    sim: SimConfig,
    traded: number,
    generator: ItchGenerator | undefined,
    overrides: SimulatorOverrides,
  ): OrderSide | undefined {
    if (generator === undefined) return undefined;
    const feed = this.feeds[traded];
    return new OrderSide({
      config,
      seed: sim.seed,
      generator,
      store: () => feed.store,
      now: monotonicNs,
      ephemeralPorts: overrides.ephemeralPorts === true,
      onNews: () => feed.publishNews(),
    });
  }

  #schedule(): void {
    if (!this.#running) return;
    if (this.#spin) setImmediate(this.#turn);
    else setTimeout(this.#turn, TURN_MS);
  }

  readonly #turn = (): void => {
    if (!this.#running) return;
    for (const feed of this.feeds) feed.turn();
    this.orders?.turn();
    this.#schedule();
  };

  async #stop(): Promise<void> {
    const began = this.#running;
    this.#running = false;
    if (began) this.orders?.endDay();
    if (began) await Promise.all(this.feeds.map((feed) => feed.end()));
    // The portable sockets send on the event loop: their last packets leave before they are closed.
    await new Promise((resolve) => setImmediate(resolve));
    this.orders?.close();
    for (const feed of this.feeds) feed.close();
    this.#control?.close();
    this.#poller.close();
  }
}

/**
 * A simulated venue for a config whose lines say where packets go.
 * @throws {Error} if a socket or a fault is not possible
 */
export function createSimulator(config: WarmlineConfig, overrides: SimulatorOverrides = {}): Simulator {
  return new Simulator(config, overrides);
}

/** Index of the feed that members trade in; -1 where nothing can be traded. */
function tradedFeed(config: WarmlineConfig, sim: SimConfig, overrides: SimulatorOverrides): number {
  if (sim.orders === undefined) return -1;
  if (overrides.recording !== undefined) {
    throw new SimulatorError('nobody can trade in a recorded market: play the capture without sim.orders');
  }
  const { feed } = sim.orders;
  return feed === undefined ? 0 : config.feeds.findIndex(({ name }) => name === feed);
}

function monotonicNs(): number {
  return performance.now() * 1e6;
}
