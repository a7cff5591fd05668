import { join } from 'node:path';
import type { OrderPortConfig, OrdersConfig } from '../config/orders-schema.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import { readSecret } from '../config/secret.ts';
import { API_TRADER, tradersOf } from '../config/traders.ts';
import { loadNative } from '../io/native.ts';
import { ioKind } from '../io/open.ts';
import { createFenceMemory, FenceControl } from '../order/fence.ts';
import { FillTable } from '../order/fill-table.ts';
import { GATEWAY_CELLS, GatewayCell, RouteCell } from '../order/gateway-parts.ts';
import { Ledger } from '../order/ledger.ts';
import { createLimitRequestMemory, LimitControl } from '../order/limit-requests.ts';
import { LinearMargin } from '../order/linear-margin.ts';
import { OrderFacts } from '../order/order-facts.ts';
import { OrderStore } from '../order/order-store.ts';
import { RecordFold } from '../order/record-fold.ts';
import { Refusals } from '../order/refusal.ts';
import { RESOLUTIONS } from '../order/resolution-table.ts';
import { RiskLimits } from '../order/risk-limits.ts';
import { SESSION_CELLS, SessionCell } from '../order/session-cells.ts';
import { LostRoutePolicy } from '../order/terms.ts';
import { withStatedRules } from '../order/venue-rules.ts';
import type { AgentSpec } from '../runtime/agent-context.ts';
import type { CounterRegistry } from '../runtime/counters.ts';
import { histogramCellNames } from '../runtime/histogram.ts';
import { orderProtocol } from '../venues/order-registry.ts';
import { dropCopySetup } from './drop-copy.ts';
import { createGatewayCommandMemory, GatewayControl } from './gateway-commands.ts';
import type { GatewayHistograms, GatewayOptions, GatewayPortOptions, OrderLinkMemory } from './gateway-options.ts';
import type { TradableInstrument } from './instrument-map.ts';
import { type OpenedJournal, openJournal } from './journal-open.ts';
import { KILL_FILE_NAME } from './kill-bytes.ts';
import { prepareKillFile } from './kill-file.ts';
import { createNoteMemory, OperatorNotes } from './operator-notes.ts';
import { createOrderLink } from './order-link.ts';
import { limitSettingsOf, riskShapeOf, riskWindowsOf } from './risk-setup.ts';
import { createSocketTableMemory } from './socket-table.ts';
import { loadStartOfDay } from './start-of-day-file.ts';
import { tradingDaySetup } from './trading-day-setup.ts';

/** The order half as the main thread set it up: what its thread is given, and what the main thread reads. */
export interface GatewaySetup {
  readonly config: OrdersConfig;
  readonly options: GatewayOptions;
  readonly day: number;
  readonly store: OrderStore;
  readonly ledger: Ledger;
  readonly limits: RiskLimits;
  readonly control: GatewayControl;
  /** Puts what an operator did into the journal. */
  readonly operatorNotes: OperatorNotes;
  /** Changes of limits: by a reload down, by an operator either way. */
  readonly limitControl: LimitControl;
  readonly killPath: string;
  /** The journal's agent, for a thread of its own; absent in the portable build. */
  readonly journalAgent: AgentSpec | undefined;
  /** Names of the sessions, by number, and of the ports. */
  readonly sessionNames: readonly string[];
  /** What a person should hear of: a torn tail, a takeover… */
  readonly notes: readonly string[];
  /** Shared memory that must not be paged out. */
  readonly hotMemory: readonly ArrayBufferLike[];
  /** Once every thread has ended. */
  close(): void;
}

const FILLS_PER_ORDER = 4;
const BP_PER_WHOLE = 10_000;
const NS_PER_MS = 1e6;
const PREFERRED_WAIT_NS = 2e9;
const POLICIES: Readonly<Record<string, LostRoutePolicy>> = LostRoutePolicy;

/**
 * Opens the day's journal, recovers from it, and allocates what the order half needs. Connects to nothing.
 *
 * @param remote strategies on threads of their own
 * @throws {Error} naming what is held by another process, damaged, or can't be read
 */
