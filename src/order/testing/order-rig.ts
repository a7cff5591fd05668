import type { FactListener } from '../fact-listener.ts';
import { FillTable } from '../fill-table.ts';
import { Intent, SendResult } from '../intents.ts';
import { Ledger } from '../ledger.ts';
import { PositionCell, TotalCell } from '../ledger-layout.ts';
import { LinearMargin } from '../linear-margin.ts';
import type { MarginModel } from '../margin.ts';
import { OrderFacts } from '../order-facts.ts';
import { SlotField, SlotTime } from '../order-layout.ts';
import { OrderStore } from '../order-store.ts';
import { Scope } from '../scope.ts';
import { Marking, Side, TimeInForce } from '../terms.ts';
import { ReportCell, ReportKind, VenueReport } from '../venue-report.ts';

export interface RigOptions {
  readonly maxOrders?: number;
  readonly maxFills?: number;
  readonly maxRefs?: number;
  readonly remainingPorts?: readonly number[];
  readonly margin?: MarginModel;
  readonly listener?: FactListener;
  /** Takes down every fact, to be told to another rig. */
  readonly tape?: Told[];
}

/** A fact as it was told. */
export type Told = (facts: OrderFacts) => void;

export const RIG = { ports: 2, venues: 2, accounts: 2, strategies: 3, instruments: 4 } as const;
export const RATE_BP = 5_000;
const SECOND_NS = 1e9;

/** Two ports at two venues, two accounts, three strategies, four instruments, and short ways to say what happens. */
export class OrderRig {
  readonly store: OrderStore;
  readonly fills: FillTable;
  readonly ledger: Ledger;
  readonly facts: OrderFacts;
  readonly report = new VenueReport();
  readonly heard: string[] = [];

  constructor(options: RigOptions = {}) {
    const {
      maxOrders = 64,
      maxFills = 256,
      margin = new LinearMargin(new Array(RIG.instruments).fill(RATE_BP)),
    } = options;
    this.store = new OrderStore(OrderStore.memoryFor({ ...RIG, maxOrders, maxRefs: options.maxRefs }));
    this.fills = new FillTable(FillTable.memoryFor(maxFills));
    const { remainingPorts } = options;
    this.ledger = new Ledger(Ledger.memoryFor(RIG, margin), this.store, this.fills, {
      venueOfPort: [0, 1],
      remainingPorts,
      margin,
    });
    const listener = options.listener ?? {
      onOrder: (slot: number, fact: number) => this.heard.push(`order ${slot + 1} fact ${fact}`),
      onFill: (slot: number, shares: number, price4: number) => this.heard.push(`fill ${slot + 1} ${shares}@${price4}`),
      onIncident: (incident: number) => this.heard.push(`incident ${incident}`),
    };
    const facts = new OrderFacts(this.store, this.ledger, this.fills, { remainingPorts, listener });
    this.facts = options.tape === undefined ? facts : recorded(facts, options.tape);
  }

  /** A new order, by default 100 shares bought at 10.00 on port 0 for account 0 by strategy 0; handed to the socket. */
  enter(of: EnterOptions = {}): number {
    const slot = this.intend(of);
    this.tick();
    this.facts.sendResult(slot, Intent.enter, 0, SendResult.handed, 0, 49);
    return slot;
  }

  /** The same up to the intent. */
  intend(of: EnterOptions = {}): number {
    const { strategy = 0, account = 0, port = 0, instrument = 0, side = Side.buy, shares = 100, price4 = 100_000 } = of;
    this.tick();
    const number = this.store.allocate() + 1;
    const ref = this.store.nextRef(port);
    const { tag = 7 } = of;
    const { long } = Marking;
    const { day } = TimeInForce;
    return this.facts.entered(
      number, strategy, account, port, port, instrument, ref, side, long, day, shares, price4, tag,
    ); // biome-ignore format: as many as the record has
  }

  /** A report about the order's current reference, unless told otherwise. */
  hear(slot: number, kind: number, of: Partial<ReportFields> = {}): number {
    this.fill(slot, kind, of);
    const port = of.port ?? this.slot(slot, 'port');
    return this.facts.reported(port, port, this.report);
  }

  /** The same from a drop copy. */
  learn(slot: number, kind: number, of: Partial<ReportFields> = {}): number {
    this.fill(slot, kind, of);
    return this.facts.evidence(1, of.port ?? this.slot(slot, 'port'), this.report);
  }

