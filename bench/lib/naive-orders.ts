/** Order entry as an application programmer writes it: objects, Maps with string keys, a Buffer a message. */

interface Order {
  id: number;
  strategy: string;
  account: string;
  symbol: string;
  side: 'B' | 'S';
  shares: number;
  price: number;
  state: 'sent' | 'live' | 'done';
  at: number;
}

interface Limits {
  maxShares: number;
  maxNotional: number;
  collar: number;
  maxPosition: number;
  maxGross: number;
  maxOpen: number;
  maxRate: number;
}

const WINDOW_NS = 100e6;
const DUPLICATE_NS = 1e6;
const MOST_ALIKE = 3;
const PACKET_BYTES = 50;
const MESSAGE_AT = 3;
const SYMBOLS = 512;
const CENTS = 100;

const LIMITS: Limits = {
  maxShares: 100_000,
  maxNotional: 1e9,
  collar: 0.05,
  maxPosition: 1e7,
  maxGross: 1e12,
  maxOpen: 100_000,
  maxRate: 8192,
};

export class NaiveOrders {
  count = 0;
  refused = 0;
  private orders = new Map<number, Order>();
  private readonly limits = new Map<string, Limits>();
  private readonly positions = new Map<string, number>();
  private readonly open = new Map<string, { shares: number; value: number; count: number }>();
  private readonly quotes = new Map<string, { bid: number; ask: number }>();
  private readonly sent = new Map<string, number[]>();
  private readonly recent: { key: string; at: number }[] = [];

  constructor() {
    for (const scope of ['global', 'venue', 'main', 'other', 's0', 's1', 's2', 's3']) {
      this.limits.set(scope, { ...LIMITS });
      this.sent.set(scope, []);
    }
    for (let i = 0; i < SYMBOLS; i++) {
      this.quotes.set(`W${i}`, { bid: 100 + i / 10, ask: 100 + i / 10 + 0.01 });
      for (const owner of ['main', 'other', 's0', 's1', 's2', 's3']) this.positions.set(`${owner}/W${i}`, 100_000);
    }
  }

  /** Order `i` of the workload. @returns its packet, or undefined where it is refused */
  enter(i: number, nowNs: number): Buffer | undefined {
    const symbol = `W${(i * 37) % SYMBOLS}`;
    const strategy = `s${i % 4}`;
    const account = i % 4 < 2 ? 'main' : 'other';
    const side = (i >> 2) % 2 === 0 ? 'B' : 'S';
    const shares = 100 + (i % 9) * 100;
    const quote = this.quotes.get(symbol)!;
    const away = (i % 16) / CENTS;
    const price = Math.round((side === 'B' ? quote.bid - away : quote.ask + away) * CENTS) / CENTS;
    const order: Order = {
      id: this.count + 1,
      strategy,
      account,
      symbol,
      side,
      shares,
      price,
      state: 'sent',
      at: nowNs,
    };
    const reason = this.check(order, nowNs);
    if (reason !== undefined) {
      this.refused++;
      return undefined;
    }
    this.count++;
    this.orders.set(order.id, order);
    for (const scope of ['global', 'venue', account, strategy]) {
      this.sent.get(scope)!.push(nowNs);
      const total = this.open.get(scope) ?? { shares: 0, value: 0, count: 0 };
      this.open.set(scope, { shares: 0, value: total.value + shares * price, count: total.count + 1 });
      const row = this.open.get(`${scope}/${symbol}`) ?? { shares: 0, value: 0, count: 0 };
      this.open.set(`${scope}/${symbol}`, { shares: row.shares + shares, value: row.value + shares * price, count: 0 });
    }
    this.recent.push({ key: `${strategy}/${symbol}/${side}/${shares}/${price}`, at: nowNs });
    return encode(order);
  }

  /** The venue ends every order. */
  endAll(): void {
    for (const order of this.orders.values()) order.state = 'done';
    this.orders = new Map();
    this.open.clear();
  }

  private check(order: Order, nowNs: number): string | undefined {
    const quote = this.quotes.get(order.symbol);
    if (quote === undefined) return 'no price';
    const reference = order.side === 'B' ? quote.ask : quote.bid;
    const value = order.shares * order.price;
    const key = `${order.strategy}/${order.symbol}/${order.side}/${order.shares}/${order.price}`;
    while (this.recent.length > 0 && this.recent[0]!.at < nowNs - DUPLICATE_NS) this.recent.shift();
    if (this.recent.filter((one) => one.key === key).length >= MOST_ALIKE) return 'duplicate';
    if (order.side === 'S' && order.shares > (this.positions.get(`${order.account}/${order.symbol}`) ?? 0))
      return 'not covered';
    for (const scope of ['global', 'venue', order.account, order.strategy]) {
      const limits = this.limits.get(scope)!;
      if (order.shares > limits.maxShares) return 'maxShares';
      if (value > limits.maxNotional) return 'maxNotional';
      if (
        order.side === 'B'
          ? order.price > reference * (1 + limits.collar)
          : order.price < reference * (1 - limits.collar)
      )
        return 'collar';
      const position = this.positions.get(`${scope}/${order.symbol}`) ?? 0;
      const row = this.open.get(`${scope}/${order.symbol}`);
      if (Math.abs(position) + (row?.shares ?? 0) + order.shares > limits.maxPosition) return 'maxPosition';
      const total = this.open.get(scope);
      if ((total?.value ?? 0) + value > limits.maxGross) return 'maxGross';
      if ((total?.count ?? 0) + 1 > limits.maxOpen) return 'maxOpen';
      const times = this.sent.get(scope)!;
      while (times.length > 0 && times[0]! < nowNs - WINDOW_NS) times.shift();
      if (times.length >= limits.maxRate) return 'maxRate';
    }
    for (const one of this.orders.values()) {
      if (one.account !== order.account || one.symbol !== order.symbol || one.side === order.side) continue;
      if (order.side === 'B' ? order.price >= one.price : order.price <= one.price) return 'self-trade';
    }
    return undefined;
  }
}

function encode(order: Order): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES);
  packet.writeUInt16BE(PACKET_BYTES - 2, 0);
  packet.write('UO', 2, 'latin1');
  packet.writeUInt32BE(order.id, MESSAGE_AT + 1);
  packet.write(order.side, MESSAGE_AT + 5, 'latin1');
  packet.writeUInt32BE(order.shares, MESSAGE_AT + 6);
  packet.write(order.symbol.padEnd(8), MESSAGE_AT + 10, 'latin1');
  packet.writeBigUInt64BE(BigInt(Math.round(order.price * 10_000)), MESSAGE_AT + 18);
  packet.write('0YPNN', MESSAGE_AT + 26, 'latin1');
  packet.write(''.padEnd(14), MESSAGE_AT + 31, 'latin1');
  return packet;
}
