import type { OrderBooks } from '../feed/book.ts';
import type { ReadySet } from '../io/ready-set.ts';
import { JournalDayWriter } from '../journal/day-writer.ts';
import { JournalWriter } from '../journal/journal-writer.ts';
import { splitUtcOffset } from '../journal/record-time.ts';
import { OperatorAction } from '../journal/record-types.ts';
import { applyStartOfDay, type NumberedDay } from '../order/day-roll.ts';
import { Fence } from '../order/fence.ts';
import { FillTable } from '../order/fill-table.ts';
import { buildGateway, type GatewaySpec, remainingPortsOf } from '../order/gateway-build.ts';
import type { GatewayLoop } from '../order/gateway-loop.ts';
import { GatewayCell as AllGatewayCells } from '../order/gateway-parts.ts';
import { CancelCause } from '../order/intents.ts';
import { type KillListener, KillWatch } from '../order/kill-watch.ts';
import { Ledger } from '../order/ledger.ts';
import { LimitRequests } from '../order/limit-requests.ts';
import type { LimitSpec } from '../order/limit-table.ts';
import { LinearMargin } from '../order/linear-margin.ts';
import type { OrderEventSink } from '../order/order-events.ts';
import { OrderStore } from '../order/order-store.ts';
import { Refusals } from '../order/refusal.ts';
import { Risk } from '../order/risk.ts';
import { type LimitListener, RiskLimits } from '../order/risk-limits.ts';
import { rebuildRisk } from '../order/risk-rebuild.ts';
import { Scope } from '../order/scope.ts';
import { SendGuard } from '../order/send-guard.ts';
import type { LostRoutePolicy } from '../order/terms.ts';
import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import type { Clock } from '../runtime/clock.ts';
import { recordLatency } from '../runtime/histogram.ts';
import type { Orders } from '../strategy/order-api.ts';
import type { StrategyHost } from '../strategy/strategy-host.ts';
import { orderProtocol } from '../venues/order-registry.ts';
import { AnswerTimes } from './answer-times.ts';
import { DayEnd } from './day-end.ts';
import { GatewayCommand, GatewayCommands, type GatewayCommandTarget } from './gateway-commands.ts';
import { type GatewayDoors, openDoors } from './gateway-doors.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { GatewayReporter } from './gateway-report.ts';
import { Holds } from './holds.ts';
import { InstrumentMap } from './instrument-map.ts';
import { type LocalOrderParts, LocalOrders } from './local-orders.ts';
import { MarketView } from './market-view.ts';
import { OperatorNoteReader } from './operator-notes.ts';
import { RemoteTraders } from './remote-traders.ts';
import { RouteReader } from './route-reader.ts';
import { SocketTable } from './socket-table.ts';

const Cell = Object.freeze({ ...AllGatewayCells });

/** How often what is not about an order is looked at: unknown symbols, marks, the offset to UTC. */
const LOOK_EVERY_NS = 10e6;
const UTC_EVERY_NS = 1e9;
/** How long our cancels may take at a stop before the sessions are closed all the same. */
const STOP_PATIENCE_NS = 500e6;

/**
 * The order half on the thread that runs it: the gateway's turn, the kill switch, the operator's commands, the requests of
 * strategies on other threads. Fused: part of the router's turn, strategies are called in place.
 */
export class GatewayRunner implements OrderEventSink, KillListener, LimitListener, GatewayCommandTarget {
  readonly loop: GatewayLoop;
  private readonly options: GatewayOptions;
  private readonly doors: GatewayDoors;
  private readonly clock: Clock;
  private readonly risk: Risk;
  private readonly store: OrderStore;
  private readonly ledger: Ledger;
  private readonly map: InstrumentMap;
  private readonly market: MarketView;
  private readonly reporter: GatewayReporter;
  private readonly dayJournal: JournalDayWriter;
  private readonly limits: RiskLimits;
  private readonly limitRequests: LimitRequests;
  private readonly killWatch: KillWatch;
  private readonly dayEnd: DayEnd;
  private readonly holds: Holds;
  private readonly commands: GatewayCommands;
  private readonly notes: OperatorNoteReader;
  private readonly keepNote = (text: string) => this.dayJournal.operator(OperatorAction.acts, 0, 0, text);
  private readonly sockets: SocketTable;
  private readonly readySet: ReadySet;
  private readonly journalAgent: Agent | undefined;
  private readonly sessionNames: readonly string[];
  private readonly remotes: RemoteTraders;
  /** Strategies called in place, by number. */
  private readonly hosts: (StrategyHost | undefined)[];
  private readonly utcOffset = new Float64Array(2);
  private readonly times = new Float64Array(4);

