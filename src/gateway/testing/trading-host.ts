import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import type { WarmlineConfig } from '../../config/schema.ts';
import { GatewayCell } from '../../order/gateway-parts.ts';
import { SlotField } from '../../order/order-layout.ts';
import { SessionCell } from '../../order/session-cells.ts';
import { isDone, OrderFlag, SessionState, Side } from '../../order/terms.ts';
import { Router } from '../../router/router.ts';
import { freeUdpPort } from '../../router/testing/mold-venue.ts';
import { createSimulator, type Simulator } from '../../sim/simulator.ts';
import type { GatewayReport } from '../gateway-report.ts';
import type { GatewaySetup } from '../gateway-setup.ts';

const TRADER = fileURLToPath(new URL('./busy-trader.ts', import.meta.url));
export const SYMBOLS = ['AAPL', 'MSFT', 'NVDA'];
const POLL_MS = 5;
export const PASSWORD_ENV = 'WARMLINE_TEST_GATEWAY_PASSWORD';
process.env[PASSWORD_ENV] = 'secret';

export interface TradingOptions {
  /** Two ports, or one port with a mirror host. */
  readonly pair: 'ports' | 'mirror';
  readonly layout?: 'fused' | 'dedicated';
  readonly io?: 'native' | 'portable';
  readonly secondLogin?: 'displaces' | 'refused';
  readonly protocol?: 'ouch50' | 'ouch42';
  /** A calendar in which every day is one, and days are sealed soon after their end. */
  readonly everyDay?: boolean;
  /** A router that stops leaves its orders at the venue. */
  readonly leavesOrders?: boolean;
  /** Orders end with the venue's day in silence. */
  readonly silentLapse?: boolean;
  /** The venue tells executions again, and the router listens; faults call it `copy`. */
  readonly dropCopy?: boolean;
  /** No strategy trades: only who uses the API. */
  readonly noTrader?: boolean;
  /** Lines of config besides. */
  readonly more?: readonly string[];
}

export async function freeTcpPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** The reference that the venue knows an order by: OUCH 4.2 has it as the last eight hexadecimal digits of the token. */
function refOf(key: number | string): number {
  return typeof key === 'number' ? key : Number.parseInt(key.slice(-8), 16);
}

/** Writes the config of a venue that trades, and of a router that trades there. @returns its path */
export async function writeTradingConfig(folder: string, options: TradingOptions): Promise<string> {
  const udp = [await freeUdpPort(), await freeUdpPort()];
  const [tcpA, tcpB, glimpse] = [await freeTcpPort(), await freeTcpPort(), await freeTcpPort()];
  const host = (port: number) => `{ address: 127.0.0.1, port: ${port} }`;
  const rules = `rules: { secondLogin: ${options.secondLogin ?? 'displaces'} }`;
  const port = (name: string, hosts: string) =>
    `{ name: ${name}, username: ${name}, passwordEnv: ${PASSWORD_ENV}, firm: WARM, ${rules}, hosts: [${hosts}] }`;
  const ports =
    options.pair === 'ports'
      ? [port('P1', host(tcpA)), port('P2', host(tcpB))]
      : [port('P1', `${host(tcpA)}, ${host(tcpB)}`)];
  const copy = `{ name: copy, address: 127.0.0.1, port: ${await freeTcpPort()}, username: COPY, passwordEnv: ${PASSWORD_ENV} }`;
  const text = [
    'venue: sim',
    'protocol: nasdaq',
    'feeds:',
    '  - name: itch',
    '    heartbeat: 100ms',
    `    lines: [{ name: A, address: 127.0.0.1, port: ${udp[0]} }, { name: B, address: 127.0.0.1, port: ${udp[1]} }]`,
    `    snapshot: { address: 127.0.0.1, port: ${glimpse}, username: warm, passwordEnv: ${PASSWORD_ENV} }`,
    ...(options.noTrader === true
      ? []
      : [
          'strategies:',
          `  - { name: busy, module: ${TRADER}, options: { symbols: [${SYMBOLS}] }, orders: { lostRoute: requote } }`,
        ]),
    'orders:',
    `  protocol: ${options.protocol ?? 'ouch50'}`,
    `  instruments: [${SYMBOLS}]`,
    `  directory: ${join(folder, 'orders')}`,
    `  journal: { ring: 1MiB, ringDirectory: ${folder} }`,
    ...(options.dropCopy === true ? [`  dropCopy: ${copy}`] : []),
    ...(options.everyDay === true ? ['  day: { weekend: [], settle: 1s }'] : []),
    '  maxOrders: 50000',
    ...(options.leavesOrders === true ? ['  cancelAtStop: false'] : []),
    '  sessions: { heartbeat: 200ms, silence: 2s, ackDeadline: { floor: 100ms }, reconnect: { first: 20ms, most: 200ms }, logonBudget: { logons: 1000 } }',
    '  groups:',
    `    - { name: main, ports: [${ports.join(', ')}] }`,
    '  risk:',
    '    global: { maxGrossExposure: off, maxNetExposure: off, margin: off, buyingPower: off, maxPosition: off,',
    '      selfTrade: off, sideMarking: off, messageRate: off, duplicateOrder: off, repeatedExecutions: off, feedSilent: off, feedNotLive: 10s }',
    `threads: { layout: ${options.layout ?? 'fused'}, idle: park, warmUp: 0ms }`,
    `io: { mode: ${options.io ?? 'auto'} }`,
    'sim:',
    '  seed: 7',
    '  messagesPerSecond: 4000',
    '  symbols: 6',
    '  endOfSession: 20ms',
    '  orders:',
    `    behaviour: { heartbeat: 200ms, silence: 2s, lapse: ${options.silentLapse === true ? 'silent' : 'told'} }`,
    ...(options.dropCopy === true ? [`    dropCopies: [${copy}]`] : []),
    ...(options.more ?? []),
  ].join('\n');
  const path = join(folder, 'venue.yaml');
  writeFileSync(path, text);
  return path;
}

