import { JournalDayWriter } from '../../journal/day-writer.ts';
import { journalSalt } from '../../journal/identity.ts';
import { JournalRing } from '../../journal/journal-ring.ts';
import { JournalWriter } from '../../journal/journal-writer.ts';
import { type DecodedRecord, decodeRecord } from '../../journal/record-decoder.ts';
import { formatJournalRing, journalRingBytes } from '../../journal/ring-layout.ts';
import { readRingTail } from '../../journal/ring-tail.ts';
import { AckCell } from '../ack-times.ts';
import { FillTable } from '../fill-table.ts';
import type { OrderGateway } from '../gateway.ts';
import { buildGateway, type GatewaySpec, type PortSpec } from '../gateway-build.ts';
import type { GatewayLoop } from '../gateway-loop.ts';
import type { GatewayVoice } from '../gateway-voice.ts';
import { type LastCheck, PASS_ALL } from '../last-check.ts';
import { Ledger } from '../ledger.ts';
import { TotalCell } from '../ledger-layout.ts';
import { LinearMargin } from '../linear-margin.ts';
import { OrderEvent } from '../order-events.ts';
import { OrderFacts } from '../order-facts.ts';
import { SlotField } from '../order-layout.ts';
import type { PortOptions } from '../order-port.ts';
import type { VenueRules } from '../order-protocol.ts';
import { OrderStore } from '../order-store.ts';
import { RecordFold } from '../record-fold.ts';
import { Refusals } from '../refusal.ts';
import { Risk } from '../risk.ts';
import { RiskLimits } from '../risk-limits.ts';
import { RefusalReason } from '../risk-reason.ts';
import type { RiskShape } from '../risk-shape.ts';
import { Scope } from '../scope.ts';
import type { GroupOptions } from '../session-group.ts';
import { DEFAULT_SESSION_OPTIONS, type SessionOptions } from '../session-options.ts';
import {
  Evidence,
  LostRoutePolicy,
  Marking,
  OrderFlag,
  OrderState,
  SessionState,
  Side,
  TimeInForce,
} from '../terms.ts';
import { modelProtocol } from './model-protocol.ts';
import { ModelHost, ModelPort } from './model-venue.ts';
import { nameOf } from './port-rig.ts';
import { RigMarket } from './risk-rig.ts';

