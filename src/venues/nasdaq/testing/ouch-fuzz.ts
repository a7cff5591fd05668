import { Marking, Side, TimeInForce } from '../../../order/terms.ts';
import { VenueReport } from '../../../order/venue-report.ts';
import type { OuchCodec } from '../ouch-codec.ts';
import { OUCH_REFUSALS, OuchRefusal } from '../ouch-refusal.ts';
import { MAX_REPLY_BYTES, OuchReply, OuchReplyKind, type OuchServer } from '../ouch-reply.ts';
import { CLIENT_ID_BYTES, OuchLifetime, OuchRequest } from '../ouch-request.ts';
import { OuchTokens } from '../ouch-token.ts';
import { Ouch42Codec } from '../ouch42-codec.ts';
import { Ouch42Server } from '../ouch42-server.ts';
import { Ouch50Codec } from '../ouch50-codec.ts';
import { Ouch50Server } from '../ouch50-server.ts';
import { SOUP_HEADER_BYTES } from '../soupbintcp.ts';
import { DAY, SYMBOL_HI, SYMBOL_LO } from './order-client.ts';
import { layPacket } from './write-packet.ts';

export type OuchVersion = 'ouch50' | 'ouch42';
const OPTIONS = { username: 'warm', password: 'line', session: '', day: DAY, firm: 'WARM' };
const SEED_REF = 5;

const venueSide = (version: OuchVersion): OuchServer =>
  version === 'ouch50' ? new Ouch50Server() : new Ouch42Server();
const clientSide = (version: OuchVersion): OuchCodec =>
  version === 'ouch50' ? new Ouch50Codec(OPTIONS) : new Ouch42Codec(OPTIONS);

/** One valid message of each kind from client to venue. */
export function requestSeeds(version: OuchVersion): Uint8Array[] {
  const codec = clientSide(version);
  const view = new DataView(new ArrayBuffer(256));
  const cut = (packetBytes: number) => new Uint8Array(view.buffer.slice(SOUP_HEADER_BYTES, packetBytes));
  codec.enter(
    view,
    layPacket(codec, 'enter', view, 0),
    SEED_REF,
    Side.sell,
    Marking.short,
    100,
    SYMBOL_HI,
    SYMBOL_LO,
    100_0000,
    TimeInForce.day,
  );
  const seeds = [cut(codec.packets.enter.length)];
  codec.replace(view, layPacket(codec, 'replace', view, 0), SEED_REF, SEED_REF + 1, 200, 101_0000);
  seeds.push(cut(codec.packets.replace.length));
  codec.cancel(view, layPacket(codec, 'cancel', view, 0), SEED_REF, 0);
  seeds.push(cut(codec.packets.cancel.length));
  codec.barrier(view, layPacket(codec, 'barrier', view, 0), SEED_REF + 2, Side.buy, SYMBOL_HI, SYMBOL_LO);
  seeds.push(cut(codec.packets.barrier.length));
  // What the plug-in never sends: mass cancel, disable, enable, modify, trade now.
  for (const type of 'CDEMN') {
    for (const length of [10, 15, 19, 20]) {
      seeds.push(Uint8Array.from({ length }, (_, i) => (i === 0 ? type.charCodeAt(0) : i < length - 2 ? 0x41 : 0)));
    }
  }
  return seeds;
}

/** One valid message of each kind from venue to client. */
export function replySeeds(version: OuchVersion): Uint8Array[] {
  const server = venueSide(version);
  const bytes = new Uint8Array(MAX_REPLY_BYTES);
  const view = new DataView(bytes.buffer);
  const reply = new OuchReply();
  const tokens = new OuchTokens(DAY);
  tokens.write(new DataView(reply.id.buffer), 0, SEED_REF);
  tokens.write(new DataView(reply.previousId.buffer), 0, SEED_REF - 1);
  Object.assign(reply, {
    ref: SEED_REF,
    previousRef: SEED_REF - 1,
    side: 'B'.charCodeAt(0),
    shares: 100,
    price4: 100_0000,
    lifetime: OuchLifetime.seconds,
    lifetimeSeconds: 60,
    firmKey: SYMBOL_HI,
    minShares: 1,
    eventCode: 'S'.charCodeAt(0),
    matchLo: 7,
    orderRefLo: 9,
  });
  const seeds: Uint8Array[] = [];
  for (const kind of Object.values(OuchReplyKind)) {
    reply.kind = kind;
    const length = server.write(view, 0, reply);
    if (length > 0) seeds.push(bytes.slice(0, length));
  }
  return seeds;
}

/** A view that ends where the input ends, so that reading past it throws. */
const exactly = (bytes: Uint8Array) => {
  const own = bytes.slice();
  return new DataView(own.buffer);
};

/** Any bytes as one request: refused, or every number of it an int32 that a simulator may count with. */
export function fuzzRequests(version: OuchVersion): (bytes: Uint8Array) => void {
  const server = venueSide(version);
  const request = new OuchRequest();
  return (bytes) => {
    const refusal = server.parse(exactly(bytes), 0, bytes.length, request);
    if (refusal !== OuchRefusal.none) {
      if (refusal < 0 || refusal >= OUCH_REFUSALS) throw new Error(`no such refusal: ${refusal}`);
      return;
    }
    if (request.kind === 0) throw new Error('a request of no kind');
    for (const [name, value] of Object.entries(request)) {
      if (typeof value === 'number' && value !== (value | 0)) throw new Error(`${name} is no int32: ${value}`);
    }
    if (request.shares < -1 || request.price4 < -1) throw new Error('a number out of range is not marked as such');
    if (request.id.length !== CLIENT_ID_BYTES) throw new Error('an id of another length');
    while (request.appendage.next()) {
      if (request.appendage.valueOffset + request.appendage.valueLength > bytes.length)
        throw new Error('an element outside');
      request.appendage.text;
    }
  };
}

/** Any bytes as one report: refused, or whole and within what an order of ours can have. */
export function fuzzReports(version: OuchVersion): (bytes: Uint8Array) => void {
  const codec = clientSide(version);
  const report = new VenueReport();
  return (bytes) => {
    const refusal = codec.decode(exactly(bytes), 0, bytes.length, report);
    if (refusal !== OuchRefusal.none) {
      if (refusal < 0 || refusal >= OUCH_REFUSALS) throw new Error(`no such refusal: ${refusal}`);
      return;
    }
    for (const [name, value] of Object.entries(report)) {
      if (typeof value === 'number' && value !== (value | 0)) throw new Error(`${name} is no int32: ${value}`);
    }
    if (report.ref < 0 || report.previousRef < 0 || report.shares < 0 || report.price4 < 0 || report.side < 0) {
      throw new Error('a report of what no order can have');
    }
  };
}
