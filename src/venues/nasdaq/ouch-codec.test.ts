import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Marking, Side, TimeInForce } from '../../order/terms.ts';
import { ReportCell, ReportKind, ReportReason, VenueReport } from '../../order/venue-report.ts';
import type { OuchCodec } from './ouch-codec.ts';
import { OuchRefusal } from './ouch-refusal.ts';
import { MAX_REPLY_BYTES, OuchReply, OuchReplyKind, type OuchServer } from './ouch-reply.ts';
import { OuchLifetime, OuchRequest, OuchRequestKind } from './ouch-request.ts';
import { OuchTokens } from './ouch-token.ts';
import { Ouch42Codec } from './ouch42-codec.ts';
import { Ouch42Server } from './ouch42-server.ts';
import { Ouch50Codec } from './ouch50-codec.ts';
import { Ouch50Server } from './ouch50-server.ts';
import { SOUP_HEADER_BYTES, SoupType } from './soupbintcp.ts';
import { layPacket } from './testing/write-packet.ts';

const DAY = 20260105;
const OPTIONS = {
  username: 'warm',
  password: 'line',
  session: '',
  day: DAY,
  firm: 'WARM',
  capacity: 'A',
  display: 'N',
};
const VERSIONS: readonly (readonly [string, () => OuchCodec, OuchServer])[] = [
  ['ouch50', () => new Ouch50Codec(OPTIONS), new Ouch50Server()],
  ['ouch42', () => new Ouch42Codec(OPTIONS), new Ouch42Server()],
];
const letter = (text: string) => text.charCodeAt(0);
const positive = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const tokens = new OuchTokens(DAY);

function token(ref: number): Uint8Array {
  const id = new Uint8Array(14);
  tokens.write(new DataView(id.buffer), 0, ref);
  return id;
}

describe.each(VERSIONS)('%s: what a client writes', (name, createCodec, server) => {
  const codec = createCodec();
  const view = new DataView(new ArrayBuffer(256));
  const bytes = new Uint8Array(view.buffer);
  const request = new OuchRequest();
  /** Reads the packet as a venue does. */
  const parse = (at: number, packetBytes: number) => {
    expect(view.getUint16(at)).toBe(packetBytes - 2);
    expect(view.getUint8(at + 2)).toBe(SoupType.unsequenced);
    const length = packetBytes - SOUP_HEADER_BYTES;
    expect(server.parse(view, at + SOUP_HEADER_BYTES, length, request)).toBe(OuchRefusal.none);
    return request;
  };
  /** The order that a request is about, and the one that it replaces. */
  const named = (ref: number, previousRef?: number) => {
    if (name === 'ouch50') expect([request.ref, request.previousRef]).toEqual([ref, previousRef ?? 0]);
    else {
      expect(request.id).toEqual(token(ref));
      if (previousRef !== undefined) expect(request.previousId).toEqual(token(previousRef));
    }
  };

  it('is read by the venue as what was meant: new orders', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        positive,
        fc.constantFrom(Side.buy, Side.sell),
        fc.constantFrom(...Object.values(Marking)),
        positive,
        int32,
        int32,
        positive,
        fc.constantFrom(...Object.values(TimeInForce)),
        (at, ref, side, marking, shares, symbolHi, symbolLo, price4, timeInForce) => {
          bytes.fill(0xff);
          codec.enter(
            view,
            layPacket(codec, 'enter', view, at),
            ref,
            side,
            marking,
            shares,
            symbolHi,
            symbolLo,
            price4,
            timeInForce,
          );
          const code = side === Side.buy ? 'B' : 'STE'[marking];
          expect(parse(at, codec.packets.enter.length)).toMatchObject({
            kind: OuchRequestKind.enter,
            side: letter(code),
            shares,
            symbolHi,
            symbolLo,
            price4,
            lifetime: timeInForce === TimeInForce.day ? OuchLifetime.day : OuchLifetime.immediate,
            firmKey: 0x5741524d,
            capacity: letter('A'),
            display: letter('N'),
            iso: letter('N'),
            crossType: letter('N'),
            minShares: 0,
          });
          named(ref);
          expect(bytes.subarray(0, at).every((byte) => byte === 0xff)).toBe(true);
          expect(bytes.subarray(at + codec.packets.enter.length).every((byte) => byte === 0xff)).toBe(true);
        },
      ),
    );
  });

  it('is read by the venue as what was meant: replaces and cancels', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        positive,
        positive,
        positive,
        positive,
        (at, previousRef, ref, shares, price4) => {
          codec.replace(view, layPacket(codec, 'replace', view, at), previousRef, ref, shares, price4);
          expect(parse(at, codec.packets.replace.length)).toMatchObject({
            kind: OuchRequestKind.replace,
            shares,
            price4,
            lifetime: OuchLifetime.day,
            display: letter('N'),
          });
          named(ref, previousRef);
          codec.cancel(view, layPacket(codec, 'cancel', view, at), ref, shares - 1);
          expect(parse(at, codec.packets.cancel.length)).toMatchObject({
            kind: OuchRequestKind.cancel,
            shares: shares - 1,
          });
          named(ref);
        },
      ),
    );
  });

  it('asks for proof of what has arrived: by a query, or by a probe that cannot trade', () => {
    for (const side of [Side.buy, Side.sell]) {
      codec.barrier(view, layPacket(codec, 'barrier', view, 5), 77, side, 0x57415220, 0x20202020);
      parse(5, codec.packets.barrier.length);
      if (name === 'ouch50') expect(request.kind).toBe(OuchRequestKind.query);
      else {
        const price4 = side === Side.buy ? 1 : 1_999_999_900;
        expect(request).toMatchObject({ kind: OuchRequestKind.enter, shares: 1, minShares: 1, price4 });
        expect(request).toMatchObject({ lifetime: OuchLifetime.immediate, side: letter('BS'[side]) });
        named(77);
      }
    }
  });
});

