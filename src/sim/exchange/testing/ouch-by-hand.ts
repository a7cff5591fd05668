/**
 * OUCH as a client would write and read it with the specification's table in hand: plain offsets, nothing shared with the
 * codecs of the product. Replies are read as short lines:
 *
 * `A 1 B 100@100000 L` accepted · `U 1>2 B 60@100100 L` replaced · `E 1 40@100000 A #7` executed · `C 1 60 U` cancelled
 * `D 1 60 Q` AIQ cancelled · `J 1 29` rejected · `B 1 #7` broken · `F 1 40@99900 #7` corrected · `Q 5` next reference
 */

/** What an order says; all but reference and price have defaults. */
export interface HandOrder {
  /** UserRefNum (OUCH 5.0) or token (4.2). */
  readonly key: number | string;
  readonly side?: string;
  readonly shares?: number;
  readonly symbol?: string;
  readonly price4?: number;
  /** `day`, `ioc`, or how many seconds. */
  readonly life?: 'day' | 'ioc' | 'extended' | number;
  readonly display?: string;
  readonly postOnly?: boolean;
  readonly minShares?: number;
  readonly firm?: string;
}

const LIFE_50 = { day: '0', ioc: '3', extended: '5' } as const;
const LIFE_42 = { day: 99_998, ioc: 0, extended: 99_999 } as const;
const CLIENT_ID = 14;

class Bytes {
  readonly list: number[] = [];
  text(text: string, length: number): this {
    for (let i = 0; i < length; i++) this.list.push(i < text.length ? text.charCodeAt(i) : 0x20);
    return this;
  }
  uint(value: number, length: number): this {
    const big = BigInt(value);
    for (let i = length - 1; i >= 0; i--) this.list.push(Number((big >> BigInt(8 * i)) & 0xffn));
    return this;
  }
  /** OUCH 5.0: elements with their length in front. */
  appendage(...elements: (readonly [tag: number, value: Bytes])[]): this {
    const inner = elements.flatMap(([tag, { list }]) => [list.length + 1, tag, ...list]);
    this.uint(inner.length, 2);
    this.list.push(...inner);
    return this;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.list);
  }
}

const bytes = (): Bytes => new Bytes();

export function enter(order: HandOrder): Uint8Array {
  const { key, side = 'B', shares = 100, symbol = 'WARM', price4 = 100_000, life = 'day', display = 'Y' } = order;
  if (typeof key === 'string') {
    return bytes()
      .text('O', 1)
      .text(key, CLIENT_ID)
      .text(side, 1)
      .uint(shares, 4)
      .text(symbol, 8)
      .uint(price4, 4)
      .uint(typeof life === 'number' ? life : LIFE_42[life], 4)
      .text(order.firm ?? 'WLNE', 4)
      .text(display, 1)
      .text('PN', 2)
      .uint(order.minShares ?? 0, 4)
      .text('NR', 2)
      .done();
  }
  const elements: (readonly [number, Bytes])[] = [];
  if (order.firm !== undefined) elements.push([2, bytes().text(order.firm, 4)]);
  if (order.minShares !== undefined) elements.push([3, bytes().uint(order.minShares, 4)]);
  if (order.postOnly === true) elements.push([12, bytes().text('P', 1)]);
  if (typeof life === 'number') elements.push([15, bytes().uint(life, 4)]);
  return bytes()
    .text('O', 1)
    .uint(key, 4)
    .text(side, 1)
    .uint(shares, 4)
    .text(symbol, 8)
    .uint(price4, 8)
    .text(typeof life === 'number' ? '6' : LIFE_50[life], 1)
    .text(display, 1)
    .text('PNN', 3)
    .text('', CLIENT_ID)
    .appendage(...elements)
    .done();
}

export function replace(previous: number | string, order: HandOrder): Uint8Array {
  const { key, shares = 100, price4 = 100_000, life = 'day', display = 'Y' } = order;
  if (typeof key === 'string') {
    return bytes()
      .text('U', 1)
      .text(previous as string, CLIENT_ID)
      .text(key, CLIENT_ID)
      .uint(shares, 4)
      .uint(price4, 4)
      .uint(typeof life === 'number' ? life : LIFE_42[life], 4)
      .text(display, 1)
      .text('N', 1)
      .uint(0, 4)
      .done();
  }
  return bytes()
    .text('U', 1)
    .uint(previous as number, 4)
    .uint(key, 4)
    .uint(shares, 4)
    .uint(price4, 8)
    .text(typeof life === 'number' ? '6' : LIFE_50[life], 1)
    .text(display, 1)
    .text('N', 1)
    .text('', CLIENT_ID)
    .appendage(...(typeof life === 'number' ? [[15, bytes().uint(life, 4)] as const] : []))
    .done();
}

