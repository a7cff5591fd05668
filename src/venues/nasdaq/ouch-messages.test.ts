import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OuchRefusal } from './ouch-refusal.ts';
import * as ends42 from './ouch42-end-reports.ts';
import * as orders42 from './ouch42-order-reports.ts';
import * as requests42 from './ouch42-requests.ts';
import { checkInbound, checkOutbound } from './ouch42-shape.ts';
import * as trades42 from './ouch42-trade-reports.ts';
import { AppendageReader, AppendageWriter, TAG_VALUE_BYTES, Tag } from './ouch50-appendage.ts';
import * as ends50 from './ouch50-end-reports.ts';
import * as orders50 from './ouch50-order-reports.ts';
import * as ports50 from './ouch50-port-reports.ts';
import * as requests50 from './ouch50-requests.ts';
import { AppendageRule, INBOUND_SHAPES, type MessageShape, OUTBOUND_SHAPES, Ouch50Shapes } from './ouch50-shape.ts';
import * as trades50 from './ouch50-trade-reports.ts';

interface Flyweight {
  wrap(view: DataView, offset: number): Flyweight;
  begin(view: DataView, offset: number): Flyweight;
  [field: string]: unknown;
}
type FlyweightClass = (new () => Flyweight) & { readonly type: number; readonly bytes: number };

const classes = (...modules: object[]) =>
  modules.flatMap((module) => Object.entries(module)) as unknown as [string, FlyweightClass][];
const CODECS = {
  ouch50_in: classes(requests50),
  ouch50_out: classes(orders50, ends50, trades50, ports50),
  ouch42_in: classes(requests42),
  ouch42_out: classes(orders42, ends42, trades42),
} as const;
type CodecName = keyof typeof CODECS;
const ALL = Object.entries(CODECS).flatMap(([codec, list]) =>
  list.map(([name, type]) => [`${codec} ${name}`, type] as const),
);

/** Accessors of a class. */
function fieldsOf(type: FlyweightClass): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(type.prototype))
    .filter(([name]) => !['constructor', 'wrap', 'begin'].includes(name))
    .map(([name, property]) => {
      expect(property.get, name).toBeTypeOf('function');
      expect(property.set, name).toBeTypeOf('function');
      return name;
    });
}

const BEFORE = 5;
const ROOM = 128;

describe('OUCH messages', () => {
  it('are 8 + 18 types of OUCH 5.0 and 5 + 15 of OUCH 4.2, no letter twice in a direction', () => {
    expect(Object.values(CODECS).map((list) => list.length)).toEqual([8, 18, 5, 15]);
    for (const list of Object.values(CODECS)) expect(new Set(list.map(([, { type }]) => type)).size).toBe(list.length);
  });

  it.each(ALL)('%s: what is written to a field is read back, and every byte belongs to a field', (_name, type) => {
    const view = new DataView(new ArrayBuffer(ROOM));
    const bytes = new Uint8Array(view.buffer);
    const message = new type();
    const touched = new Set<number>([0]);
    message.begin(view, BEFORE);
    for (const field of fieldsOf(type)) {
      const isText = typeof message.begin(view, BEFORE)[field] === 'string';
      const values = isText ? ['AB', 'X'] : [1, 0x7f, 0];
      for (const value of values) {
        message.begin(view, BEFORE)[field] = value;
        expect(message[field]).toBe(value);
        expect(new type().wrap(view, BEFORE)[field]).toBe(value);
      }
      message.begin(view, BEFORE)[field] = isText ? 'A' : -1;
      for (let i = 1; i < type.bytes; i++) if (bytes[BEFORE + i] !== 0) touched.add(i);
    }
    expect(touched.size).toBe(type.bytes);
    expect(bytes[BEFORE]).toBe(type.type);
    expect(bytes.subarray(0, BEFORE).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(BEFORE + type.bytes).every((byte) => byte === 0)).toBe(true);
  });

  it.each(ALL)('%s: fields written together, at any place, are read back each', (_name, type) => {
    // Halves and their double are the same bytes: the halves and the single fields are written, the doubles left out.
    const all = fieldsOf(type);
    const view = new DataView(new ArrayBuffer(ROOM + 64));
    const single = all.filter(
      (field) =>
        !all.includes(`${field}Hi`) &&
        !all.includes(`${field}Key`) &&
        !/^(timestampNs|matchNumber)$/.test(field) &&
        !(field.endsWith('4') && all.includes(`${field.slice(0, -1)}Hi`)),
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 60 }),
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), {
          minLength: single.length,
          maxLength: single.length,
        }),
        (offset, values) => {
          const message = new type().begin(view, offset);
          single.forEach((field, i) => {
            message[field] = typeof message[field] === 'string' ? String(values[i] >>> 0) : values[i];
          });
          single.forEach((field, i) => {
            const read = new type().wrap(view, offset)[field];
            if (typeof read === 'string') expect(read).toBe(String(values[i] >>> 0));
            else
              expect([0xff, 0xffff, 0xffffffff].map((mask) => (values[i] & mask) >>> 0)).toContain(
                (read as number) >>> 0,
              );
          });
        },
      ),
      { numRuns: 50 },
    );
  });
});