const NS_PER_MS = 1e6;
const DAY = 20261126;
const IDENTITY = { venue: 'model', day: DAY };
const RING_CAPACITY = 1 << 20;
const MAX_ORDERS = 2048;
const PRICE4 = 1_000_000;
const SHAPE: RiskShape = {
  venues: ['model'],
  accounts: ['main'],
  strategies: [
    { name: 'mm', account: 0 },
    { name: 'arb', account: 0 },
  ],
  instruments: [
    { symbol: 'AAPL', venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
    { symbol: 'MSFT', venue: 0, tick4: 100, lowTick4: 1, lowTickBelow4: 10_000 },
  ],
};
const MARGIN = () => new LinearMargin([5000, 5000]);

export interface GatewayRigOptions {
  readonly rules?: Partial<VenueRules>;
  /** Hosts of each port: `[1, 1]` is two ports, `[2]` one port with a mirror. */
  readonly shape?: readonly number[];
  readonly group?: Partial<GroupOptions>;
  readonly session?: Partial<SessionOptions>;
  readonly port?: Partial<PortOptions>;
  readonly lostRoute?: number;
  readonly resends?: boolean;
  readonly lastCheck?: LastCheck;
  readonly seed?: number;
}

/** Memory of one gateway, as it outlives a process: the journal. */
export interface RigJournal {
  readonly memory: SharedArrayBuffer;
}

/**
 * A whole gateway (store, ledger, risk, journal, sessions) at a model venue, on a clock that the test moves. `restart`
 * builds a second one from nothing but the first one's journal.
 */
export class GatewayRig {
  readonly now = Float64Array.of(1e12);
  readonly venues: ModelPort[];
  readonly hosts: ModelHost[][];
  readonly market = new RigMarket(SHAPE.instruments.length);
  store!: OrderStore;
  ledger!: Ledger;
  fills!: FillTable;
  risk!: Risk;
  loop!: GatewayLoop;
  gateway!: OrderGateway;
  fold!: RecordFold;
  journal: RigJournal;
  /** ns that the venue took to answer new orders, over all starts. */
  readonly answers: number[] = [];
  /** What strategies were told, and what people were. */
  readonly told: string[] = [];
  readonly said: string[] = [];
  /** Called for each event of a strategy, as the strategy itself would be. */
  onEvent: ((strategy: number, kind: number, order: number, shares: number) => void) | undefined;
  private readonly options: GatewayRigOptions;
  private readonly spec: GatewaySpec;
  private starts = 0;

  constructor(options: GatewayRigOptions = {}) {
    this.options = options;
    const protocol = modelProtocol(options.rules);
    const shape = options.shape ?? [1, 1];
    const barrier = protocol.rules.barrier === 'probe' ? 'probe' : 'query';
    this.venues = shape.map((_, i) => new ModelPort(`P${i}`));
    this.hosts = shape.map((count, port) =>
      Array.from(
        { length: count },
        () => new ModelHost(this.venues[port], { secondLogin: protocol.rules.secondLogin, barrier }),
      ),
    );
    this.spec = {
      strategies: SHAPE.strategies.map(({ name, account }) => ({
        name,
        account,
        group: 0,
        lostRoute: options.lostRoute ?? LostRoutePolicy.requote,
      })),
      instruments: SHAPE.instruments,
      ports: shape.map(
        (count, port): PortSpec => ({
          name: `P${port}`,
          protocol,
          rules: protocol.rules,
          session: {
            ...DEFAULT_SESSION_OPTIONS,
            connection: { username: 'warm', password: 'line', session: '', day: DAY },
            ...options.session,
          },
          port: {
            logonBudget: { logons: 1000, perNs: 60e9 },
            preferredWaitNs: 1e9,
            barrierTimeoutNs: 5e9,
            ...options.port,
          },
          hosts: Array.from({ length: count }, (_, host) => `P${port}.${host}`),
          resends: options.resends ?? false,
        }),
      ),
      groups: [
        {
          options: { name: 'main', policy: 'primary-backup', failback: 'never', ...options.group },
          ports: shape.map((_, port) => port),
        },
      ],
      seed: options.seed ?? 1,
    };
    const memory = new SharedArrayBuffer(journalRingBytes(RING_CAPACITY));
    formatJournalRing(memory, IDENTITY, 1, 0, 0);
    this.journal = { memory };
    this.start();
  }

  /** The process dies at this very moment and another one starts from its journal. Venue and clock go on. */
  restart(): this {
    for (const { sessions } of this.loop.ports) {
      for (const session of sessions) session.close(Evidence.stopped, true, false);
    }
    this.start();
    return this;
  }

  /** Lets time pass in steps, with a turn after each. */
  pass(ms: number, stepMs = 1): this {
    for (let done = 0; done < ms; done += stepMs) {
      this.now[0] += stepMs * NS_PER_MS;
      this.turn();
    }
    return this;
  }

  turn(): void {
    this.loop.turn(this);
  }

  enter(of: Partial<RigRequest> = {}): number {
    const { strategy = 0, instrument = 0, side = Side.buy, shares = 100, price4 = PRICE4, tif = TimeInForce.day } = of;
    return this.gateway.enter(strategy, instrument, side, shares, price4, tif, Marking.long, of.tag ?? 0);
  }

  field(order: number, field: keyof typeof SlotField): number {
    return this.store.int32[this.store.base(order - 1) + SlotField[field]];
  }

  /** Its state and flags in words; not whether it was probed, which is no condition of the order. */
  state(order: number): string {
    const flags = this.field(order, 'flags') & ~OrderFlag.probed;
    const marks = Object.entries(OrderFlag).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]));
    return [nameOf(OrderState, this.field(order, 'state')), ...marks].join(' ');
  }

  states(): string[][] {
    return this.loop.ports.map(({ sessions }) => sessions.map((one) => nameOf(SessionState, one.state)));
  }

  /** Name of a refusal. */
  why(result: number): string {
    return nameOf(RefusalReason, -result);
  }

  total(cell: keyof typeof TotalCell, scope: number = Scope.global, index = 0): number {
    return this.ledger.cells[this.ledger.total(scope, index) + TotalCell[cell]];
  }

  position(instrument = 0): number {
    return this.ledger.position(0, instrument);
  }

  /** The venue's own count of what we hold. */
  venuePosition(): number {
    let shares = 0;
    for (const venue of this.venues) {
      for (const fill of venue.fills) shares += fill.order.side === Side.buy ? fill.shares : -fill.shares;
    }
    return shares;
  }

  records(): DecodedRecord[] {
    const found: DecodedRecord[] = [];
    readRingTail(this.journal.memory, 0, journalSalt(IDENTITY), {
      onRecord: (type, { view }, offset, length) => found.push(decodeRecord(type, view, offset, length)),
    });
    return found;
  }

  /** Every byte of store, fills and ledger. */
  bytes(): Buffer {
    return memoryOf(this.store, this.fills, this.ledger);
  }

  /** The same as the journal alone gives it. */
  folded(): Buffer {
    const { store, fills, ledger } = this.emptyState();
    const facts = new OrderFacts(store, ledger, fills);
    this.foldInto(new RecordFold(facts));
    return memoryOf(store, fills, ledger);
  }

  orderEvent(strategy: number, kind: number, order: number, shares: number, price4: number): void {
    const what = nameOf(OrderEvent, kind);
    const amount = kind === OrderEvent.fill ? ` ${shares}@${price4}` : '';
    this.told.push(`${what} ${order}${amount}`);
    this.onEvent?.(strategy, kind, order, shares);
  }

  private start(): void {
    const { store, fills, ledger } = this.emptyState();
    this.store = store;
    this.fills = fills;
    this.ledger = ledger;
    const limits = new RiskLimits(SHAPE);
    const clock = { nowNs: this.now, read: () => {} };
    this.risk = new Risk({
      limits,
      refusals: new Refusals(limits),
      exposure: ledger,
      market: this.market,
      slots: store,
      nowNs: new Float64Array(1),
      windows: { messagesNs: 1e9, executionsNs: 1e9, duplicatesNs: 1 },
    });
    const facts = new OrderFacts(store, ledger, fills, { reflector: this.risk });
    this.fold = new RecordFold(facts, this.risk);
    this.foldInto(this.fold);
    const ring = new JournalRing(this.journal.memory);
    const journal = new JournalWriter(ring, this.now, new Float64Array(2));
    const dayJournal = new JournalDayWriter(journal, ring);
    dayJournal.opened(DAY, ++this.starts, this.starts > 1);
    facts.nowNs[0] = this.now[0];
    facts.opened(DAY, this.starts);
    this.loop = buildGateway(this.spec, {
      store,
      ledger,
      fills,
      risk: this.risk,
      journal,
      dayJournal,
      lastCheck: this.options.lastCheck ?? PASS_ALL,
      clock,
      voice: this.voice(),
      dialler: (port, host) => this.hosts[port][host],
      sessionNames: this.fold.sessionNames,
      answers: { answered: (cells) => this.answers.push(cells[AckCell.lastNs]) },
    });
    this.gateway = this.loop.gateway;
    this.loop.begin();
  }

  private foldInto(fold: RecordFold): void {
    readRingTail(this.journal.memory, 0, journalSalt(IDENTITY), fold);
  }

  private emptyState(): { store: OrderStore; fills: FillTable; ledger: Ledger } {
    const ports = this.venues.length;
    const sizes = { strategies: SHAPE.strategies.length, instruments: SHAPE.instruments.length };
    const store = new OrderStore(OrderStore.memoryFor({ ...sizes, ports, maxOrders: MAX_ORDERS }));
    const fills = new FillTable(FillTable.memoryFor(MAX_ORDERS * 2));
    const margin = MARGIN();
    const memory = Ledger.memoryFor({ ...sizes, venues: 1, accounts: 1 }, margin);
    const ledger = new Ledger(memory, store, fills, { venueOfPort: new Array(ports).fill(0), margin });
    return { store, fills, ledger };
  }

  private voice(): GatewayVoice {
    const { said } = this;
    return {
      sessionChanged: () => {},
      portLost: (port, session, evidence, unknown, blind) =>
        said.push(
          `${port.name} lost ${session.name} ${nameOf(Evidence, evidence)}: ${unknown} unknown, ${blind} blind`,
        ),
      portRecovered: (port, _session, stillUnknown, resolved) =>
        said.push(`${port.name} recovered: ${resolved} resolved, ${stillUnknown} unknown`),
      routed: (_group, _preference, from, to, evidence) =>
        said.push(`routed ${from} to ${to} ${nameOf(Evidence, evidence)}`),
      resolved: (order, row) => said.push(`order ${order} row ${row}`),
      incident: (incident) => said.push(`incident ${incident}`),
      dayEnded: (port) => said.push(`${port.name} day ended`),
    };
  }
}

export interface RigRequest {
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly shares: number;
  readonly price4: number;
  readonly tif: TimeInForce;
  readonly tag: number;
}

function memoryOf(store: OrderStore, fills: FillTable, ledger: Ledger): Buffer {
  return Buffer.concat(
    [store.memory, fills.memory, ledger.memory as ArrayBufferLike].map((memory) => Buffer.from(new Uint8Array(memory))),
  );
}