export function cancel(key: number | string, shares = 0): Uint8Array {
  const message = bytes().text('X', 1);
  if (typeof key === 'string') message.text(key, CLIENT_ID);
  else message.uint(key, 4);
  return message.uint(shares, 4).done();
}

export function modify(key: number | string, side: string, shares: number): Uint8Array {
  const message = bytes().text('M', 1);
  if (typeof key === 'string') message.text(key, CLIENT_ID);
  else message.uint(key, 4);
  return message.text(side, 1).uint(shares, 4).done();
}

/** OUCH 5.0 only. */
export function massCancel(key: number, symbol = '', firm = ''): Uint8Array {
  return bytes().text('C', 1).uint(key, 4).text(firm, 4).text(symbol, 8).appendage().done();
}

/** OUCH 5.0 only. @param type `D` disable, `E` enable */
export function orderEntry(type: 'D' | 'E', key: number): Uint8Array {
  return bytes().text(type, 1).uint(key, 4).text('WLNE', 4).appendage().done();
}

/** OUCH 5.0 only. */
export function query(): Uint8Array {
  return bytes().text('Q', 1).done();
}

/** One reply as a line. */
export function spoken(protocol: 'ouch50' | 'ouch42', message: Uint8Array): string {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  return protocol === 'ouch50' ? spoken50(view) : spoken42(view);
}

/** The venue's own number of the order, of an accepted or replaced one. */
export function orderRefOf(protocol: 'ouch50' | 'ouch42', message: Uint8Array): number {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const replaced = message[0] === 'U'.charCodeAt(0);
  return u64(view, protocol === 'ouch42' ? 49 : replaced ? 40 : 36);
}

const char = (view: DataView, at: number): string => String.fromCharCode(view.getUint8(at));
const u32 = (view: DataView, at: number): number => view.getUint32(at);
const u64 = (view: DataView, at: number): number => Number(view.getBigUint64(at));
const text = (view: DataView, at: number, length: number): string =>
  Array.from({ length }, (_, i) => char(view, at + i))
    .join('')
    .trimEnd();

function spoken50(view: DataView): string {
  const type = char(view, 0);
  const ref = view.byteLength >= 13 ? u32(view, 9) : 0;
  switch (type) {
    case 'S':
      return `S ${char(view, 9)}`;
    case 'A':
      return `A ${ref} ${char(view, 13)} ${u32(view, 14)}@${u64(view, 26)} ${char(view, 47)}`;
    case 'U':
      return `U ${ref}>${u32(view, 13)} ${char(view, 17)} ${u32(view, 18)}@${u64(view, 30)} ${char(view, 51)}`;
    case 'C':
    case 'D':
      return `${type} ${ref} ${u32(view, 13)} ${char(view, 17)}`;
    case 'E':
      return `E ${ref} ${u32(view, 13)}@${u64(view, 17)} ${char(view, 25)} #${u64(view, 26)}`;
    case 'B':
      return `B ${ref} #${u64(view, 13)}`;
    case 'F':
      return `F ${ref} ${u32(view, 13)}@${u64(view, 17)} #${u64(view, 26)}`;
    case 'J':
      return `J ${ref} ${view.getUint16(13)}`;
    case 'M':
      return `M ${ref} ${char(view, 13)} ${u32(view, 14)}`;
    default:
      return `${type} ${ref}`;
  }
}

function spoken42(view: DataView): string {
  const type = char(view, 0);
  if (type === 'S') return `S ${char(view, 9)}`;
  const token = text(view, 9, CLIENT_ID);
  switch (type) {
    case 'A':
      return `A ${token} ${char(view, 23)} ${u32(view, 24)}@${u32(view, 36)} ${char(view, 64)}`;
    case 'U':
      return `U ${text(view, 65, CLIENT_ID)}>${token} ${char(view, 23)} ${u32(view, 24)}@${u32(view, 36)} ${char(view, 64)}`;
    case 'C':
    case 'D':
      return `${type} ${token} ${u32(view, 23)} ${char(view, 27)}`;
    case 'E':
      return `E ${token} ${u32(view, 23)}@${u32(view, 27)} ${char(view, 31)} #${u64(view, 32)}`;
    case 'B':
      return `B ${token} #${u64(view, 23)}`;
    case 'F':
      return `F ${token} ${u32(view, 23)}@${u32(view, 27)} #${u64(view, 32)}`;
    case 'J':
      return `J ${token} ${char(view, 23)}`;
    case 'M':
      return `M ${token} ${char(view, 23)} ${u32(view, 24)}`;
    default:
      return `${type} ${token}`;
  }
}