  /**
   * @param books of each feed, by the router's number, as this thread sees them
   * @param counters `FeedCell`s of each feed
   * @param doors a rehearsal has its own: see `order-rehearsal.ts`
   * @throws {Error} naming what can't be opened
   */
  constructor(
    options: GatewayOptions,
    context: AgentContext,
    books: readonly (OrderBooks | undefined)[],
    maxInstruments: readonly number[],
    counters: readonly Float64Array[],
    doors: GatewayDoors = openDoors(options, context.native),
  ) {
    this.options = options;
    this.doors = doors;
    this.clock = doors.clock();
    const { clock } = this;
    this.reporter = new GatewayReporter(context.reports, clock.nowNs);
    this.readUtc();
    this.store = new OrderStore(options.store);
    const fills = new FillTable(options.fills);
    const spec = specOf(options);
    this.ledger = new Ledger(options.ledger, this.store, fills, {
      venueOfPort: new Array<number>(options.ports.length).fill(0),
      remainingPorts: remainingPortsOf(spec),
      margin: new LinearMargin(options.marginRatesBp),
    });
    this.map = new InstrumentMap(options.instruments, books, maxInstruments);
    this.market = new MarketView(this.map, books, counters, options.instruments.length);
    const limits = new RiskLimits(options.risk.shape, options.limits, true);
    this.risk = new Risk({
      limits,
      refusals: new Refusals(limits, options.refusals),
      exposure: this.ledger,
      market: this.market,
      slots: this.store,
      nowNs: new Float64Array(1),
      windows: options.risk.windows,
      remainingPorts: remainingPortsOf(spec),
    });
    this.limits = limits;
    this.limitRequests = new LimitRequests(options.limitRequests);
    rebuildRisk(this.risk, this.store);
    const attached = doors.journal(clock.nowNs);
    this.journalAgent = attached.agent;
    const journal = new JournalWriter(attached.output, clock.nowNs, this.utcOffset);
    this.dayJournal = new JournalDayWriter(journal, attached.output);
    const kill = doors.killSwitch();
    this.sockets = new SocketTable(options.sockets);
    const sessions = options.ports.reduce((sum, { hosts }) => sum + hosts.length, 0);
    this.readySet = doors.readySet(sessions);
    const fence = new Fence(new Int32Array(options.fence), options.epoch);
    this.loop = buildGateway(spec, {
      store: this.store,
      ledger: this.ledger,
      fills,
      risk: this.risk,
      journal,
      dayJournal: this.dayJournal,
      lastCheck: new SendGuard(fence, kill),
      clock,
      voice: this.reporter,
      dialler: (port, host) => this.dialler(port, host),
      sources: doors.sources(),
      sessionNames: options.ports.map(({ sessionName }) => sessionName),
      cells: options.cells,
      sessionCells: (session) => options.ports.flatMap(({ hosts }) => hosts)[session].cells,
      rows: options.rows,
      answers: new AnswerTimes(options.histograms.answer),
      routes: options.routes,
      readiness: this.readySet,
    });
    const { shape } = options.risk;
    const { dayJournal, loop } = this;
    this.dayEnd = new DayEnd({ loop, fills, journal, dayJournal, shape, setup: options.tradingDay });
    this.sessionNames = options.ports.flatMap(({ hosts }) => hosts.map(({ name }) => name));
    this.commands = new GatewayCommands(options.commands);
    this.notes = new OperatorNoteReader(options.operatorNotes);
    this.remotes = new RemoteTraders(options.links, this.loop.gateway, clock, options.histograms);
    this.hosts = options.strategies.map(() => undefined);
    this.killWatch = new KillWatch(kill, options.risk.shape.accounts.length, options.strategies.length, this);
    this.holds = new Holds({ loop, kill, dayJournal, listener: this.reporter });
    limits.listener = this;
    this.openDay();
    this.loop.begin();
    this.killWatch.start();
    this.holds.look(clock.nowNs);
  }