/** A simulated venue and a router that trades on it, both for real, on 127.0.0.1. */
export class TradingHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'warmline-trading-'));
  readonly reports: GatewayReport[] = [];
  readonly warnings: string[] = [];
  /** Of its config file. */
  path!: string;
  config!: WarmlineConfig;
  simulator!: Simulator;
  router: Router | undefined = undefined;

  async start(options: TradingOptions): Promise<this> {
    await this.prepare(options);
    await this.startRouter();
    return this;
  }

  /** Starts the venue alone. */
  async prepare(options: TradingOptions): Promise<this> {
    this.path = await writeTradingConfig(this.folder, options);
    this.config = loadConfig(this.path);
    this.simulator = createSimulator(this.config, { noControl: true });
    await this.simulator.start();
    // the venue has taken it out of the environment, and a router that is a process of its own needs it there
    process.env[PASSWORD_ENV] = 'secret';
    return this;
  }

  /** Orders that the venue has taken, all ports together. */
  venueOrders(): number {
    return this.simulator.orders!.truth('main').ports.reduce((sum, { nextRef }) => sum + Math.max(0, nextRef - 1), 0);
  }

  async startRouter(): Promise<void> {
    this.router = await Router.start(this.config, {
      gateway: (report) => this.reports.push(report),
      warning: (text) => this.warnings.push(text),
      strategy: (report) => this.warnings.push(JSON.stringify(report)),
      failed: (why) => this.warnings.push(why),
    });
  }

  get gateway(): GatewaySetup {
    return this.router!.setup.gateway!;
  }

  cell(cell: keyof typeof GatewayCell): number {
    return this.gateway.options.cells[GatewayCell[cell]];
  }

  sessions(): string[] {
    const names = Object.keys(SessionState);
    return this.gateway.options.ports.flatMap(({ hosts }) =>
      hosts.map(({ name, cells }) => `${name} ${names[cells[SessionCell.state]]}`),
    );
  }

  async until(what: string, condition: () => boolean, timeoutMs = 60_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}\n${this.picture()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      this.router?.poll();
    }
  }

  fault(text: string): void {
    this.simulator.addFault(text);
  }

  /** Orders whose fate, or reach, is in doubt. */
  doubtful(): number {
    return this.orders().filter(({ flags }) => (flags & (OrderFlag.unknown | OrderFlag.blind)) !== 0).length;
  }

  /** Waits until every order is done or live, nothing is in doubt, and what the venue knows is what we know. */
  async settled(): Promise<void> {
    await this.until('everything is reconciled and equal to the venue’s books', () => this.differences().length === 0);
  }

  /** What differs from the venue's own truth. */
  differences(): string[] {
    const found: string[] = [];
    const [truth] = this.simulator.orders!.truth('main').accounts;
    const { ledger, options } = this.gateway;
    options.instruments.forEach(({ symbol }, number) => {
      const theirs = truth.positions.find((one) => one.symbol === symbol)?.shares ?? 0;
      const ours = ledger.position(0, number);
      if (ours !== theirs) found.push(`${symbol}: position ${ours}, at the venue ${theirs}`);
    });
    const ours = this.orders().filter(({ state }) => !isDone(state));
    for (const order of ours) {
      if ((order.flags & ~OrderFlag.systemCancel) !== 0) found.push(`order ${order.number} has flags ${order.flags}`);
      if (order.state < 3) found.push(`order ${order.number} is unanswered`);
    }
    const key = (port: string, ref: number | string, leaves: number, price4: number) =>
      `${port}/${refOf(ref)}:${leaves}@${price4}`;
    const mine = ours.map(({ port, ref, leaves, price4 }) => key(options.ports[port].name, ref, leaves, price4)).sort();
    const theirs = truth.orders
      .map(({ port, key: ref, leaves, price4 }) => key(port, ref as number, leaves, price4))
      .sort();
    if (mine.join() !== theirs.join()) found.push(`open here ${mine.join(' ')}; there ${theirs.join(' ')}`);
    const executed = truth.executions.filter(({ broken }) => !broken).reduce((sum, { shares }) => sum + shares, 0);
    const counted = this.orders().reduce((sum, order) => sum + order.executed, 0);
    if (executed !== counted) found.push(`executed ${counted} shares, at the venue ${executed}`);
    return found;
  }

  orders() {
    const { store } = this.gateway;
    return Array.from({ length: store.count }, (_, slot) => {
      const base = store.base(slot);
      const field = (name: keyof typeof SlotField) => store.int32[base + SlotField[name]];
      return {
        number: field('number'),
        state: field('state'),
        flags: field('flags'),
        port: field('port'),
        ref: field('ref'),
        leaves: field('leaves'),
        price4: field('price4'),
        executed: field('executed'),
        side: field('side') === Side.buy ? 'buy' : 'sell',
      };
    });
  }

  /** Everything at a glance, for a failure's message. */
  picture(): string {
    if (this.router === undefined) return 'no router';
    const last = this.reports.slice(-12).map((report) => JSON.stringify(report));
    return [
      this.sessions().join(', '),
      ...this.differences().slice(0, 6),
      ...this.warnings.slice(-6),
      ...last,
      `entered ${this.cell('entered')}, fills ${this.cell('fills')}, refused ${this.cell('refused')}, open ${this.orders().filter(({ state }) => !isDone(state)).length}`,
    ].join('\n');
  }

  async close(): Promise<void> {
    await this.router?.stop();
    await this.simulator?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
