import { cellsOf, JournalRecord, recordType } from '../journal/record-types.ts';
import type { RecordBuffer, RecordSink } from '../journal/segment-scan.ts';
import { count, type ReadJournal } from './journal-read.ts';
import { utcText } from './journal-words.ts';

const LOST = cellsOf(JournalRecord.lost);
const OPENED = cellsOf(JournalRecord.opened);
/** Faults listed one by one; the rest are counted. */
const MOST_LISTED = 20;
const UTC_SECONDS_CELL = 2;
const UTC_NS_CELL = 3;

/** Checks what the reader leaves to a check: time, starts, the seal, facts that the journal says it lost. */
export class VerifySink implements RecordSink {
  readonly faults: string[] = [];
  private faultCount = 0;
  private readonly byType = new Map<number, number>();
  private readonly lastNs = new Float64Array(1);
  private sealedAt = -1;
  private epoch = 0;
  private starts = 0;
  private lostFacts = 0;
  private firstTime = '';
  private lastTime = '';

  onRecord(type: number, buffer: RecordBuffer, offset: number, _length: number): void {
    const { int32, float64 } = buffer;
    const at = offset >> 2;
    this.byType.set(type, (this.byType.get(type) ?? 0) + 1);
    if (this.sealedAt >= 0) this.fault(buffer, `follows the record at ${this.sealedAt} that seals the day`);
    if (type === JournalRecord.opened.type) this.start(buffer, int32[at + OPENED.epoch]!);
    const ns = float64[offset >> 3]!;
    if (ns < this.lastNs[0]!) this.fault(buffer, `is ${this.lastNs[0]! - ns} ns older than the one before it`);
    this.lastNs[0] = ns;
    if (type === JournalRecord.lost.type) this.lostFacts += int32[at + LOST.records]!;
    if (type === JournalRecord.sealed.type) this.sealedAt = buffer.position[0]!;
    if (this.firstTime === '') this.firstTime = utcText(int32[at + UTC_SECONDS_CELL]!, int32[at + UTC_NS_CELL]!);
    else this.lastTime = utcText(int32[at + UTC_SECONDS_CELL]!, int32[at + UTC_NS_CELL]!);
  }

  /** What was found, a line each. */
  report({ identity, parts, records, sealed, live, torn }: ReadJournal): string[] {
    const lines = [...parts];
    const kinds = [...this.byType]
      .sort(([a], [b]) => a - b)
      .map(([type, n]) => `${n.toLocaleString('en-US')} ${recordType(type)?.name ?? `of type ${type}`}`);
    if (kinds.length > 0) lines.push(`records: ${kinds.join(', ')}`);
    if (this.firstTime !== '') lines.push(`from ${this.firstTime} to ${this.lastTime || this.firstTime} UTC`);
    const seal = sealed ? 'sealed' : live ? 'being written' : 'not sealed';
    lines.push(
      `${identity.venue} ${identity.day}: ${count(records, 'record')}, ${count(this.starts, 'start')}, ${seal}`,
    );
    if (torn !== undefined) lines.push(`torn end, as a process or host leaves it that dies: ${torn}`);
    if (this.lostFacts > 0) {
      lines.push(`${count(this.lostFacts, 'fact')} found no room and are missing; the records say where`);
    }
    lines.push(...this.faults);
    if (this.faultCount > this.faults.length) lines.push(`… and ${this.faultCount - this.faults.length} more`);
    lines.push(this.faultCount === 0 ? 'intact' : `${count(this.faultCount, 'fault')}`);
    return lines;
  }

  private start(buffer: RecordBuffer, epoch: number): void {
    if (epoch <= this.epoch) this.fault(buffer, `opens epoch ${epoch}, which is not above ${this.epoch}`);
    this.epoch = epoch;
    this.starts++;
    // The monotonic clock begins anew with the host.
    this.lastNs[0] = Number.NEGATIVE_INFINITY;
  }

  private fault(buffer: RecordBuffer, what: string): void {
    this.faultCount++;
    if (this.faults.length < MOST_LISTED) this.faults.push(`the record at position ${buffer.position[0]} ${what}`);
  }
}
