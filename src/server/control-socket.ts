import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Hub, type HubClient, type Operation } from './hub.ts';

/**
 * The socket by which `warmline ctl` reaches a running router: actions and their refusals as the API has them, over a Unix
 * socket instead of the network. It needs neither API nor token: who may enter the runtime directory is the router's own
 * user (or root), and could end the process as well. A line of JSON each way; the first one says who asks.
 */
const OWN_ALONE = 0o600;
const MOST_CONNECTIONS = 16;
const LONGEST_LINE_BYTES = 16_384;
/** A connection that says nothing for so long is closed. */
const IDLE_MS = 60_000;
const LONGEST_NAME = 64;
const LAST_WORDS_MS = 500;

/** Listens for one router. */
export class ControlSocket {
  readonly path: string;
  private readonly server: Server;
  private readonly open = new Set<Socket>();

  private constructor(path: string, hub: Hub) {
    this.path = path;
    this.server = createServer((socket) => this.serve(socket, hub));
    this.server.maxConnections = MOST_CONNECTIONS;
    this.server.unref();
  }

  /** @returns it, or in words why there is none: the router goes on without */
  static async listen(path: string, operations: ReadonlyMap<string, Operation>): Promise<ControlSocket | string> {
    const control = new ControlSocket(path, new Hub(() => undefined, operations));
    rmSync(path, { force: true });
    try {
      await new Promise<void>((resolve, reject) => {
        control.server.once('error', reject);
        control.server.listen(path, () => resolve());
      });
      chmodSync(path, OWN_ALONE);
      return control;
    } catch (error) {
      control.close();
      return `${path} can't be listened on (${(error as NodeJS.ErrnoException).code})`;
    }
  }

  /** May be called twice. */
  close(): void {
    this.server.close();
    for (const socket of this.open) {
      // what was answered still arrives
      socket.end();
      setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
    }
    rmSync(this.path, { force: true });
  }

  private serve(socket: Socket, hub: Hub): void {
    this.open.add(socket);
    socket.unref();
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // who asks and goes away before the answer is no fault of ours
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.open.delete(socket));
    boundLines(socket);
    let client: HubClient | undefined;
    const lines = createInterface({ input: socket });
    // it tells the socket's errors again
    lines.on('error', () => {});
    lines.on('line', (line) => {
      if (!socket.writable) return;
      if (client !== undefined) {
        void hub.message(client, line);
        return;
      }
      const name = nameIn(line);
      if (name === undefined)
        socket.end('{"type":"error","code":"malformed","message":"the first line says who asks"}\n');
      else client = clientOf(socket, name);
    });
  }
}

/** A line that does not end must not fill the memory. */
function boundLines(socket: Socket): void {
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    const end = chunk.lastIndexOf('\n');
    length = end < 0 ? length + chunk.length : chunk.length - end - 1;
    if (length > LONGEST_LINE_BYTES || chunk.length > LONGEST_LINE_BYTES * MOST_CONNECTIONS) socket.destroy();
  });
}

function clientOf(socket: Socket, name: string): HubClient {
  return {
    identity: { name, role: 'operate' },
    ready: true,
    send: (text) => {
      if (socket.writable) socket.write(`${text}\n`);
    },
    close: () => socket.end(),
  };
}

/** Who says that they ask: `{"by":"ann"}`. */
function nameIn(line: string): string | undefined {
  try {
    const { by } = JSON.parse(line) as { by?: unknown };
    if (typeof by !== 'string') return undefined;
    const name = by.replace(/[^\x20-\x7e]/g, '').trim();
    return name === '' || name.length > LONGEST_NAME ? undefined : name;
  } catch {
    return undefined;
  }
}