  /** Orders of a strategy that is called in place. @param feeds the router's numbers of its feeds, @param now `NowCell`s */
  ordersOf(strategy: number, feeds: readonly number[], now: Float64Array): Orders {
    const parts: LocalOrderParts = {
      gateway: this.loop.gateway,
      risk: this.risk,
      store: this.store,
      ledger: this.ledger,
      map: this.map,
      histograms: this.options.histograms,
      sessionNames: this.sessionNames,
    };
    const { account, lostRoute } = this.options.strategies[strategy];
    const route = new RouteReader(this.options.routes, strategy, this.sessionNames);
    return new LocalOrders(parts, strategy, account, lostRoute as LostRoutePolicy, feeds, route, now);
  }

  /** The host that hears of a strategy's orders. */
  attach(strategy: number, host: StrategyHost): void {
    this.hosts[strategy] = host;
  }

  /** Looks every instrument up at once, where books stand already; otherwise one is looked up now and then. */
  findInstruments(): void {
    this.map.lookAtAll();
  }

  /**
   * One turn.
   * @param idleSinceNs cell 0: when the thread's turn began, if nothing was done in it so far: that is time enough, and the
   *   clock is read only for what sessions read
   * @returns how much was done
   */
  doWork(idleSinceNs?: Float64Array): number {
    const { clock, times } = this;
    // never back: an order of this very turn may have read the clock
    if (idleSinceNs === undefined) clock.read();
    else if (idleSinceNs[0] > clock.nowNs[0]) clock.nowNs[0] = idleSinceNs[0];
    this.reporter.turn();
    this.market.look(clock.nowNs);
    let work = this.killWatch.poll();
    if (!this.dayEnd.isOver) work += this.loop.turn(this);
    work += this.remotes.serve();
    work += this.commands.poll(this);
    work += this.limitRequests.poll(this.limits);
    if (this.journalAgent !== undefined) work += this.journalAgent.doWork();
    if (clock.nowNs[0] >= times[Time.lookAtNs]) this.look();
    this.tellSwitch();
    return work;
  }

  close(): void {
    this.stopTrading();
    // why it stops may be the last of them
    this.notes.take(this.keepNote);
    this.reporter.ending = true;
    this.loop.stop(this.options.logOutAtStop);
    this.reporter.tell();
    this.journalAgent?.close();
  }

  // ---- Events of orders ----

  orderEvent(strategy: number, kind: number, order: number, shares: number, price4: number): void {
    const host = this.hosts[strategy];
    if (host !== undefined) {
      host.onOrderEvent(kind, order, shares, price4);
      return;
    }
    this.remotes.orderEvent(strategy, kind, order, shares, price4);
  }

  // ---- Kill ----

  killChanged(scope: Scope, index: number, on: boolean): void {
    this.clock.read();
    this.dayJournal.kill(scope, index, on, false);
    let cancels = 0;
    if (on) {
      const strategy = scope === Scope.strategy ? index : -1;
      const account = scope === Scope.account ? index : -1;
      cancels = this.loop.cancelOpen(strategy, account, CancelCause.kill);
    }
    this.reporter.killed(scope, index, on, cancels);
  }

  killConfirmed(): void {
    // the words say it; nothing more is to be done here
  }

  // ---- Limits ----

  limitChanged(
    limit: LimitSpec,
    scope: Scope,
    index: number,
    before: number,
    after: number,
    operator: string,
  ): boolean {
    this.clock.read();
    this.reporter.limit(limit.reason, scope, index, before, after, operator);
    const { dayJournal } = this;
    const isTold =
      operator === '' || dayJournal.operator(OperatorAction.setsLimit, scope, index, `${operator}: ${limit.name}`);
    return dayJournal.limit(limit.reason, scope, index, before, after) && isTold;
  }

  // ---- Commands of an operator ----

  command(command: number, first: number, second: number): number {
    this.clock.read();
    const { loop } = this;
    switch (command) {
      case GatewayCommand.failOver:
        return loop.ports[first]?.failOver() === true ? 1 : 0;
      case GatewayCommand.failBack:
        return loop.groups[first]?.failBack() ?? 0;
      case GatewayCommand.revive:
        if (loop.ports[first]?.ended !== true) return 0;
        loop.ports[first].revive();
        return 1;
      case GatewayCommand.cancel:
        return loop.cancelOpen(first, second, CancelCause.operator);
      case GatewayCommand.endDay:
        return loop.endDay();
      case GatewayCommand.closeSessions:
        for (const port of loop.ports) port.stop(false);
        return loop.ports.length;
    }
    return 0;
  }