export function setUpGateway(
  config: WarmlineConfig,
  counters: CounterRegistry,
  remote: ReadonlySet<string>,
): GatewaySetup {
  const tradingDay = tradingDaySetup(config.orders!, config.venue);
  const { day } = tradingDay;
  const orders = { ...config.orders!, startOfDay: tradingDay.startPath };
  const instruments = orders.instruments.map(
    ({ symbol, feed }): TradableInstrument => ({
      symbol,
      feed: feed === undefined ? 0 : config.feeds.findIndex(({ name }) => name === feed),
    }),
  );
  const traders = tradersOf(config);
  const shape = riskShapeOf(config);
  const portConfigs = orders.groups.flatMap(({ ports }) => ports);
  const sizes = { strategies: Math.max(1, traders.length), instruments: instruments.length };
  const store = new OrderStore(
    OrderStore.memoryFor({ ...sizes, ports: portConfigs.length, maxOrders: orders.maxOrders }),
  );
  const fills = new FillTable(FillTable.memoryFor(orders.maxOrders * FILLS_PER_ORDER));
  const marginRatesBp = instruments.map(() => Math.round(orders.marginRate * BP_PER_WHOLE));
  const margin = new LinearMargin(marginRatesBp);
  const protocol = orderProtocol(orders.protocol);
  const rules = portConfigs.map((port) => withStatedRules(protocol.rules, statedRules(port, orders)));
  const remainingPorts = rules.flatMap((one, port) => (one.replaceShares === 'remaining' ? [port] : []));
  const ledger = new Ledger(
    Ledger.memoryFor({ ...sizes, venues: 1, accounts: orders.accounts.length }, margin),
    store,
    fills,
    { venueOfPort: portConfigs.map(() => 0), remainingPorts, margin },
  );
  const fold = new RecordFold(new OrderFacts(store, ledger, fills, { remainingPorts }));
  const journal = openJournal(
    {
      venue: config.venue,
      day,
      directory: orders.directory,
      ringCapacityBytes: orders.journal.ringBytes,
      durability: orders.journal.durability,
      ...(orders.journal.ringDirectory === undefined
        ? {}
        : { ringPath: join(orders.journal.ringDirectory, `${config.venue}.ring`) }),
    },
    fold,
    loadNativeFor(config),
  );
  try {
    return assemble();
  } catch (error) {
    journal.close();
    throw error;
  }

  function assemble(): GatewaySetup {
    const limits = new RiskLimits(shape);
    const start = loadStartOfDay(orders, shape, day);
    limits.load([...limitSettingsOf(config, shape), ...start.limits]);
    // What was changed during the day holds until its end, whatever the config says.
    for (const { reason, scope, index, value } of fold.limitChanges) limits.recovered(reason, scope, index, value);
    const refusals = counters.allocate('refusals', {}, nameEach(Refusals.counterNames(limits))).cells;
    const kill = prepareKillFile(join(orders.directory, KILL_FILE_NAME), {
      accounts: shape.accounts,
      strategies: shape.strategies.map(({ name }) => name),
    });
    const fence = createFenceMemory();
    new FenceControl(new Int32Array(fence)).grant(journal.epoch);
    const ports = portConfigs.map(
      (port, index): GatewayPortOptions => ({
        name: port.name,
        protocol: orders.protocol,
        rules: rules[index],
        session: sessionOptions(orders, port, day),
        port: {
          logonBudget: orders.sessions.logonBudget,
          preferredWaitNs: PREFERRED_WAIT_NS,
          barrierTimeoutNs: orders.sessions.barrierTimeoutNs,
        },
        hosts: port.hosts.map((host, n) => {
          const name = sessionName(port, n);
          return {
            name,
            address: host.address,
            port: host.port,
            interface: host.interface,
            cells: counters.allocate('session', { port: port.name, session: name }, namesOf(SessionCell, SESSION_CELLS))
              .cells,
          };
        }),
        resends: port.resend === 'neverArrived',
        sessionName: fold.sessionNames[index] ?? '',
      }),
    );
    let firstPort = 0;
    const groups = orders.groups.map((group) => {
      const members = group.ports.map((_, n) => firstPort + n);
      firstPort += group.ports.length;
      return {
        options: {
          name: group.name,
          policy: group.policy,
          failback: group.failback,
          ...(group.affinity === undefined ? {} : { affinity: affinityOf(group.affinity, group.ports, instruments) }),
        },
        ports: members,
      };
    });
    const commands = createGatewayCommandMemory();
    const operatorNotes = createNoteMemory();
    const limitRequests = createLimitRequestMemory();
    const sessionNames = ports.flatMap(({ hosts }) => hosts.map(({ name }) => name));
    const options: GatewayOptions = {
      ioMode: ioKind(config.io.mode),
      day,
      epoch: journal.epoch,
      restart: journal.outcome.records > 0,
      start,
      tradingDay,
      dayEnded: fold.dayEnded,
      strategies: traders.map(({ name, orders: own }, index) => ({
        name,
        account: shape.strategies[index].account,
        group: Math.max(
          0,
          orders.groups.findIndex((group) => group.name === own?.group),
        ),
        lostRoute: POLICIES[own?.lostRoute ?? 'pause'],
      })),
      instruments,
      ports,
      groups,
      dropCopy: dropCopySetup(orders, day, journal.epoch, counters),
      userTimeoutMs: Math.round(orders.sessions.userTimeoutNs / NS_PER_MS),
      risk: { shape, windows: riskWindowsOf(config) },
      marginRatesBp,
      store: store.memory,
      fills: fills.memory as SharedArrayBuffer,
      ledger: ledger.memory as SharedArrayBuffer,
      limits: limits.memory as SharedArrayBuffer,
      limitRequests,
      refusals,
      journal: journal.setup,
      kill,
      fence,
      sockets: createSocketTableMemory(sessionNames.length),
      cells: counters.allocate('gateway', {}, namesOf(GatewayCell, GATEWAY_CELLS)).cells,
      rows: counters.allocate(
        'resolutions',
        {},
        RESOLUTIONS.map(({ row }) => `row${row}`),
      ).cells,
      routes: new Int32Array(new SharedArrayBuffer(sizes.strategies * RouteCell.words * Int32Array.BYTES_PER_ELEMENT)),
      histograms: histogramsOf(counters),
      commands,
      operatorNotes,
      links: traders.map(({ name }): OrderLinkMemory | undefined =>
        remote.has(name) || name === API_TRADER ? createOrderLink() : undefined,
      ),
      logOutAtStop: orders.logOutAtStop,
      cancelAtStop: orders.cancelAtStop,
    };
    return {
      config: orders,
      options,
      day,
      store,
      ledger,
      limits,
      control: new GatewayControl(commands),
      operatorNotes: new OperatorNotes(operatorNotes),
      limitControl: new LimitControl(limitRequests),
      killPath: kill.path,
      journalAgent: journal.agent,
      sessionNames,
      notes: notesOf(journal),
      hotMemory: [store.memory, fills.memory, ledger.memory as ArrayBufferLike, limits.memory],
      close: () => journal.close(),
    };
  }
}

