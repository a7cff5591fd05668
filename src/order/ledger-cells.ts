import {
  ChainField,
  LEDGER_LAYOUT_VERSION,
  LEDGER_MAGIC,
  LedgerHeader,
  PositionCell,
  TotalCell,
} from './ledger-layout.ts';
import { Scope } from './scope.ts';

/** Tries of a consistent read before it gives up: the writer is inside for well under a microsecond. */
const READ_TRIES = 1000;
const POSITION_SHIFT = PositionCell.bits;
const TOTAL_SHIFT = TotalCell.bits;
const CHAIN_SHIFT = ChainField.bits;
const VERSION = LedgerHeader.version;

/** Where things stand in a ledger's memory, for its writer and for readers on any thread. */
export class LedgerCells {
  readonly memory: SharedArrayBuffer;
  readonly cells: Float64Array;
  readonly int32: Int32Array;
  readonly venues: number;
  readonly accounts: number;
  readonly strategies: number;
  readonly instruments: number;
  /** Owners in all. Owner 0 is global, then venues, accounts, strategies. */
  readonly owners: number;
  readonly firstVenue = 1;
  readonly firstAccount: number;
  readonly firstStrategy: number;
  /** First double of the margin model's cells. */
  readonly marginCells: number;
  private readonly totals: number;
  private readonly positions: number;
  private readonly marks: number;
  private readonly chains: number;

  /** @param memory made by `createLedgerMemory`. @throws {Error} if it was not */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.cells = new Float64Array(memory);
    this.int32 = new Int32Array(memory);
    const header = this.int32;
    if (header[LedgerHeader.magic] !== LEDGER_MAGIC || header[LedgerHeader.layoutVersion] !== LEDGER_LAYOUT_VERSION) {
      throw new Error(`ledger: this memory holds no ledger of layout ${LEDGER_LAYOUT_VERSION}`);
    }
    this.venues = header[LedgerHeader.venues];
    this.accounts = header[LedgerHeader.accounts];
    this.strategies = header[LedgerHeader.strategies];
    this.instruments = header[LedgerHeader.instruments];
    this.firstAccount = 1 + this.venues;
    this.firstStrategy = this.firstAccount + this.accounts;
    this.owners = this.firstStrategy + this.strategies;
    this.totals = header[LedgerHeader.totalRegion];
    this.positions = header[LedgerHeader.positionRegion];
    this.marks = header[LedgerHeader.markRegion];
    this.chains = header[LedgerHeader.chainRegion];
    this.marginCells = header[LedgerHeader.marginRegion];
  }

  /** Index of the first cell ({@link PositionCell}) of an owner's row. */
  row(owner: number, instrument: number): number {
    return (this.positions + ((Math.imul(owner, this.instruments) + instrument) << POSITION_SHIFT)) | 0;
  }
  /** Index of the first cell ({@link TotalCell}) of an owner's totals. */
  totalOf(owner: number): number {
    return (this.totals + (owner << TOTAL_SHIFT)) | 0;
  }
  /** Index of the first word ({@link ChainField}) of the chain of a row's fills, in `int32`. */
  chain(owner: number, instrument: number): number {
    return (this.chains + ((Math.imul(owner, this.instruments) + instrument) << CHAIN_SHIFT)) | 0;
  }
  /** Index of an instrument's mark (price4, 0 = none). */
  markCell(instrument: number): number {
    return (this.marks + instrument) | 0;
  }
  /** The owner that a scope's index stands for; global has index 0. */
  owner(scope: number, index: number): number {
    if (scope === Scope.account) return (this.firstAccount + index) | 0;
    if (scope === Scope.strategy) return (this.firstStrategy + index) | 0;
    return scope === Scope.venue ? (this.firstVenue + index) | 0 : 0;
  }

  ofAccount(account: number, instrument: number): number {
    return this.row(this.firstAccount + account, instrument);
  }
  ofStrategy(strategy: number, instrument: number): number {
    return this.row(this.firstStrategy + strategy, instrument);
  }
  ofVenue(venue: number, instrument: number): number {
    return this.row(this.firstVenue + venue, instrument);
  }
  ofInstrument(instrument: number): number {
    return this.row(0, instrument);
  }
  total(scope: number, index: number): number {
    return this.totalOf(this.owner(scope, index));
  }

  /** Signed shares that an account holds. */
  position(account: number, instrument: number): number {
    return this.cells[this.ofAccount(account, instrument)];
  }

  /** Average price of an account's position as price4, 0 where it is flat. For people: sums are what is kept. */
  averagePrice4(account: number, instrument: number): number {
    const row = this.ofAccount(account, instrument);
    const position = this.cells[row + PositionCell.position];
    return position === 0 ? 0 : this.cells[row + PositionCell.cost4] / position;
  }
  /** What the positions of a scope's member would bring beyond their cost, at their marks. */
  unrealised4(scope: number, index: number): number {
    const total = this.total(scope, index);
    return this.cells[total + TotalCell.netValue4] - this.cells[total + TotalCell.cost4];
  }
  /** Cash and positions of an account at their marks. */
  equity4(account: number): number {
    const total = this.totalOf(this.firstAccount + account);
    return this.cells[total + TotalCell.cash4] + this.cells[total + TotalCell.netValue4];
  }
  /** Equity that no position or order needs as margin; negative: too little. */
  marginFree4(account: number): number {
    return this.equity4(account) - this.cells[this.totalOf(this.firstAccount + account) + TotalCell.marginUsed4];
  }

  /**
   * Copies cells as one consistent set, from any thread.
   * @returns false where the writer did not leave the ledger alone long enough; `into` is then not to be used
   */
  read(first: number, count: number, into: Float64Array): boolean {
    for (let attempt = 0; attempt < READ_TRIES; attempt++) {
      const before = Atomics.load(this.int32, VERSION);
      for (let cell = 0; cell < count; cell++) into[cell] = this.cells[first + cell];
      Atomics.add(fenceCell, 0, 0); // what was read before was read before the version
      if ((before & 1) === 0 && Atomics.load(this.int32, VERSION) === before) return true;
    }
    return false;
  }
}

/** For the fences of this thread's readers. */
const fenceCell = new Int32Array(1);
