import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OuchRefusal } from './ouch-refusal.ts';
import { MAX_REPLY_BYTES, OuchReply, OuchReplyKind } from './ouch-reply.ts';
import { clientIdText, OuchLifetime, OuchRequest, OuchRequestKind } from './ouch-request.ts';
import { Ouch42Server } from './ouch42-server.ts';
import { checkOutbound } from './ouch42-shape.ts';
import { Ouch50Server } from './ouch50-server.ts';
import { OUTBOUND_SHAPES, Ouch50Shapes } from './ouch50-shape.ts';

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const bytesOf = (hex: string) => Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const letter = (text: string) => text.charCodeAt(0);
const SYMBOL = { symbolHi: 0x57415220, symbolLo: 0x20202020 }; // "WAR     "

const outbound50 = new Ouch50Shapes(OUTBOUND_SHAPES);
const VERSIONS = [
  [new Ouch50Server(), (view: DataView, length: number) => outbound50.check(view, 0, length)],
  [new Ouch42Server(), (view: DataView, length: number) => checkOutbound(view, 0, length)],
] as const;

describe('OUCH requests as a venue reads them', () => {
  const request = new OuchRequest();

  it('OUCH 5.0 Enter Order, byte for byte', () => {
    const bytes = bytesOf(
      '4f 00007154 54 000000e1 57415220 20202020 0000000000 9db830 36 59 50 4e 4e 4d59204f52444552202020202020' +
        '0012 05024c494d45 05030000000a 050f0000003c',
    );
    expect(new Ouch50Server().parse(viewOf(bytes), 0, bytes.length, request)).toBe(OuchRefusal.none);
    expect(request).toMatchObject({
      kind: OuchRequestKind.enter,
      ref: 0x7154,
      side: letter('T'),
      shares: 225,
      ...SYMBOL,
      price4: 0x9db830,
      lifetime: OuchLifetime.seconds,
      lifetimeSeconds: 60,
      display: letter('Y'),
      capacity: letter('P'),
      iso: letter('N'),
      crossType: letter('N'),
      firmKey: 0x4c494d45,
      minShares: 10,
    });
    expect(clientIdText(request.id)).toBe('MY ORDER');
  });

  it.each([
    ['day', '30', OuchLifetime.day],
    ['immediate', '33', OuchLifetime.immediate],
    ['extended', '35', OuchLifetime.extended],
    ['seconds without saying how many', '36', OuchLifetime.unknown],
    ['after hours', '45', OuchLifetime.afterHours],
    ['nonsense', '7a', OuchLifetime.unknown],
  ])('OUCH 5.0 time in force: %s', (_name, code, lifetime) => {
    const bytes = bytesOf(
      `55 00000001 00000002 00000064 0000000000000001 ${code} 59 4e 2020202020202020202020202020 0000`,
    );
    expect(new Ouch50Server().parse(viewOf(bytes), 0, bytes.length, request)).toBe(OuchRefusal.none);
    expect(request).toMatchObject({
      kind: OuchRequestKind.replace,
      previousRef: 1,
      ref: 2,
      shares: 100,
      price4: 1,
      lifetime,
    });
  });

  it('OUCH 5.0: cancel, modify, mass cancel, disable, enable and query', () => {
    const server = new Ouch50Server();
    const read = (hex: string) => {
      const bytes = bytesOf(hex);
      expect(server.parse(viewOf(bytes), 0, bytes.length, request)).toBe(OuchRefusal.none);
      return request;
    };
    // The cancel is a real packet's payload.
    expect(read('58 00752e71 00000000')).toMatchObject({ kind: OuchRequestKind.cancel, ref: 0x752e71, shares: 0 });
    expect(read('58 00000001 00000005 0003 02 1c 07')).toMatchObject({ shares: 5, userRefIdx: 7 });
    expect(read('4d 00000001 45 00000005')).toMatchObject({
      kind: OuchRequestKind.modify,
      side: letter('E'),
      shares: 5,
    });
    expect(read('43 00000009 4c494d45 5741522020202020 0003 02 1b 42')).toMatchObject({
      kind: OuchRequestKind.massCancel,
      ref: 9,
      firmKey: 0x4c494d45,
      ...SYMBOL,
      side: letter('B'),
    });
    expect(read('44 0000000a 4c494d45 0000')).toMatchObject({ kind: OuchRequestKind.disableEntry, ref: 10 });
    expect(read('45 0000000b 4c494d45 0000')).toMatchObject({ kind: OuchRequestKind.enableEntry, ref: 11 });
    expect(read('51')).toMatchObject({ kind: OuchRequestKind.query, ref: 0, userRefIdx: 0 });
    expect(read('51 0003 02 1c 07')).toMatchObject({ kind: OuchRequestKind.query, userRefIdx: 7 });
  });

  it('OUCH 5.0: what an int32 cannot hold is negative, not something else', () => {
    const bytes = bytesOf(
      '4f ffffffff 42 80000000 5741522020202020 0000000100000001 30 59 50 4e 4e 2020202020202020202020202020 0000',
    );
    expect(new Ouch50Server().parse(viewOf(bytes), 0, bytes.length, request)).toBe(OuchRefusal.none);
    expect([request.ref, request.shares, request.price4]).toEqual([-1, -1, -1]);
  });

  it('OUCH 4.2: every request, byte for byte', () => {
    const server = new Ouch42Server();
    const read = (...parts: (string | number[])[]) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...latin(part)] : part)));
      expect(server.parse(viewOf(bytes), 0, bytes.length, request)).toBe(OuchRefusal.none);
      return request;
    };
    const enter = [
      'OTOKEN00000001 B',
      [0, 0, 1, 0],
      'WAR     ',
      [0, 1, 0, 0],
      [0, 0, 0, 0],
      'FIRMYPN',
      [0, 0, 0, 9],
      'N',
    ];
    const entered = {
      kind: OuchRequestKind.enter,
      side: letter('B'),
      shares: 256,
      ...SYMBOL,
      price4: 65536,
      lifetime: OuchLifetime.immediate,
      firmKey: 0x4649524d,
      display: letter('Y'),
      capacity: letter('P'),
      iso: letter('N'),
      minShares: 9,
      crossType: letter('N'),
    };
    expect(read(...enter, 'R')).toMatchObject({ ...entered, customerType: letter('R') });
    expect(read(...enter)).toMatchObject({ ...entered, customerType: 0 });
    expect(clientIdText(request.id)).toBe('TOKEN00000001');
    read(
      'UTOKEN00000001 TOKEN00000002 ',
      [0, 0, 1, 0],
      [0x7f, 0xff, 0xff, 0xff],
      [0, 1, 0x86, 0x9e],
      'YN',
      [0, 0, 0, 0],
    );
    expect(request).toMatchObject({
      kind: OuchRequestKind.replace,
      shares: 256,
      price4: 0x7fffffff,
      lifetime: OuchLifetime.day,
    });
    expect([clientIdText(request.previousId), clientIdText(request.id)]).toEqual(['TOKEN00000001', 'TOKEN00000002']);
    expect(read('XTOKEN00000001 ', [0, 0, 0, 5])).toMatchObject({ kind: OuchRequestKind.cancel, shares: 5 });
    expect(read('MTOKEN00000001 T', [0, 0, 0, 5])).toMatchObject({
      kind: OuchRequestKind.modify,
      side: letter('T'),
      shares: 5,
    });
    expect(read('NTOKEN00000001 ')).toMatchObject({ kind: OuchRequestKind.tradeNow });
  });

  it.each(VERSIONS)('$name: never throws and never reads outside, whatever comes', (server) => {
    const types = [...'OUXMNCDEQZ'].map(letter);
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 90 }), (type, rest) => {
        const bytes = Uint8Array.of(type, ...rest);
        const refusal = server.parse(viewOf(bytes), 0, bytes.length, request);
        expect(refusal).toBeLessThanOrEqual(OuchRefusal.brokenAppendage);
        if (refusal === OuchRefusal.none) expect(request.kind).toBeGreaterThan(0);
      }),
    );
  });
});