const REFERENCE = fileURLToPath(new URL('../../../../shared/reference/nasdaq.json', import.meta.url));

describe.skipIf(!existsSync(REFERENCE))('OUCH layouts against the published ones (../shared/reference)', () => {
  type Field = [name: string, offset: number, length: number, type: string];
  type Layout = Record<string, { name: string; len: number; appendage?: 'req' | 'opt' | 'none'; fields: Field[] }>;
  const reference = existsSync(REFERENCE) ? JSON.parse(readFileSync(REFERENCE, 'utf8')) : {};
  const OURS: Readonly<Record<string, string>> = {
    timestamp: 'timestampNs',
    match_number: 'matchNumber',
    liquidity_flag: 'liquidity',
    clordid: 'clOrdId',
    price: 'price4',
    execution_price: 'executionPrice4',
    reference_price: 'referencePrice4',
  };
  const ours = (name: string) => OURS[name] ?? name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

  it.each(Object.keys(CODECS) as CodecName[])('%s: every offset and length', (codec) => {
    const layouts = reference[codec] as Layout;
    for (const [letter, { len, fields }] of Object.entries(layouts)) {
      const found = CODECS[codec].find(([, { type }]) => type === letter.charCodeAt(0));
      expect(found, `${codec} ${letter}`).toBeDefined();
      const [className, type] = found!;
      expect(type.bytes, className).toBe(len);
      for (const [name, offset, length, kind] of fields) {
        const view = new DataView(new ArrayBuffer(ROOM));
        const message = new type().begin(view, 0);
        const field = ours(name);
        expect(field in message, `${className}.${field}`).toBe(true);
        if (kind === 'a' && length > 1) {
          message[field] = 'ABCDEFGHIJKLMNOP'.slice(0, length);
          const text = String.fromCharCode(...new Uint8Array(view.buffer, offset, length));
          expect(text, `${className}.${field}`).toBe('ABCDEFGHIJKLMNOP'.slice(0, length));
        } else {
          const value = length === 8 ? 0x01020304050607 : length === 4 ? 0x01020304 : length;
          message[field] = value;
          const read =
            length === 8
              ? Number(view.getBigUint64(offset))
              : length === 4
                ? view.getUint32(offset)
                : length === 2
                  ? view.getUint16(offset)
                  : view.getUint8(offset);
          expect(read, `${className}.${field}`).toBe(value);
        }
        const outside = [...new Uint8Array(view.buffer)].filter(
          (byte, i) => byte !== 0 && i !== 0 && (i < offset || i >= offset + length),
        );
        expect(outside, `${className}.${field} alone`).toEqual([]);
      }
    }
    // Only in the revision of 2023-04, which the layouts describe in words.
    const extra = codec === 'ouch50_out' ? ['TradeCorrection'] : [];
    expect(
      CODECS[codec].filter(([, { type }]) => !(String.fromCharCode(type) in layouts)).map(([name]) => name),
    ).toEqual(extra);
  });

  it('which messages carry an appendage, and which tags', () => {
    const rule = { req: AppendageRule.required, opt: AppendageRule.optional, none: AppendageRule.none };
    for (const [direction, shapes] of [
      ['in', INBOUND_SHAPES],
      ['out', OUTBOUND_SHAPES],
    ] as const) {
      const layouts = reference[`ouch50_${direction}`] as Layout;
      for (const [letter, { appendage }] of Object.entries(layouts)) {
        const shape = shapes.find(({ type }) => type === letter.charCodeAt(0))!;
        expect(shape.appendage, `${direction} ${letter}`).toBe(rule[appendage!]);
        const tags = reference.ouch50_allowed[direction][letter] ?? (letter === 'S' && direction === 'out' ? [] : [28]);
        expect(shape.tags, `${direction} ${letter}`).toEqual(tags);
      }
    }
    const lengths = Object.fromEntries(
      Object.entries(reference.ouch50_tags as Record<string, [string, number]>).map(([tag, [, length]]) => [
        tag,
        length,
      ]),
    );
    expect(Object.fromEntries([...TAG_VALUE_BYTES.entries()].filter(([, length]) => length > 0))).toEqual(lengths);
    expect(Object.values(Tag).map(String).sort()).toEqual(Object.keys(lengths).sort());
  });
});

