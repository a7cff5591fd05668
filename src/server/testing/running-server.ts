import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiConfig, apiSection } from '../../config/api-schema.ts';
import type { Asset } from '../assets.ts';
import { Hub } from '../hub.ts';
import { LogChannel } from '../log-channel.ts';
import { newToken, Tokens } from '../security.ts';
import { type ApiContent, ApiServer } from '../server.ts';
import { StateChannel } from '../state-channel.ts';

export const TOKENS = { view: newToken(), trade: newToken(), operate: newToken() };
const TOKEN_TEXT = Object.entries(TOKENS)
  .map(([role, token]) => `${role} ${role} ${token}`)
  .join('\n');

const open: ApiServer[] = [];
export const sockets: (WebSocket | Socket)[] = [];
/** Ends what a test has opened. */
export function closeAll(): void {
  for (const socket of sockets.splice(0)) 'destroy' in socket ? socket.destroy() : socket.close();
  for (const server of open.splice(0)) server.close();
}

export interface Setting {
  readonly server: ApiServer;
  readonly state: Record<string, unknown>;
  readonly log: LogChannel;
  readonly health: { alive: string[]; ready: string[] };
}

export async function start(changes: object = {}, metrics = 'warmline_up 1\n'): Promise<Setting> {
  const state: Record<string, unknown> = { n: 1 };
  const log = new LogChannel('orders', 1000, () => state);
  const health = { alive: [] as string[], ready: [] as string[] };
  const page: Asset = { body: Buffer.from('<!doctype html>'), contentType: 'text/html', etag: '"1"' };
  const status = new StateChannel('status', () => state);
  const content: ApiContent = {
    hub: new Hub((name) => {
      if (name === 'status') return { role: 'view', channel: status };
      return name === 'orders' ? { role: 'trade', channel: log } : undefined;
    }, new Map()),
    assets: new Map([['/', page]]),
    metrics: () => metrics,
    health: () => health,
  };
  const config: ApiConfig = apiSection.parse({ port: 0, every: '10ms', ...changes });
  const server = await ApiServer.start(config, content, Tokens.parse(TOKEN_TEXT, 'tokens'));
  if (typeof server === 'string') throw new Error(server);
  open.push(server);
  return { server, state, log, health };
}

/** A request with any headers, as `fetch` would not send them. */
export async function ask(server: ApiServer, path: string, headers: Record<string, string> = {}, method = 'GET') {
  const sent = request({ host: '127.0.0.1', port: server.port, path, method, headers });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode as number, headers: response.headers as Record<string, string>, body };
}

export async function client(server: ApiServer, token?: string) {
  const protocols = ['warmline.v1', ...(token === undefined ? [] : [`token.${token}`])];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/api`, protocols);
  sockets.push(socket);
  const messages: Record<string, unknown>[] = [];
  const waiting: (() => void)[] = [];
  socket.addEventListener('message', ({ data }) => {
    messages.push(JSON.parse(data as string));
    for (const wake of waiting.splice(0)) wake();
  });
  const until = async (wanted: (message: Record<string, unknown>) => boolean) => {
    for (;;) {
      const found = messages.find(wanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  await once(socket, 'open');
  return { socket, messages, until, say: (message: object) => socket.send(JSON.stringify(message)) };
}

/** A masked text frame of RFC 6455. */
export function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const mask = Buffer.from([1, 2, 3, 4]);
  const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, masked]);
}