describe('OUCH replies as a venue writes them', () => {
  const KINDS_42 = Object.values(OuchReplyKind).filter((kind) => kind <= OuchReplyKind.tradeNow);
  const KINDS_50 = Object.values(OuchReplyKind).filter(
    (kind) => kind !== OuchReplyKind.tradeNow && kind !== OuchReplyKind.executedWithReferencePrice,
  );

  it.each(VERSIONS)(
    '$name: every kind that it has is a message of its version, and the others are none',
    (server, check) => {
      const kinds: readonly number[] = server.name === 'ouch50' ? KINDS_50 : KINDS_42;
      const bytes = new Uint8Array(MAX_REPLY_BYTES);
      const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
      const numbers = Object.entries(new OuchReply())
        .filter(([, value]) => typeof value === 'number')
        .map(([name]) => name);
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.values(OuchReplyKind)),
          fc.array(int32, { minLength: numbers.length, maxLength: numbers.length }),
          fc.constantFrom(...Object.values(OuchLifetime)),
          fc.boolean(),
          fc.uint8Array({ minLength: 14, maxLength: 14 }),
          (kind, values, lifetime, dead, id) => {
            const reply = new OuchReply();
            Object.assign(reply, Object.fromEntries(numbers.map((name, i) => [name, values[i]])), {
              kind,
              lifetime,
              dead,
            });
            reply.id.set(id);
            const length = server.write(viewOf(bytes), 0, reply);
            if (!kinds.includes(kind)) {
              expect(length).toBe(0);
              return;
            }
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(MAX_REPLY_BYTES);
            expect(check(viewOf(bytes), length)).toBe(OuchRefusal.none);
            if (kind === OuchReplyKind.systemEvent || server.name === 'ouch50') return;
            expect(bytes.slice(9, 23)).toEqual(id);
          },
        ),
        { numRuns: 500 },
      );
    },
  );

  it('OUCH 5.0 Order Accepted, byte for byte as a real one', () => {
    // Payload of a real packet but for its ClOrdID: with Firm and BBO weight behind.
    const whole = Uint8Array.of(
      ...bytesOf('41 0000289b4d64af87 00753a8d 42 00000028 4144424520202020 000000000048e748 35 59'),
      ...bytesOf('000000000f56b4f5 41 4e 4e 4c'),
      ...latin('7682701       '),
      ...bytesOf('0009 05024d4c524f 021230'),
    );
    const reply = new OuchReply();
    Object.assign(reply, {
      kind: OuchReplyKind.accepted,
      timestampHi: 0x289b,
      timestampLo: 0x4d64af87,
      ref: 0x753a8d,
      side: letter('B'),
      shares: 40,
      symbolHi: 0x41444245,
      symbolLo: 0x20202020,
      price4: 0x48e748,
      lifetime: OuchLifetime.extended,
      display: letter('Y'),
      orderRefLo: 0x0f56b4f5,
      capacity: letter('A'),
      iso: letter('N'),
      crossType: letter('N'),
      firmKey: 0x4d4c524f,
      bboWeight: letter('0'),
    });
    reply.id.set(latin('7682701       '));
    const bytes = new Uint8Array(MAX_REPLY_BYTES);
    const length = new Ouch50Server().write(viewOf(bytes), 0, reply);
    expect(bytes.slice(0, length)).toEqual(whole);
  });

  it('gives back what was asked: an Enter Order of OUCH 4.2 and its Accepted', () => {
    const server = new Ouch42Server();
    const asked = latin('OTOKEN00000001 B\0\0\x01\0WAR     \0\x01\0\0\0\0\0\0FIRMYPN\0\0\0\x09NR');
    const request = new OuchRequest();
    expect(server.parse(viewOf(asked), 0, asked.length, request)).toBe(OuchRefusal.none);
    const reply = new OuchReply().echo(request);
    reply.kind = OuchReplyKind.accepted;
    reply.orderRefLo = 0x01020304;
    reply.bboWeight = letter('0');
    const bytes = new Uint8Array(MAX_REPLY_BYTES);
    const length = server.write(viewOf(bytes), 0, reply);
    expect(String.fromCharCode(...bytes.slice(0, length))).toBe(
      'A\0\0\0\0\0\0\0\0TOKEN00000001 B\0\0\x01\0WAR     \0\x01\0\0\0\0\0\0FIRMY\0\0\0\0\x01\x02\x03\x04PN\0\0\0\x09NL0',
    );
  });
});