describe('OUCH 5.0 shapes', () => {
  const inbound = new Ouch50Shapes(INBOUND_SHAPES);
  const outbound = new Ouch50Shapes(OUTBOUND_SHAPES);
  const arbitraryElements = (shape: MessageShape) =>
    fc.array(
      fc.record({
        tag: fc.constantFrom<Tag>(...(shape.tags?.length ? shape.tags : [Tag.userRefIdx])),
        value: fc.integer(),
      }),
      {
        maxLength: 12,
      },
    );

  it.each([
    ...INBOUND_SHAPES.map((shape) => [`in ${String.fromCharCode(shape.type)}`, shape, inbound] as const),
    ...OUTBOUND_SHAPES.map((shape) => [`out ${String.fromCharCode(shape.type)}`, shape, outbound] as const),
  ])('%s: takes its lengths with and without an appendage, and no others', (_name, shape, shapes) => {
    const view = new DataView(new ArrayBuffer(512));
    const reader = new AppendageReader();
    view.setUint8(0, shape.type);
    const bare = shape.appendage === AppendageRule.required ? OuchRefusal.wrongLength : OuchRefusal.none;
    expect(shapes.check(view, 0, shape.length)).toBe(bare);
    if (shape.otherLength !== undefined) expect(shapes.check(view, 0, shape.otherLength)).toBe(OuchRefusal.none);
    expect(shapes.check(view, 0, shape.length + 1)).toBe(
      shape.otherLength === undefined ? OuchRefusal.wrongLength : OuchRefusal.none,
    );
    for (let length = 1; length < (shape.otherLength ?? shape.length); length++) {
      expect(shapes.check(view, 0, length)).not.toBe(OuchRefusal.none);
    }
    for (const fixed of [shape.length, shape.otherLength ?? shape.length]) {
      fc.assert(
        fc.property(arbitraryElements(shape), (elements) => {
          new Uint8Array(view.buffer).fill(0x41, 1, fixed);
          const writer = new AppendageWriter().begin(view, fixed);
          for (const { tag, value } of elements) writer.number(tag, value);
          const length = fixed + writer.end();
          const accepted = shapes.check(view, 0, length) === OuchRefusal.none;
          expect(accepted).toBe(shape.appendage !== AppendageRule.none);
          if (!accepted) return;
          expect(shapes.fixedLength).toBe(fixed);
          reader.wrap(view, shapes.elementsOffset, shapes.elementsLength);
          for (const { tag, value } of elements) {
            expect(reader.next()).toBe(true);
            expect([reader.tag, reader.valueLength]).toEqual([tag, TAG_VALUE_BYTES[tag]]);
            const mask = reader.valueLength >= 4 ? 0xffffffff : 2 ** (8 * reader.valueLength) - 1;
            expect(reader.int32 >>> 0).toBe((value & mask) >>> 0);
          }
          expect(reader.next()).toBe(false);
          // One byte less is never the whole message.
          if (length - 1 !== fixed && length - 1 !== shape.length)
            expect(shapes.check(view, 0, length - 1)).not.toBe(OuchRefusal.none);
        }),
      );
    }
  });

  it('skips tags it does not know, and those whose value has another length, by their length', () => {
    const view = new DataView(new ArrayBuffer(64));
    const bytes = [0x01, 0xc8, 0x03, Tag.firm, 65, 66, 0x04, 0xc9, 1, 2, 3, 0x05, Tag.firm, 0x4c, 0x49, 0x4d, 0x45];
    bytes.forEach((byte, i) => {
      view.setUint8(i, byte);
    });
    const reader = new AppendageReader().wrap(view, 0, bytes.length);
    expect(reader.find(Tag.firm)).toBe(true);
    expect(reader.text).toBe('LIME');
    expect(reader.find(Tag.side)).toBe(false);
  });

  it('refuses elements that do not fill the appendage', () => {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint8(0, requests50.CancelOrder.type);
    const base = requests50.CancelOrder.bytes;
    view.setUint16(base, 3);
    view.setUint8(base + 2, 5); // five bytes, where two are left
    expect(inbound.check(view, 0, base + 5)).toBe(OuchRefusal.brokenAppendage);
    view.setUint8(base + 2, 0); // an element without a tag
    expect(inbound.check(view, 0, base + 5)).toBe(OuchRefusal.brokenAppendage);
    view.setUint8(base + 2, 2);
    expect(inbound.check(view, 0, base + 5)).toBe(OuchRefusal.none);
    expect(inbound.check(view, 0, 0)).toBe(OuchRefusal.empty);
    view.setUint8(0, 0x7a);
    expect(inbound.check(view, 0, 10)).toBe(OuchRefusal.unknownType);
  });
});

describe('OUCH 4.2 shapes', () => {
  it.each([
    ...CODECS.ouch42_in.map((one) => [...one, checkInbound] as const),
    ...CODECS.ouch42_out.map((one) => [...one, checkOutbound] as const),
  ])('%s: takes its one length; an Enter Order also without its customer type', (_name, type, check) => {
    const view = new DataView(new ArrayBuffer(ROOM));
    view.setUint8(0, type.type);
    const taken = Array.from({ length: ROOM }, (_, length) => length).filter(
      (length) => check(view, 0, length) === OuchRefusal.none,
    );
    expect(taken).toEqual(type === (requests42.EnterOrder as unknown) ? [48, 49] : [type.bytes]);
  });
});
