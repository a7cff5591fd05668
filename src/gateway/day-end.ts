import type { JournalDayWriter } from '../journal/day-writer.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import { rollOver } from '../order/day-roll.ts';
import type { FillTable } from '../order/fill-table.ts';
import type { GatewayLoop } from '../order/gateway-loop.ts';
import { GatewayCell } from '../order/gateway-parts.ts';
import type { RiskShape } from '../order/risk-shape.ts';
import { DayPhase } from '../order/trading-day.ts';
import { type TradingDaySetup, writeStartFile } from './trading-day-setup.ts';

/** What a day's end is about. */
export interface DayEndParts {
  readonly loop: GatewayLoop;
  readonly fills: FillTable;
  readonly journal: JournalWriter;
  readonly dayJournal: JournalDayWriter;
  readonly shape: RiskShape;
  readonly setup: TradingDaySetup;
}

/** Why a day was sealed, as the journal has it. */
const SEAL_REASON = 0;
const WRITE_RETRY_NS = 1e9;
const Time = { endedAtNs: 0, retryAtNs: 1 } as const;

/**
 * Ends the trading day: by the venue's word, by the clock or by an operator nothing new is sent; by the clock and by an
 * operator ours are cancelled (the venue does so itself). Once no order is open or in doubt, and every port has said
 * goodbye or the time to settle is over, sessions are closed, what the next day begins with is written, and the journal
 * is sealed. A day whose orders stay in doubt is not sealed.
 */
export class DayEnd {
  /** The journal is sealed: nothing may be done any more. */
  isOver = false;
  private readonly parts: DayEndParts;
  private readonly cells: Float64Array;
  private readonly times = new Float64Array(2);
  private ending = false;

  constructor(parts: DayEndParts) {
    this.parts = parts;
    this.cells = parts.loop.parts.cells;
  }

  /**
   * Looks whether it is time; some hundred times a second is enough.
   * @param nowNs cell 0: monotonic ns
   */
  look(nowNs: Float64Array, utcNs: number): void {
    if (this.isOver) return;
    if (this.cells[GatewayCell.dayEnded] === 0) {
      if (utcNs < this.parts.setup.closeUtcNs) return;
      this.parts.loop.endDay();
    }
    if (!this.ending) this.begin(nowNs);
    if (this.isSettled(nowNs) && nowNs[0] >= this.times[Time.retryAtNs]) this.seal(nowNs);
  }

  private begin(nowNs: Float64Array): void {
    this.ending = true;
    this.times[Time.endedAtNs] = nowNs[0];
    this.parts.dayJournal.dayPhase(this.parts.setup.day, DayPhase.ending);
  }

  private isSettled(nowNs: Float64Array): boolean {
    const { cells } = this;
    const { loop, setup } = this.parts;
    if (loop.openOrders > 0 || cells[GatewayCell.unknown] + cells[GatewayCell.blind] > 0) return false;
    return loop.ports.every(({ ended }) => ended) || nowNs[0] - this.times[Time.endedAtNs] >= setup.settleNs;
  }

  private seal(nowNs: Float64Array): void {
    const { loop, fills, journal, dayJournal, shape, setup } = this.parts;
    const { store, facts } = loop.parts;
    loop.stop(true);
    try {
      // Before the seal: who finds the file knows that the day is over, and nothing can change any more.
      writeStartFile(setup.next.path, rollOver(facts.ledger, shape, setup.next.day));
    } catch {
      this.times[Time.retryAtNs] = nowNs[0] + WRITE_RETRY_NS;
      return;
    }
    dayJournal.dayPhase(setup.day, DayPhase.closed);
    dayJournal.sealed(setup.day, SEAL_REASON, store.count, fills.count);
    journal.end();
    this.isOver = true;
    this.cells[GatewayCell.daySealed] = 1;
  }
}
