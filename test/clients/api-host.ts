import { writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { CommandProcess } from '../../src/cli/testing/command.ts';
import { freeTcpPort, PASSWORD_ENV, TradingHost } from '../../src/gateway/testing/trading-host.ts';
import { newToken } from '../../src/server/security.ts';

export interface ApiHostOptions {
  /** Of `api.orders`. */
  readonly orders?: string;
  /** Of `api.limits`. */
  readonly limits?: string;
  readonly risk?: string;
}

/** A simulated venue, and a router with its API as a process of its own, as `warmline run` starts it. */
export class ApiHost {
  readonly venue = new TradingHost();
  readonly tokens = { ann: newToken(), bob: newToken(), olga: newToken(), vic: newToken() };
  port = 0;
  router: CommandProcess | undefined = undefined;

  async prepare(options: ApiHostOptions = {}): Promise<this> {
    this.port = await freeTcpPort();
    const { ann, bob, olga, vic } = this.tokens;
    const file = join(this.venue.folder, 'tokens');
    writeFileSync(file, `ann trade ${ann}\nbob trade ${bob}\nolga operate ${olga}\nvic view ${vic}\n`, { mode: 0o600 });
    await this.venue.prepare({
      pair: 'ports',
      noTrader: true,
      more: [
        'api:',
        `  port: ${this.port}`,
        `  tokens: ${file}`,
        '  every: 20ms',
        '  messages: true',
        `  orders: { ${options.orders ?? 'onDisconnect: keep, lostRoute: requote'} }`,
        `  limits: { ${options.limits ?? 'requestsPerSecond: 100000, burst: 100000'} }`,
        'flightRecorder: { onIncident: false }',
      ],
    });
    return this;
  }

  /** Resolves once its API listens and its sessions are logged on. */
  async startRouter(): Promise<void> {
    // the venue in this process has taken it out of the environment, as everybody does who reads it
    process.env[PASSWORD_ENV] = 'secret';
    this.router = new CommandProcess(['run', this.venue.path]);
    await this.router.said(/dashboard http/);
  }

  async killRouter(): Promise<void> {
    this.router?.signal('SIGKILL');
    await this.router?.exited;
  }

  /** The venue's own books: executed and open of the account. */
  truth() {
    return this.venue.simulator.orders!.truth('main').accounts[0];
  }

  async close(): Promise<void> {
    await this.killRouter();
    await this.venue.close();
  }
}

/** A cable between client and router that can be cut, and made slow. */
export class Cable {
  port = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly toClients = new Set<Socket>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async to(port: number): Promise<Cable> {
    const cable = new Cable(createServer((client) => cable.join(client, port)));
    await new Promise<void>((resolve) => cable.server.listen(0, '127.0.0.1', resolve));
    cable.port = (cable.server.address() as { port: number }).port;
    return cable;
  }

  /** Every connection ends as if the cable were pulled and put back. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Nothing comes through to the clients; what is on its way waits. */
  stop(): void {
    for (const socket of this.toClients) socket.pause();
  }

  resume(): void {
    for (const socket of this.toClients) socket.resume();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(client: Socket, port: number): void {
    const router = dial(port, '127.0.0.1');
    this.toClients.add(router);
    for (const [from, to] of [
      [client, router],
      [router, client],
    ]) {
      this.sockets.add(from);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => from.resume());
      from.on('error', () => {});
      from.on('close', () => {
        this.sockets.delete(from);
        this.toClients.delete(from);
        to.destroy();
      });
    }
  }
}