  accept(slot: number): number {
    return this.hear(slot, ReportKind.accepted, {
      shares: this.slot(slot, 'shares'),
      price4: this.slot(slot, 'price4'),
    });
  }

  execute(slot: number, shares: number, price4: number, matchLo: number): number {
    return this.hear(slot, ReportKind.executed, { shares, price4, matchLo });
  }

  replace(slot: number, shares: number, price4: number): number {
    this.tick();
    const port = this.slot(slot, 'port');
    const ref = this.store.nextRef(port);
    this.facts.replaceAsked(slot, port, ref, shares, price4);
    this.facts.sendResult(slot, Intent.replace, 0, SendResult.handed, 0, 47);
    return ref;
  }

  cancel(slot: number): void {
    this.tick();
    this.facts.cancelAsked(slot, 0, this.slot(slot, 'ref'), 0, 0);
    this.facts.sendResult(slot, Intent.cancel, 0, SendResult.handed, 0, 9);
  }

  lose(port: number): void {
    this.tick();
    this.facts.portLost(port, port, 1);
  }

  tick(): void {
    this.facts.nowNs[0] += SECOND_NS;
  }

  slot(slot: number, field: keyof typeof SlotField): number {
    return this.store.int32[this.store.base(slot) + SlotField[field]];
  }
  time(slot: number, field: keyof typeof SlotTime): number {
    return this.store.float64[(this.store.base(slot) >> 1) + SlotTime[field]];
  }
  row(scope: number, index: number, instrument: number): Record<string, number> {
    const { ledger } = this;
    const row = ledger.row(ledger.owner(scope, index), instrument);
    return named(PositionCell, (cell) => ledger.cells[row + cell]);
  }
  total(scope: number, index = 0): Record<string, number> {
    const first = this.ledger.total(scope, index);
    return named(TotalCell, (cell) => this.ledger.cells[first + cell]);
  }
  account(index = 0, instrument = 0): Record<string, number> {
    return this.row(Scope.account, index, instrument);
  }

  /** Every byte of store, fills and ledger. */
  bytes(): Buffer {
    const parts = [this.store.memory, this.fills.memory, this.ledger.memory];
    return Buffer.concat(parts.map((memory) => Buffer.from(new Uint8Array(memory))));
  }

  private fill(slot: number, kind: number, of: Partial<ReportFields>): void {
    const { report } = this;
    this.tick();
    report.clear();
    report.kind = kind;
    report.ref = slot < 0 ? 0 : this.slot(slot, 'ref');
    const { sequence = 0, port: _, ...fields } = of;
    Object.assign(report, fields);
    report.cells[ReportCell.sequence] = sequence;
  }
}

export interface EnterOptions {
  readonly strategy?: number;
  readonly account?: number;
  readonly port?: number;
  readonly instrument?: number;
  readonly side?: number;
  readonly shares?: number;
  readonly price4?: number;
  readonly tag?: number;
}

export interface ReportFields {
  readonly port: number;
  readonly sequence: number;
  readonly ref: number;
  readonly previousRef: number;
  readonly shares: number;
  readonly price4: number;
  readonly matchHi: number;
  readonly matchLo: number;
  readonly reason: number;
  readonly venueReason: number;
  readonly orderRefLo: number;
  readonly liquidity: number;
}

/** The same facts, each of which is also taken down. */
function recorded(facts: OrderFacts, tape: Told[]): OrderFacts {
  return new Proxy(facts, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const at = target.nowNs[0];
        const kept = args.map((arg) => (arg instanceof VenueReport ? copyOf(arg) : arg));
        tape.push((other) => {
          other.nowNs[0] = at;
          Reflect.apply(Reflect.get(other, name) as (...args: unknown[]) => unknown, other, kept);
        });
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}

function copyOf(report: VenueReport): VenueReport {
  const copy = new VenueReport();
  const { cells, ...fields } = report;
  Object.assign(copy, fields);
  copy.cells.set(cells);
  return copy;
}

function named(cells: Readonly<Record<string, number>>, read: (cell: number) => number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(cells)
      .filter(([name]) => name !== 'cells' && name !== 'bits')
      .map(([name, at]) => [name, read(at)]),
  );
}
