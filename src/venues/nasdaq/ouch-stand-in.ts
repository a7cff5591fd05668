import type { StandInVenue } from '../../order/order-protocol.ts';
import { type SessionStream, StreamPhase } from '../../order/session-stream.ts';
import { ModelOuchVenue } from './model-ouch-venue.ts';
import type { SoupServer } from './soupbintcp.ts';

/** A venue of either OUCH version without a socket: what it is sent is answered when it is next asked for bytes. */
export class OuchStandIn implements StandInVenue {
  private readonly model: ModelOuchVenue;
  private last: StandInStream | undefined = undefined;

  constructor(version: 'ouch50' | 'ouch42') {
    this.model = new ModelOuchVenue(version);
    this.model.beginDay();
  }

  connect(): SessionStream {
    this.last = new StandInStream(this.model);
    return this.last;
  }

  hangUp(): void {
    this.last?.hangUp();
  }

  rejectNext(): void {
    this.model.rejectsNext = true;
  }

  execute(shares: number): void {
    this.model.execute(shares);
  }
}

class StandInStream implements SessionStream {
  readonly error = '';
  private readonly model: ModelOuchVenue;
  private readonly endpoint: SoupServer;
  private phase: number = StreamPhase.open;

  constructor(model: ModelOuchVenue) {
    this.model = model;
    this.endpoint = model.connect();
  }

  state(): number {
    return this.phase;
  }

  receive(bytes: Uint8Array, offset: number, length: number): number {
    const { model, endpoint } = this;
    if (this.phase !== StreamPhase.open) return 0;
    model.pump(endpoint);
    const count = Math.min(length, endpoint.outputLength);
    if (count === 0) return 0;
    bytes.set(endpoint.output.subarray(0, count), offset);
    endpoint.consumed(count);
    return count;
  }

  send(bytes: Uint8Array, offset: number, length: number): number {
    if (this.phase !== StreamPhase.open) return 0;
    this.endpoint.onBytes(bytes, offset, length);
    return length;
  }

  close(): void {
    this.phase = StreamPhase.closed;
  }

  hangUp(): void {
    this.phase = StreamPhase.closedByPeer;
  }
}
