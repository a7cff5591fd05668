import type { JournalDayWriter } from '../../src/journal/day-writer.ts';
import type { JournalWriter } from '../../src/journal/journal-writer.ts';
import { CancelCause, Intent, SendResult } from '../../src/order/intents.ts';
import { ReportCell, ReportKind, VenueReport } from '../../src/order/venue-report.ts';

/** A day's journal as one gateway with two ports writes it: the same each time. */
export const JournalDay = {
  identity: { venue: 'bench', day: 20260101 },
  strategies: 4,
  accounts: 2,
  ports: 2,
  instruments: 512,
} as const;

/** Four orders' lives: one that is executed, one that is replaced and then cancelled, two that are cancelled. */
const LIVES = 4;
export const RECORDS_PER_FOUR_ORDERS = 25;
const SHARES = 100;
const PRICE4 = 1_012_500;
const BYTES = 50;
const CASH4 = 1e14;
const HELD_SHARES = 100_000;
const VENUE_NS = 3.4e13;

/** Orders whose lives take that many records, or a few more. */
export const ordersFor = (records: number): number => Math.ceil(records / RECORDS_PER_FOUR_ORDERS) * LIVES;

export const accountOf = (strategy: number): number => strategy >> 1;

/** Writes orders' lives as records, with the numbers that a venue would give. */
export class JournalStory {
  private readonly writer: JournalWriter;
  private readonly report = new VenueReport();
  private readonly nextRef = new Int32Array(JournalDay.ports).fill(1);
  private readonly sequence = new Float64Array(JournalDay.ports).fill(1);
  private number = 0;
  private matches = 0;
  private ok = true;

  constructor(writer: JournalWriter) {
    this.writer = writer;
  }

  /** What stands before the first order. */
  begin(day: JournalDayWriter): void {
    day.opened(JournalDay.identity.day, 1, false);
    for (let account = 0; account < JournalDay.accounts; account++) day.balance(account, CASH4);
    for (let strategy = 0; strategy < JournalDay.strategies; strategy++) {
      for (let i = 0; i < JournalDay.instruments; i++) {
        day.position(accountOf(strategy), strategy, i, HELD_SHARES, PRICE4, 0);
      }
    }
    for (let port = 0; port < JournalDay.ports; port++) day.login(port, port, 'BENCH', 1, 0);
  }

  /** Writes the life of the next order. @returns whether all of it found room */
  writeOrder(): boolean {
    const number = ++this.number;
    this.ok = true;
    const port = number & 1;
    const ref = this.enter(number, port);
    if (number % LIVES === 0) {
      this.told(port, number, ReportKind.executed, ref);
      return this.ok;
    }
    const last = number % LIVES === 1 ? this.replace(number, port, ref) : ref;
    this.keep(this.writer.cancelIntent(number, port, last, 0, CancelCause.strategy));
    this.keep(this.writer.sendResult(number, Intent.cancel, port, SendResult.handed, 0, BYTES));
    this.told(port, number, ReportKind.cancelled, last);
    return this.ok;
  }

  private enter(number: number, port: number): number {
    const ref = this.nextRef[port]!++;
    const strategy = number % JournalDay.strategies;
    const instrument = (number * 37) % JournalDay.instruments;
    const side = (number >> 3) & 1;
    const account = accountOf(strategy);
    const { writer } = this;
    this.keep(
      writer.enterIntent(number, strategy, account, port, port, instrument, ref, side, 0, 0, SHARES, PRICE4, number, 0),
    );
    this.keep(writer.sendResult(number, Intent.enter, port, SendResult.handed, 0, BYTES));
    this.told(port, number, ReportKind.accepted, ref);
    return ref;
  }

  private replace(number: number, port: number, ref: number): number {
    const next = this.nextRef[port]!++;
    this.keep(this.writer.replaceIntent(number, port, next, SHARES, PRICE4));
    this.keep(this.writer.sendResult(number, Intent.replace, port, SendResult.handed, 0, BYTES));
    this.report.previousRef = ref;
    this.told(port, number, ReportKind.replaced, next);
    this.report.previousRef = 0;
    return next;
  }

  private told(port: number, number: number, kind: number, ref: number): void {
    const { report } = this;
    report.kind = kind;
    report.ref = ref;
    report.side = (number >> 3) & 1;
    report.shares = SHARES;
    report.price4 = PRICE4;
    report.matchLo = kind === ReportKind.executed ? ++this.matches : 0;
    report.cells[ReportCell.sequence] = this.sequence[port]!++;
    report.cells[ReportCell.venueNs] = VENUE_NS;
    this.keep(this.writer.report(port, port, number, report));
  }

  private keep(written: boolean): void {
    if (!written) this.ok = false;
  }
}
