import type { JournalWriter } from '../../src/journal/journal-writer.ts';
import { JournalRecord } from '../../src/journal/record-types.ts';
import { ReportKind, VenueReport } from '../../src/order/venue-report.ts';

/** Records of one order's life here: intent, result, accepted, executed. */
export const RECORDS_PER_ORDER = 4;
const ENTER = JournalRecord.enterIntent.type;
const SHARES = 100;
const PRICE4 = 1_012_500;
const BYTES = 47;
const report = new VenueReport();

/** Writes the life of an order. @returns whether all of it found room */
export function writeOrder(writer: JournalWriter, number: number): boolean {
  const session = number & 1;
  let ok = writer.enterIntent(number, 0, 0, session, session, number & 7, number, 0, 0, 0, SHARES, PRICE4, number, 0);
  ok = writer.sendResult(number, ENTER, session, 0, 0, BYTES) && ok;
  report.ref = number;
  report.shares = SHARES;
  report.price4 = PRICE4;
  report.kind = ReportKind.accepted;
  ok = writer.report(session, session, number, report) && ok;
  report.kind = ReportKind.executed;
  report.matchLo = number;
  return writer.report(session, session, number, report) && ok;
}