function loadNativeFor(config: WarmlineConfig) {
  return ioKind(config.io.mode) === 'native' ? loadNative() : undefined;
}

function sessionName(port: OrderPortConfig, host: number): string {
  if (port.hosts.length === 1) return port.name;
  return host === 0 ? `${port.name}.a` : `${port.name}.${String.fromCharCode('a'.charCodeAt(0) + host)}`;
}

function statedRules(port: OrderPortConfig, orders: OrdersConfig) {
  const { heartbeatNs, silenceNs } = orders.sessions;
  return {
    ...port.rules,
    ...(heartbeatNs === undefined ? {} : { heartbeatIntervalNs: heartbeatNs }),
    ...(silenceNs === undefined ? {} : { silenceNs }),
  };
}

function sessionOptions(orders: OrdersConfig, port: OrderPortConfig, day: number) {
  const { sessions } = orders;
  return {
    connection: {
      username: port.username,
      password: readSecret(port, `order port ${port.name}`),
      session: port.session ?? '',
      day,
      ...(port.firm === undefined ? {} : { firm: port.firm }),
      ...(sessions.heartbeatNs === undefined ? {} : { heartbeatIntervalNs: sessions.heartbeatNs }),
      ...(sessions.silenceNs === undefined ? {} : { silenceNs: sessions.silenceNs }),
      loginTimeoutNs: sessions.loginTimeoutNs,
    },
    connectTimeoutNs: sessions.connectTimeoutNs,
    loginTimeoutNs: sessions.loginTimeoutNs,
    barrierTimeoutNs: sessions.barrierTimeoutNs,
    stalledWriteNs: sessions.stalledWriteNs,
    ackDeadlineFloorNs: sessions.ackDeadline.floorNs,
    ackDeadlineFactor: sessions.ackDeadline.factor,
    infoEveryNs: INFO_EVERY_NS,
    backoff: { firstNs: sessions.reconnect.firstNs, maxNs: sessions.reconnect.mostNs },
    primedShare: PRIMED_SHARE,
  };
}

const INFO_EVERY_NS = 100e6;
const PRIMED_SHARE = 0.8;

function affinityOf(
  affinity: Readonly<Record<string, string>>,
  ports: readonly OrderPortConfig[],
  instruments: readonly TradableInstrument[],
): Int32Array {
  return Int32Array.from(instruments, ({ symbol }, number) => {
    const named = ports.findIndex(({ name }) => name === affinity[symbol]);
    return named >= 0 ? named : number % ports.length;
  });
}

function histogramsOf(counters: CounterRegistry): GatewayHistograms {
  const names = histogramCellNames();
  const of = (from: string, to: string) => counters.allocate('latency', { from, to }, names).cells;
  return {
    wireToSent: of('receive', 'order sent'),
    risk: of('strategy', 'risk passed'),
    toSend: of('risk passed', 'send'),
    send: of('send', 'sent'),
    switch: of('evidence', 'first order on the peer'),
    answer: of('order sent', 'answer'),
  };
}

/** Names of a descriptor's cells, in order. */
function namesOf(descriptor: Readonly<Record<string, number>>, count: number): string[] {
  const names = Array.from({ length: count }, (_, cell) => `cell${cell}`);
  for (const [name, cell] of Object.entries(descriptor)) if (cell < count) names[cell] = name;
  return names;
}

function nameEach(names: readonly string[]): string[] {
  return names.map((name, cell) => (name === '' ? `cell${cell}` : name));
}

function notesOf(journal: OpenedJournal): string[] {
  const { records } = journal.outcome;
  return [
    ...journal.warnings,
    ...(records === 0 ? [] : [`recovered from ${records} records of the journal; this is start ${journal.epoch}`]),
  ];
}
