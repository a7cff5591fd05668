import { createConnection, createServer, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';

/**
 * The process of one host ({@link import('./host-process.ts').HostProcess}): listens for clients and hands their bytes
 * on to the matching engine's process, and the answers back. It knows nothing of what it carries.
 */
export interface RelayOptions {
  readonly address: string;
  readonly port: number;
  /** Port on this host at which the engine takes connections. */
  readonly backhaul: number;
}

/** What it tells its parent once: the port that it listens on, or why it can't. */
export interface RelayReport {
  readonly port?: number;
  readonly error?: string;
}

/** Ends one side as the other has ended: in order, or by a reset. */
function tie(from: Socket, to: Socket): void {
  let reset = false;
  from.on('error', (error: NodeJS.ErrnoException) => {
    reset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  });
  from.on('close', () => {
    if (reset) to.resetAndDestroy();
    else to.destroySoon();
  });
  from.pipe(to, { end: false });
}

function relay(client: Socket, backhaul: number): void {
  client.setNoDelay(true);
  const engine = createConnection({ host: '127.0.0.1', port: backhaul });
  engine.setNoDelay(true);
  tie(client, engine);
  tie(engine, client);
}

function main(options: RelayOptions): void {
  const report = (message: RelayReport): void => {
    process.send?.(message);
  };
  const server = createServer((client) => relay(client, options.backhaul));
  server.once('error', (error) => {
    report({ error: error.message });
    process.disconnect();
  });
  server.listen({ host: options.address, port: options.port }, () => {
    report({ port: (server.address() as { port: number }).port });
  });
  // Without its engine it is of no use to anybody.
  process.on('disconnect', () => process.exit());
  // The whole group is told to stop at the terminal; the engine decides when this process ends.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => process.exit());
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(JSON.parse(process.argv[2]) as RelayOptions);
}
