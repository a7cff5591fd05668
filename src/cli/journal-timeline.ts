import { decodeRecord } from '../journal/record-decoder.ts';
import type { RecordBuffer, RecordSink } from '../journal/segment-scan.ts';
import { JournalStory, type RecordFields } from './journal-story.ts';
import { tellRecord } from './journal-telling.ts';
import { utcText } from './journal-words.ts';
import type { LineOutput } from './line-output.ts';

export interface TimelineFilter {
  /** Order number of the day. */
  readonly order?: number;
  readonly session?: number;
  /** `HH:MM[:SS[.fraction]]` on the day of the first record, or with `YYYY-MM-DD` before it; UTC. */
  readonly since?: string;
  readonly until?: string;
}

/** Records about a port as a whole: they are part of an order's story while it is open. */
const PORT_RECORDS = ['session', 'portLost', 'portRecovered', 'barrier', 'login'];
const DATE_LENGTH = 'yyyy-mm-dd'.length;
const LAST_FRACTION = '9';
const FIRST_FRACTION = '0';
const WHOLE_TIME = 'yyyy-mm-dd hh:mm:ss.nnnnnnnnn'.length;

/** Tells what happened, a line for each record that passes the filter. */
export class TimelineSink implements RecordSink {
  private readonly output: LineOutput;
  private readonly filter: TimelineFilter;
  private readonly story = new JournalStory();
  private since: string | undefined = undefined;
  private until: string | undefined = undefined;
  private hasBounds = false;

  constructor(output: LineOutput, filter: TimelineFilter) {
    this.output = output;
    this.filter = filter;
  }

  onRecord(type: number, buffer: RecordBuffer, offset: number, length: number): void {
    const { name, fields } = decodeRecord(type, buffer.view, offset, length);
    const time = utcText(Number(fields.utcSeconds), Number(fields.utcNs));
    if (!this.hasBounds) this.setBounds(time.slice(0, DATE_LENGTH));
    const wasOpen = this.isOpenOrder();
    this.story.learn(name, fields);
    // Times as text of one length compare as they follow each other.
    if (this.since !== undefined && time < this.since) return;
    if (this.until !== undefined && time > this.until) return;
    if (!this.isAboutOrder(name, fields, wasOpen) || !this.isAboutSession(name, fields)) return;
    this.output.line(`${time}  ${tellRecord(name, fields, this.story)}`);
  }

  private setBounds(date: string): void {
    this.hasBounds = true;
    this.since = boundText(this.filter.since, date, FIRST_FRACTION);
    this.until = boundText(this.filter.until, date, LAST_FRACTION);
  }

  private isOpenOrder(): boolean {
    if (this.filter.order === undefined) return false;
    const order = this.story.order(this.filter.order);
    return order !== undefined && !order.done;
  }

  private isAboutOrder(name: string, fields: RecordFields, wasOpen: boolean): boolean {
    const { order } = this.filter;
    if (order === undefined || fields.number === order) return true;
    return wasOpen && PORT_RECORDS.includes(name) && fields.port === this.story.order(order)!.port;
  }

  private isAboutSession(name: string, fields: RecordFields): boolean {
    const { session } = this.filter;
    if (session === undefined) return true;
    if (name === 'routed') return fields.fromSession === session || fields.toSession === session;
    if (fields.session !== undefined) return fields.session === session;
    return typeof fields.number === 'number' && this.story.order(fields.number)?.session === session;
  }
}

/** A time as the records' are written: what is left out of it is filled up with a digit. */
function boundText(text: string | undefined, date: string, digit: string): string | undefined {
  if (text === undefined) return undefined;
  const bare = text.replace('T', ' ').replace(/Z$/, '');
  const whole = bare.includes(' ') ? bare : `${date} ${bare}`;
  const shape = digit === LAST_FRACTION ? '0000-00-00 00:00:59.999999999' : '0000-00-00 00:00:00.000000000';
  return whole + shape.slice(whole.length, WHOLE_TIME);
}