describe.each(VERSIONS)('%s: what a client reads', (name, createCodec, server) => {
  const codec = createCodec();
  const report = new VenueReport();
  const reply = new OuchReply();
  const view = new DataView(new ArrayBuffer(MAX_REPLY_BYTES));
  const letters = (text: string) => fc.constantFrom(...[...text].map(letter));
  const fields = fc.record({
    timestampHi: fc.nat({ max: 20_000 }),
    timestampLo: int32,
    ref: positive,
    previousRef: positive,
    side: letters('BSTE'),
    shares: positive,
    symbolHi: int32,
    symbolLo: int32,
    price4: positive,
    lifetime: fc.constantFrom<number>(...Object.values(OuchLifetime)),
    orderRefHi: int32,
    orderRefLo: int32,
    matchHi: int32,
    matchLo: int32,
    liquidity: letters('ARJO'),
    dead: fc.boolean(),
    reason: letters('UITSDQZCKHXEFG'),
    minShares: fc.constant(0),
  });
  type Fields = typeof fields extends fc.Arbitrary<infer Value> ? Value : never;
  const K = OuchReplyKind;
  const REASONS: Readonly<Record<string, ReportReason>> = { U: 1, I: 2, T: 3, S: 4, Q: 6, H: 5, E: 12 };
  /** What each kind of reply is to be read as, beside reference and time. */
  const expected: Readonly<Record<number, (sent: Fields) => Partial<VenueReport>>> = {
    [K.accepted]: (s) => ({ kind: s.dead ? ReportKind.acceptedDead : ReportKind.accepted, ...order(s) }),
    [K.replaced]: (s) => ({
      kind: s.dead ? ReportKind.replacedDead : ReportKind.replaced,
      previousRef: s.previousRef,
      ...order(s),
    }),
    [K.canceled]: (s) => ({ kind: ReportKind.cancelled, shares: s.shares, venueReason: s.reason, ...known(s) }),
    [K.aiqCanceled]: (s) => ({
      kind: ReportKind.selfMatchCancelled,
      shares: s.shares,
      price4: s.price4,
      reason: ReportReason.selfMatch,
    }),
    [K.executed]: (s) => ({ kind: ReportKind.executed, ...trade(s) }),
    [K.executedWithReferencePrice]: (s) => ({ kind: ReportKind.executed, ...trade(s) }),
    [K.brokenTrade]: (s) => ({ kind: ReportKind.broken, matchHi: s.matchHi, matchLo: s.matchLo, shares: 0 }),
    [K.tradeCorrection]: (s) => ({ kind: ReportKind.corrected, ...trade(s) }),
    [K.rejected]: (s) => ({ kind: ReportKind.rejected, venueReason: s.reason }),
    [K.cancelPending]: () => ({ kind: ReportKind.cancelPending, shares: 0 }),
    [K.cancelReject]: () => ({ kind: ReportKind.cancelRejected, shares: 0 }),
    [K.priorityUpdate]: (s) => ({
      kind: ReportKind.repriced,
      price4: s.price4,
      orderRefHi: s.orderRefHi,
      orderRefLo: s.orderRefLo,
    }),
    [K.modified]: (s) => ({ kind: ReportKind.modified, shares: s.shares, side: Number(s.side !== letter('B')) }),
    [K.tradeNow]: () => ({ kind: 0 }),
    [K.restated]: (s) => ({ kind: ReportKind.restated, shares: s.shares, price4: s.price4, venueReason: s.reason }),
    [K.massCancelled]: () => ({ kind: ReportKind.massCancelled }),
    [K.entryDisabled]: () => ({ kind: ReportKind.orderEntryDisabled }),
    [K.entryEnabled]: () => ({ kind: ReportKind.orderEntryEnabled }),
    [K.nextRef]: (s) => ({ kind: ReportKind.nextRef, ref: s.ref }),
  };
  const order = (s: Fields) => ({
    side: s.side === letter('B') ? Side.buy : Side.sell,
    shares: s.shares,
    price4: s.price4,
    orderRefHi: s.orderRefHi,
    orderRefLo: s.orderRefLo,
  });
  const trade = (s: Fields) => ({
    shares: s.shares,
    price4: s.price4,
    matchHi: s.matchHi,
    matchLo: s.matchLo,
    liquidity: s.liquidity,
  });
  const known = (s: Fields) => {
    const reason = REASONS[String.fromCharCode(s.reason)];
    return reason === undefined ? {} : { reason };
  };
  const write = (kind: number, sent: Partial<Fields>) => {
    Object.assign(reply, new OuchReply(), { id: reply.id, previousId: reply.previousId }, sent, { kind });
    reply.id.set(token(sent.ref ?? 1));
    reply.previousId.set(token(sent.previousRef ?? 1));
    return server.write(view, 0, reply);
  };

  it.each(Object.entries(OuchReplyKind).filter(([kind]) => kind !== 'systemEvent'))(
    'is what the venue wrote: %s',
    (_kind, kind) => {
      fc.assert(
        fc.property(fields, (sent) => {
          const length = write(kind, sent);
          if (length === 0) return;
          expect(codec.decode(view, 0, length, report)).toBe(OuchRefusal.none);
          const want = { ref: sent.ref, ...expected[kind](sent) };
          if (want.kind === 0) expect(report.kind).toBe(0);
          else expect(report).toMatchObject(want);
          expect(report.cells[ReportCell.venueNs]).toBe(sent.timestampHi * 2 ** 32 + (sent.timestampLo >>> 0));
          expect(codec.probeAnswer).toBe(false);
        }),
      );
    },
  );

  it('tells start and end of the day, and leaves other system events', () => {
    const kinds = ['S', 'E', 'Q'].map((code) => {
      Object.assign(reply, { kind: K.systemEvent, eventCode: letter(code) });
      codec.decode(view, 0, server.write(view, 0, reply), report);
      return report.kind;
    });
    expect(kinds).toEqual([ReportKind.startOfDay, ReportKind.endOfDay, 0]);
  });

  it('refuses what no order of ours can have, instead of cutting it to fit', () => {
    const changes: Partial<Fields>[] = [{ shares: -1 }, { price4: -1 }, { side: letter('?') }];
    for (const change of changes) {
      const length = write(K.accepted, { ref: 5, side: letter('B'), shares: 1, price4: 1, ...change });
      expect(codec.decode(view, 0, length, report)).toBe(OuchRefusal.outOfRange);
    }
    if (name === 'ouch50') {
      const length = write(K.executed, { ref: 5, shares: 1, price4: 1 });
      view.setInt32(17, 1); // a price above 429,496.7296
      expect(codec.decode(view, 0, length, report)).toBe(OuchRefusal.outOfRange);
    }
  });

  it('counts what is not ours apart', () => {
    const length = write(K.executed, { ref: 5, shares: 1, price4: 1 });
    if (name === 'ouch50') view.setInt32(9, 0);
    else view.setUint8(9, letter('Z'));
    expect(codec.decode(view, 0, length, report)).toBe(OuchRefusal.foreign);
  });

  it('gives every reason code a word', () => {
    for (let code = 0; code < 256; code++) {
      for (const kind of [K.canceled, K.rejected]) {
        codec.decode(view, 0, write(kind, { ref: 5, shares: 1, reason: code }), report);
        expect(report.reason).toBeGreaterThan(ReportReason.none);
        expect(report.venueReason).toBe(code);
      }
    }
    for (const [why, code] of Object.entries(server.rejectCodes)) {
      codec.decode(view, 0, write(K.rejected, { ref: 5, reason: code }), report);
      const words: Readonly<Record<string, ReportReason>> = {
        halted: ReportReason.halted,
        closed: ReportReason.closed,
        symbol: ReportReason.symbol,
        price: ReportReason.price,
        shares: ReportReason.size,
        minShares: ReportReason.size,
      };
      if (words[why] !== undefined) expect(report.reason, why).toBe(words[why]);
    }
  });
});

