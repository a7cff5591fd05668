import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, parseDocument } from 'yaml';
import type { CapturedStream } from './demo-capture.ts';

/** What may differ from the example's config. */
export interface DemoChanges {
  readonly policy?: string;
  readonly rate?: number;
  readonly seed?: number;
  readonly layout?: string;
  readonly idle?: string;
  readonly io?: string;
  /** The venue plays a capture. */
  readonly recorded?: boolean;
  /** The venue is a CME channel with these lines in the capture that is played. */
  readonly cmeLines?: readonly CapturedStream[];
}

/** The config that both halves of the demo read. */
export interface DemoConfig {
  readonly path: string;
  /** Said to the user where something is not as in the example. */
  readonly notes: readonly string[];
  remove(): void;
}

const EXAMPLE = fileURLToPath(new URL('../../deploy/examples/nasdaq-sim.yaml', import.meta.url));

/** Ports of the example: where they stand, and over which transport they are used. */
const PORTS: readonly { readonly path: readonly (string | number)[]; readonly transport: 'udp' | 'tcp' }[] = [
  { path: ['feeds', 0, 'lines', 0, 'port'], transport: 'udp' },
  { path: ['feeds', 0, 'lines', 1, 'port'], transport: 'udp' },
  { path: ['feeds', 0, 'retransmit', 'servers', 0, 'port'], transport: 'udp' },
  { path: ['feeds', 0, 'snapshot', 'port'], transport: 'tcp' },
  { path: ['sim', 'controlPort'], transport: 'tcp' },
  { path: ['api', 'port'], transport: 'tcp' },
  { path: ['orders', 'groups', 0, 'ports', 0, 'hosts', 0, 'port'], transport: 'tcp' },
  { path: ['orders', 'groups', 0, 'ports', 1, 'hosts', 0, 'port'], transport: 'tcp' },
  { path: ['orders', 'dropCopy', 'port'], transport: 'tcp' },
];

/** Files that the example names by paths relative to itself. */
const FILES: readonly (readonly (string | number)[])[] = [
  ['strategies', 0, 'module'],
  ['feeds', 0, 'snapshot', 'passwordFile'],
  ['orders', 'groups', 0, 'ports', 0, 'passwordFile'],
  ['orders', 'groups', 0, 'ports', 1, 'passwordFile'],
  ['orders', 'dropCopy', 'passwordFile'],
];

/**
 * Writes the demo's config: the example with the changes asked for, and with other ports where the example's are in
 * use, so that two demos run side by side.
 */
export async function writeDemoConfig(changes: DemoChanges): Promise<DemoConfig> {
  const document = parseDocument(readFileSync(EXAMPLE, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'warmline-demo-'));
  const notes: string[] = [];
  for (const { path, transport } of PORTS) {
    const port = document.getIn(path) as number;
    if (await isFree(port, transport)) continue;
    const other = await freePort(transport);
    document.setIn(path, other);
    notes.push(
      `port ${port} is in use: ${path.at(-1) === 'controlPort' ? 'control port' : path.join('.')} is ${other}`,
    );
  }
  // the config moves to a folder of its own: what it names by relative paths does not
  for (const path of FILES) document.setIn(path, resolve(dirname(EXAMPLE), document.getIn(path) as string));
  // every demo is a day of its own: its journal goes with it
  document.setIn(['orders', 'directory'], join(folder, 'orders'));
  document.setIn(['flightRecorder', 'directory'], resolve('flight'));
  if (changes.recorded === true) tradeNothing(document);
  if (changes.cmeLines !== undefined) playCme(document, changes.cmeLines);
  if (changes.policy !== undefined) document.setIn(['feeds', 0, 'policy'], changes.policy);
  if (changes.rate !== undefined) document.setIn(['sim', 'messagesPerSecond'], changes.rate);
  if (changes.seed !== undefined) document.setIn(['sim', 'seed'], changes.seed);
  if (changes.layout !== undefined) document.setIn(['threads', 'layout'], changes.layout);
  if (changes.idle !== undefined) document.setIn(['threads', 'idle'], changes.idle);
  if (changes.io !== undefined) document.setIn(['io', 'mode'], changes.io);
  const path = join(folder, 'demo.yaml');
  writeFileSync(path, String(document));
  return { path, notes, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What is recorded can't be traded in: the sample that only looks takes the place of the one that trades. */
function tradeNothing(document: Document): void {
  document.delete('orders');
  document.deleteIn(['sim', 'orders']);
  document.delete('strategies');
  document.set('strategy', resolve(dirname(EXAMPLE), 'spread-watcher.ts'));
}

/** The example's lines carry a CME channel instead: nothing but the other line can fill its gaps. */
function playCme(document: Document, lines: readonly CapturedStream[]): void {
  document.set('venue', 'cme-sim');
  document.set('protocol', 'cme');
  document.setIn(['feeds', 0, 'name'], 'channel');
  for (const key of ['retransmit', 'snapshot']) document.deleteIn(['feeds', 0, key]);
  if (lines.length === 1) document.deleteIn(['feeds', 0, 'lines', 1]);
}

async function isFree(port: number, transport: 'udp' | 'tcp'): Promise<boolean> {
  try {
    await bindOnce(port, transport);
    return true;
  } catch {
    return false;
  }
}

function freePort(transport: 'udp' | 'tcp'): Promise<number> {
  return bindOnce(0, transport);
}

/** Binds a port of 127.0.0.1 and lets it go. @returns the port */
async function bindOnce(port: number, transport: 'udp' | 'tcp'): Promise<number> {
  if (transport === 'udp') {
    const socket = createSocket('udp4');
    try {
      socket.bind(port, '127.0.0.1');
      await once(socket, 'listening');
      return socket.address().port;
    } finally {
      socket.close();
    }
  }
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as { port: number }).port;
  server.close();
  await once(server, 'close');
  return bound;
}