  // ---- Within ----

  /** Says in the journal that this gateway writes from here on, and what the numbers in it stand for. */
  private openDay(): void {
    const { options, dayJournal } = this;
    const { facts, cells } = this.loop.parts;
    this.clock.read();
    dayJournal.opened(options.day, options.epoch, options.restart);
    facts.nowNs[0] = this.clock.nowNs[0];
    facts.opened(options.day, options.epoch);
    options.instruments.forEach(({ symbol, feed }, number) => {
      dayJournal.instrument(number, feed, symbol);
    });
    if (!options.restart) this.beginDay(options.start);
    if (options.dayEnded) cells[Cell.dayEnded] = 1;
  }

  private beginDay(start: NumberedDay): void {
    for (const { account, cash4 } of start.balances) this.dayJournal.balance(account, cash4);
    for (const { account, strategy, instrument, shares, averagePrice4 } of start.positions) {
      this.dayJournal.position(account, strategy, instrument, shares, averagePrice4, 0);
    }
    applyStartOfDay(this.loop.parts.facts, start);
  }

  private look(): void {
    const { clock, times } = this;
    times[Time.lookAtNs] = clock.nowNs[0] + LOOK_EVERY_NS;
    this.map.look();
    this.notes.take(this.keepNote);
    this.market.mark(this.ledger);
    if (!this.dayEnd.isOver) this.holds.look(clock.nowNs);
    this.dayEnd.look(clock.nowNs, clock.nowNs[0] + times[Time.utcOffsetNs]);
    if (clock.nowNs[0] >= times[Time.utcAtNs]) this.readUtc();
  }

  private readUtc(): void {
    this.times[Time.utcAtNs] = this.clock.nowNs[0] + UTC_EVERY_NS;
    const offsetNs = this.clock.readUtcOffsetNs();
    this.times[Time.utcOffsetNs] = offsetNs;
    splitUtcOffset(offsetNs, this.utcOffset);
  }

  private tellSwitch(): void {
    const { cells } = this.options;
    if (cells[Cell.switchedNs] === this.times[Time.switchedNs]) return;
    this.times[Time.switchedNs] = cells[Cell.switchedNs];
    recordLatency(this.options.histograms.switch, cells[Cell.switchNs]);
    this.reporter.switched(cells[Cell.switchNs]);
  }

  private dialler(port: number, host: number) {
    const { ports, userTimeoutMs } = this.options;
    const { address, port: tcpPort, interface: local } = ports[port].hosts[host];
    const session = ports.slice(0, port).reduce((sum, { hosts }) => sum + hosts.length, host);
    return {
      dial: () => {
        const socket = this.doors.connect(session, {
          address,
          port: tcpPort,
          localAddress: local,
          noDelay: true,
          keepAlive: true,
          userTimeoutMs,
        });
        this.sockets.set(session, socket);
        this.readySet.set(session, socket);
        return socket;
      },
    };
  }

  /** Cancels what is ours and waits a moment for the answers, as the config asks. */
  private stopTrading(): void {
    if (!this.options.cancelAtStop || this.options.ioMode !== 'native') return;
    const { clock, loop } = this;
    clock.read();
    if (loop.endDay() === 0) return;
    const deadline = clock.nowNs[0] + STOP_PATIENCE_NS;
    while (clock.nowNs[0] < deadline && loop.openOrders > 0) {
      loop.turn(this);
      clock.read();
    }
  }
}

const Time = { lookAtNs: 0, utcAtNs: 1, switchedNs: 2, utcOffsetNs: 3 } as const;

/** The spec that the pure gateway is built from. */
export function specOf(options: GatewayOptions): GatewaySpec {
  return {
    strategies: options.strategies,
    instruments: options.instruments,
    ports: options.ports.map((port) => ({
      name: port.name,
      protocol: orderProtocol(port.protocol),
      rules: port.rules,
      session: port.session,
      port: port.port,
      hosts: port.hosts.map(({ name }) => name),
      resends: port.resends,
    })),
    groups: options.groups,
    seed: options.epoch,
  };
}
