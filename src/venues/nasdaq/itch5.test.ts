import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItchHandler } from './itch-handler.ts';
import { ITCH_LENGTHS, ItchDispatcher, ItchRefusal, ItchType } from './itch5.ts';
import * as market from './itch5-market.ts';
import * as orders from './itch5-orders.ts';

interface Flyweight {
  wrap(view: DataView, offset: number): Flyweight;
  begin(view: DataView, offset: number): Flyweight;
  [field: string]: unknown;
}
type FlyweightClass = (new () => Flyweight) & { readonly type: number; readonly bytes: number };

const CLASSES = [...Object.entries(market), ...Object.entries(orders)] as unknown as [string, FlyweightClass][];
const INHERITED = new Set(['constructor', 'wrap', 'begin']);

/** Names of a class's fields, by what they hold. */
function fieldsOf(type: FlyweightClass) {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(type.prototype)).filter(([k]) => !INHERITED.has(k));
  const sample = new type().begin(new DataView(new ArrayBuffer(64)), 0);
  const names = fields.map(([name]) => name);
  expect(fields.every(([, d]) => d.get !== undefined && d.set !== undefined)).toBe(true);
  return {
    numbers: names.filter((name) => typeof sample[name] === 'number'),
    texts: names.filter((name) => typeof sample[name] === 'string'),
  };
}

describe('ITCH 5.0 messages', () => {
  it('are 23 types, whose lengths are those of the published layouts', () => {
    expect(CLASSES).toHaveLength(23);
    expect(new Set(Object.values(ItchType))).toEqual(new Set(CLASSES.map(([, type]) => type.type)));
    const published =
      'S12 R39 H25 Y20 L26 V35 W12 K28 J35 h21 A36 F40 E31 C36 X23 D19 U35 P44 Q40 B19 I50 N20 O48'.split(' ');
    for (const one of published) expect(ITCH_LENGTHS[one.charCodeAt(0)]).toBe(Number(one.slice(1)));
    expect([...ITCH_LENGTHS].filter((length) => length !== 0)).toHaveLength(23);
  });

  it.each(CLASSES)('%s: what is written to a field is read back, and every byte belongs to a field', (_name, type) => {
    const { numbers, texts } = fieldsOf(type);
    const view = new DataView(new ArrayBuffer(80));
    const bytes = new Uint8Array(view.buffer);
    const message = new type();
    const touched = new Set<number>([0]);
    for (const name of numbers) {
      for (const value of [1, 0x7f, 0]) {
        message.begin(view, 5);
        message[name] = value;
        expect(message[name]).toBe(value);
      }
      message[name] = 0x7f;
      for (let i = 1; i < type.bytes; i++) if (bytes[5 + i] !== 0) touched.add(i);
    }
    for (const name of texts) {
      message.begin(view, 5);
      message[name] = 'AB';
      expect(message[name]).toBe('AB');
      for (let i = 1; i < type.bytes; i++) if (bytes[5 + i] !== 0) touched.add(i);
    }
    for (const name of numbers.filter((n) => n.endsWith('Hi') || n.endsWith('Lo'))) {
      message.begin(view, 5);
      message[name] = name === 'timestampHi' ? 0xffff : -1;
      expect(message[name]).toBe(name === 'timestampHi' ? 0xffff : -1);
      for (let i = 1; i < type.bytes; i++) if (bytes[5 + i] !== 0) touched.add(i);
    }
    for (const name of numbers.filter((n) =>
      /4$|shares|Shares|Size|Seconds|extension|Leverage|Key|locate|tracking/i.test(n),
    )) {
      message.begin(view, 5);
      message[name] = -1;
      for (let i = 1; i < type.bytes; i++) if (bytes[5 + i] !== 0) touched.add(i);
    }
    expect(touched.size).toBe(type.bytes);
    expect(bytes.slice(0, 5).every((byte) => byte === 0)).toBe(true);
    expect(bytes.slice(5 + type.bytes).every((byte) => byte === 0)).toBe(true);
  });

  it('hold 64-bit references exactly as two halves, and up to 2^53 as one number', () => {
    const view = new DataView(new ArrayBuffer(64));
    const message = new orders.AddOrder().begin(view, 0);
    fc.assert(
      fc.property(fc.maxSafeNat(), (ref) => {
        message.orderRef = ref;
        expect(message.orderRef).toBe(ref);
        expect((BigInt(message.refHi) << 32n) | BigInt(message.refLo >>> 0)).toBe(BigInt(ref));
      }),
    );
    message.refHi = -1;
    message.refLo = -2;
    expect(view.getBigUint64(11)).toBe(0xffff_ffff_ffff_fffen);
  });

  it('hold times of day to the nanosecond and pad text with spaces', () => {
    const view = new DataView(new ArrayBuffer(64));
    const message = new orders.AddOrder().begin(view, 0);
    message.timestampNs = 86_399_999_999_999;
    expect(message.timestampNs).toBe(86_399_999_999_999);
    expect(message.timestampHi * 2 ** 32 + (message.timestampLo >>> 0)).toBe(86_399_999_999_999);
    message.stock = 'ABC';
    expect(message.stockHi).toBe(0x41424320);
    expect(message.stockLo).toBe(0x20202020);
    message.stock = 'TOOLONGSYMBOL';
    expect(message.stock).toBe('TOOLONGS');
  });
});

describe('ITCH dispatch', () => {
  it('calls the one callback that belongs to a type, with the message in place', () => {
    const view = new DataView(new ArrayBuffer(128));
    for (const [name, type] of CLASSES) {
      const message = new type().begin(view, 7);
      message.locate = 4711;
      const seen: string[] = [];
      const handler = Object.fromEntries(
        CLASSES.map(([other]) => [`on${other}`, (m: { locate: number }) => seen.push(`${other} ${m.locate}`)]),
      ) as ItchHandler;
      const dispatcher = new ItchDispatcher();
      expect(dispatcher.dispatch(handler, view, 7, type.bytes)).toBe(ItchRefusal.none);
      expect(seen).toEqual([`${name} 4711`]);
      expect(dispatcher.dispatch({}, view, 7, type.bytes)).toBe(ItchRefusal.none);
      expect(dispatcher.dispatch(handler, view, 7, type.bytes + 1)).toBe(ItchRefusal.wrongLength);
      expect(seen).toHaveLength(1);
    }
  });

  it('counts empty units, unknown types and wrong lengths, and calls nothing', () => {
    const view = new DataView(new ArrayBuffer(64));
    const dispatcher = new ItchDispatcher();
    dispatcher.dispatch({}, view, 0, 0);
    for (let type = 0; type < 256; type++) {
      view.setUint8(0, type);
      dispatcher.dispatch({}, view, 0, 64);
    }
    expect([...dispatcher.refused]).toEqual([0, 1, 256 - 23, 23, 0]);
  });
});
