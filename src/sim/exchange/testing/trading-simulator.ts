import { parseConfig } from '../../../config/load.ts';
import { createSimulator, type Simulator, type SimulatorOverrides } from '../../simulator.ts';
import { TcpClient } from './tcp-client.ts';

/** The environment variable that holds the password of every port in tests. */
export const PASSWORD_ENV = 'WARMLINE_TEST_ORDER_PASSWORD';
process.env[PASSWORD_ENV] = 'secret';

const CONFIG = (sim: string, ports: string): string => `
venue: test
protocol: nasdaq
feeds:
  - name: itch
    heartbeat: 50ms
    lines: [{ name: A, address: 127.0.0.1, port: 9 }]
sim:
  symbols: 4
  endOfSession: 20ms
  messagesPerSecond: 20000
  ${sim}
  orders:
${ports}
`;

/** One port with two mirror hosts, one with a host of its own, a drop copy. */
export const PORTS = `
    behaviour: { heartbeat: 50ms, secondLogin: displaces }
    ports:
      - name: P1
        username: P1
        passwordEnv: ${PASSWORD_ENV}
        hosts: [{ name: a, address: 127.0.0.1, port: 1 }, { name: b, address: 127.0.0.1, port: 2 }]
      - name: P2
        protocol: ouch42
        username: P2
        passwordEnv: ${PASSWORD_ENV}
        hosts: [{ name: c, address: 127.0.0.1, port: 3 }]
    dropCopies:
      - { name: copy, address: 127.0.0.1, port: 4, username: copy, passwordEnv: ${PASSWORD_ENV} }
`;

/** Units by which the market of {@link CONFIG} is open and busy. */
const BUSY_UNITS = 3000;
const POLL_MS = 5;

/** A running simulator with an order side, on ports of the kernel's choice, whose market has opened. */
export class TradingSimulator {
  readonly simulator: Simulator;
  readonly #clients: TcpClient[] = [];

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  static async start(sim = '', ports = PORTS, overrides: SimulatorOverrides = {}): Promise<TradingSimulator> {
    const simulator = createSimulator(parseConfig(CONFIG(sim, ports), 'test.yaml'), {
      ephemeralPorts: true,
      ...overrides,
    });
    await simulator.start();
    const { store } = simulator.feeds[0];
    while (store.next < BUSY_UNITS) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return new TradingSimulator(simulator);
  }

  /** The process that a host's clients are connected to. */
  pid(host: string): number {
    return this.simulator.ports.orders![host].pid;
  }

  async connect(host: string, protocol: 'ouch50' | 'ouch42' = 'ouch50'): Promise<TcpClient> {
    const client = await TcpClient.connect(this.simulator.ports.orders![host].port, protocol);
    this.#clients.push(client);
    return client;
  }

  fault(text: string): void {
    this.simulator.addFault(text);
  }

  async stop(): Promise<void> {
    await this.simulator.stop();
    for (const { socket } of this.#clients) socket.destroy();
  }
}
