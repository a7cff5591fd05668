import type { OrderConnection, OrderConnectionSink } from '../../../order/order-protocol.ts';
import { ReportCell, type VenueReport } from '../../../order/venue-report.ts';
import { orderProtocol } from '../../order-registry.ts';
import type { ModelOuchVenue } from '../model-ouch-venue.ts';
import type { SoupServer } from '../soupbintcp.ts';

export const DAY = 20260105;
/** `WAR` and spaces. */
export const SYMBOL_HI = 0x57415220;
export const SYMBOL_LO = 0x20202020;

export interface KeptReport {
  readonly sequence: number;
  readonly kind: number;
  readonly ref: number;
  readonly shares: number;
  readonly matchLo: number;
  readonly probe: boolean;
}

/**
 * A port as its owner keeps it, over one connection after the other: what it was told, the number it expects next, and
 * how bytes get from one side to the other.
 */
export class OrderClient implements OrderConnectionSink {
  readonly venue: ModelOuchVenue;
  readonly connection: OrderConnection;
  readonly reports: KeptReport[] = [];
  readonly log: string[] = [];
  session = '';
  heardCalls = 0;
  /** Skips what can't be read. */
  believes = true;
  endpoint: SoupServer;

  constructor(version: 'ouch50' | 'ouch42', venue: ModelOuchVenue, session = '') {
    this.venue = venue;
    this.endpoint = venue.connect();
    const options = { username: 'warm', password: 'line', session, day: DAY, firm: 'WARM' };
    this.connection = orderProtocol(version).createConnection(options, this);
  }

  /** A new connection, its login kept back. */
  open(): this {
    this.endpoint = this.venue.connect();
    this.connection.onOpen();
    return this;
  }

  logOn(): this {
    this.open();
    this.connection.login(this.session);
    this.exchange();
    return this;
  }

  /** Moves bytes to the venue. @returns how many there were */
  toVenue(most = Number.MAX_SAFE_INTEGER): number {
    const { connection, endpoint } = this;
    const count = Math.min(most, connection.outputLength);
    const piece = connection.output.slice(0, count);
    connection.consumed(count);
    if (count > 0) endpoint.onBytes(piece, 0, count);
    this.venue.pump(endpoint);
    return count;
  }

  /** Moves bytes to the client. @returns how many there were */
  toClient(most = Number.MAX_SAFE_INTEGER): number {
    const { connection, endpoint } = this;
    const count = Math.min(most, endpoint.outputLength);
    const piece = endpoint.output.slice(0, count);
    endpoint.consumed(count);
    if (count > 0) connection.onBytes(piece, 0, count);
    return count;
  }

  exchange(pieceBytes?: number): void {
    while (this.toVenue(pieceBytes) + this.toClient(pieceBytes) > 0);
  }

  /** The connection breaks: what is under way is lost in both directions. */
  cut(): void {
    this.connection.onClosed('cut');
    this.endpoint.onClosed('cut');
  }

  enter(ref: number, shares = 100, price4 = 100_0000, timeInForce = 0): number {
    return this.connection.enter(ref, 0, 0, shares, SYMBOL_HI, SYMBOL_LO, price4, timeInForce);
  }

  loginAccepted(): void {
    this.session = this.connection.session;
    this.log.push(`accepted ${this.connection.session} ${this.connection.expected[0]}`);
  }
  loginRejected(venueReason: number, retry: boolean): void {
    this.log.push(`rejected ${String.fromCharCode(venueReason)}${retry ? ', try again' : ''}`);
  }
  report(report: VenueReport): void {
    this.reports.push({
      sequence: report.cells[ReportCell.sequence],
      kind: report.kind,
      ref: report.ref,
      shares: report.shares,
      matchLo: report.matchLo,
      probe: this.connection.isProbeAnswer(report),
    });
  }
  unreadable(): boolean {
    return this.believes;
  }

  heard(): void {
    this.heardCalls++;
  }
  endOfSession(): void {
    this.log.push('end of session');
  }
  failed(reason: string): void {
    this.log.push(`failed: ${reason}`);
  }
}
