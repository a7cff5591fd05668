import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeTcpPort, PASSWORD_ENV, TradingHost, type TradingOptions } from '../../gateway/testing/trading-host.ts';
import { newToken } from '../../server/security.ts';
import type { StatusModel } from '../../status/status-model.ts';
import { CommandProcess, runCommand } from './command.ts';

/** A simulated venue in this process, and a router that trades there as `warmline run` starts it: steered from outside. */
export class SteeredRouter {
  readonly venue = new TradingHost();
  /** Token of `olga`, who may operate, and of `tom`, who may trade. */
  readonly tokens = { olga: newToken(), tom: newToken() };
  api = '';
  router!: CommandProcess;

  async start(options: TradingOptions): Promise<this> {
    const { folder } = this.venue;
    const runtime = join(folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    process.env.WARMLINE_RUNTIME_DIRECTORY = runtime;
    const tokens = join(folder, 'tokens');
    const { olga, tom } = this.tokens;
    writeFileSync(tokens, `olga operate ${olga}\ntom trade ${tom}\n`, { mode: 0o600 });
    const port = await freeTcpPort();
    this.api = `http://127.0.0.1:${port}`;
    const more = [
      `api: { port: ${port}, tokens: ${tokens}, every: 20ms }`,
      `flightRecorder: { directory: ${join(folder, 'flight')}, onIncident: false }`,
      ...(options.more ?? []),
    ];
    await this.venue.prepare({ ...options, more });
    await this.startRouter();
    return this;
  }

  async startRouter(): Promise<void> {
    process.env[PASSWORD_ENV] = 'secret';
    this.router = new CommandProcess(['run', this.venue.path]);
    await this.router.said(/dashboard http/);
  }

  /** Ends it, as systemd would. */
  async stopRouter(): Promise<void> {
    this.router.signal('SIGTERM');
    await this.router.exited;
  }

  ctl(...args: string[]) {
    return runCommand(['ctl', ...args]);
  }

  /** What the dashboard would be told. */
  async status(): Promise<StatusModel> {
    const socket = new WebSocket(`${this.api.replace('http', 'ws')}/api`, ['warmline.v1', `token.${this.tokens.olga}`]);
    try {
      return await new Promise((resolve, reject) => {
        socket.onerror = () => reject(new Error('no connection to the API'));
        socket.onopen = () => socket.send('{"op":"subscribe","channel":"status"}');
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { type: string; data: StatusModel };
          if (message.type === 'snapshot') resolve(message.data);
        };
      });
    } finally {
      socket.close();
    }
  }

  /** Asks over the API, as a button does. @returns the answer, refusals too */
  async ask(request: object, token = this.tokens.olga): Promise<Record<string, unknown>> {
    const socket = new WebSocket(`${this.api.replace('http', 'ws')}/api`, ['warmline.v1', `token.${token}`]);
    try {
      return await new Promise((resolve, reject) => {
        socket.onerror = () => reject(new Error('no connection to the API'));
        socket.onopen = () => socket.send(JSON.stringify({ ...request, id: 1 }));
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as Record<string, unknown>;
          if (message.id === 1) resolve(message);
        };
      });
    } finally {
      socket.close();
    }
  }

  /** Waits until the status is as wanted. */
  async until(what: string, wanted: (status: StatusModel) => boolean): Promise<StatusModel> {
    for (let tries = 0; tries < TRIES; tries++) {
      const status = await this.status();
      if (wanted(status)) return status;
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    throw new Error(
      `not in time: ${what}\n${JSON.stringify((await this.status()).orders, null, 1)}\n${this.router.stderr}`,
    );
  }

  /** What operators did, by the journal: `line.switch feed=itch line=A, by ann (a drill): …`. */
  async journalled(): Promise<string[]> {
    const { stdout } = await runCommand(['journal', 'timeline', join(this.venue.folder, 'orders')]);
    const told = stdout.split('\n').filter((line) => line.includes('operator '));
    return told.map((line) => line.replace(/^.*operator /, ''));
  }

  async close(): Promise<void> {
    this.router?.signal('SIGKILL');
    await this.router?.exited;
    await this.venue.close();
    delete process.env.WARMLINE_RUNTIME_DIRECTORY;
  }
}

const ASK_MS = 50;
const TRIES = 600;
