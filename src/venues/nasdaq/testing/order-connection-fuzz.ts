import { ConnectionState, type OrderConnection, type OrderConnectionSink } from '../../../order/order-protocol.ts';
import { ReportCell, type VenueReport } from '../../../order/venue-report.ts';
import { orderProtocol } from '../../order-registry.ts';
import { DAY, SYMBOL_HI, SYMBOL_LO } from './order-client.ts';
import { type OuchVersion, replySeeds } from './ouch-fuzz.ts';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const ACCEPTED = latin(`\0\x1fA${'DAY1'.padStart(10)}${'1'.padStart(20)}`);
const NOW = [0, 1e9, 2.5e9, 3e9, 40e9].map((ns) => Float64Array.of(ns));

function packet(type: string, payload: Uint8Array): Uint8Array {
  return Uint8Array.of((payload.length + 1) >> 8, (payload.length + 1) & 0xff, type.charCodeAt(0), ...payload);
}

/** Streams of bytes as a venue sends them after a connection is up. */
export function conversationSeeds(version: OuchVersion): Uint8Array[] {
  const reports = replySeeds(version);
  const stream = reports.flatMap((one) => [...packet('S', one)]);
  return [
    ACCEPTED,
    Uint8Array.of(...ACCEPTED, ...stream, 0, 1, 0x5a),
    Uint8Array.of(...ACCEPTED, ...packet('U', reports[0]), ...packet('+', latin('hello')), 0, 1, 0x48),
    latin('\0\x02JA'),
    latin('\0\x02JS'),
  ];
}

/** Checks what a connection promises, at every call. */
class Judge implements OrderConnectionSink {
  connection!: OrderConnection;
  ends = 0;
  lastSequence = 0;
  accepted = false;

  begin(): void {
    this.ends = 0;
    this.lastSequence = 0;
    this.accepted = false;
  }
  loginAccepted(): void {
    if (this.accepted) throw new Error('accepted twice');
    this.accepted = true;
    this.lastSequence = this.connection.expected[0] - 1;
  }
  loginRejected(): void {
    this.ends++;
  }
  report(report: VenueReport): void {
    if (!this.accepted || this.ends > 0) throw new Error('a report outside a login');
    const sequence = report.cells[ReportCell.sequence];
    if (sequence !== 0 && sequence <= this.lastSequence)
      throw new Error(`message ${sequence} after ${this.lastSequence}`);
    if (sequence !== 0) this.lastSequence = sequence;
    this.connection.isProbeAnswer(report);
  }
  heard(): void {}
  endOfSession(): void {
    this.ends++;
  }
  failed(): void {
    this.ends++;
  }
}

/**
 * Any bytes from a venue, cut anywhere, while we send and time passes: nothing is thrown, the end is told once, numbers
 * only rise, and the output stays within its bounds whether anybody reads it or not.
 */
export function fuzzConversation(version: OuchVersion): (bytes: Uint8Array) => void {
  const judge = new Judge();
  const options = { username: 'warm', password: 'line', session: 'DAY1', day: DAY };
  const connection = orderProtocol(version).createConnection(options, judge);
  judge.connection = connection;
  let ref = 0;
  const send = () => {
    ref = (ref % 0xfffff) + 1;
    connection.enter(ref, 0, 0, 100, SYMBOL_HI, SYMBOL_LO, 100_0000, ref & 1);
    connection.withdraw(connection.cancel(ref, 0));
    connection.barrier(ref, 1, SYMBOL_HI, SYMBOL_LO);
    if (connection.outputLength > connection.output.length) throw new Error('more output than there is room');
  };
  return (bytes) => {
    judge.begin();
    connection.onOpen();
    connection.expected[0] = 1;
    const pieces = 1 + (bytes.length % 5);
    const size = Math.ceil(bytes.length / pieces);
    // In some inputs the bytes come before the login has been released.
    if (bytes.length % 7 !== 0) connection.login('');
    for (let i = 0, at = 0; i < pieces; i++, at += size) {
      connection.onBytes(bytes, at, Math.max(0, Math.min(size, bytes.length - at)));
      connection.onTime(NOW[i]);
      send();
      if (bytes.length % 2 === 0) connection.consumed(connection.outputLength >> 1);
    }
    connection.onClosed('end of input');
    if (judge.ends !== 1) throw new Error(`the conversation ended ${judge.ends} times`);
    if (!(connection.expected[0] >= 1)) throw new Error('no number to go on with');
    if (connection.state !== ConnectionState.failed && connection.state !== ConnectionState.ended) {
      throw new Error('an open state on a closed connection');
    }
    if (connection.enter(1, 0, 0, 100, SYMBOL_HI, SYMBOL_LO, 100_0000, 0) !== 0) throw new Error('an order for nobody');
  };
}