describe('a probe of OUCH 4.2', () => {
  const server = new Ouch42Server();
  const view = new DataView(new ArrayBuffer(256));
  const report = new VenueReport();
  const request = new OuchRequest();
  const reply = new OuchReply();
  const answer = (codec: Ouch42Codec, kind: number, change: Partial<OuchReply> = {}) => {
    Object.assign(reply, change, { kind });
    expect(codec.decode(view, 0, server.write(view, 0, reply), report)).toBe(OuchRefusal.none);
    return codec.probeAnswer;
  };
  const probed = (side: number) => {
    const codec = new Ouch42Codec(OPTIONS);
    codec.barrier(view, layPacket(codec, 'barrier', view, 0), 9, side, 0x57415220, 0x20202020);
    server.parse(view, SOUP_HEADER_BYTES, codec.packets.barrier.length - SOUP_HEADER_BYTES, request);
    reply.echo(request);
    return codec;
  };

  it.each([Side.buy, Side.sell])(
    'is known by its own answers: accepted and cancelled, or rejected (side %i)',
    (side) => {
      const codec = probed(side);
      expect(answer(codec, OuchReplyKind.accepted)).toBe(true);
      expect(answer(codec, OuchReplyKind.canceled, { reason: letter('I') })).toBe(true);
      expect(answer(codec, OuchReplyKind.executed)).toBe(false);
      expect(answer(probed(side), OuchReplyKind.rejected, { reason: letter('H') })).toBe(true);
    },
  );

  it('is known in the replay to a connection that has not sent it', () => {
    probed(Side.buy);
    const next = new Ouch42Codec(OPTIONS);
    expect(answer(next, OuchReplyKind.accepted)).toBe(true);
    expect(answer(next, OuchReplyKind.canceled, { reason: letter('I') })).toBe(true);
  });

  it('is not taken for the order that was entered under the reference before', () => {
    const codec = probed(Side.buy);
    expect(answer(codec, OuchReplyKind.accepted, { shares: 100, minShares: 0, price4: 100_0000 })).toBe(false);
    expect(answer(codec, OuchReplyKind.canceled, { reason: letter('U') })).toBe(false);
    codec.enter(
      view,
      layPacket(codec, 'enter', view, 0),
      9,
      Side.buy,
      0,
      1,
      0x57415220,
      0x20202020,
      1,
      TimeInForce.immediateOrCancel,
    );
    server.parse(view, SOUP_HEADER_BYTES, codec.packets.enter.length - SOUP_HEADER_BYTES, request);
    reply.echo(request);
    expect(answer(codec, OuchReplyKind.accepted)).toBe(false);
  });

  it('is forgotten with its connection', () => {
    const codec = probed(Side.buy);
    codec.restart();
    expect(answer(codec, OuchReplyKind.rejected, { reason: letter('H') })).toBe(false);
  });
});
