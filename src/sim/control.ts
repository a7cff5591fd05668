import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { SimulatorError } from './simulator-error.ts';

/**
 * The control channel of a running simulator: TCP on 127.0.0.1, one JSON object a line each way.
 *
 * | request | what it does |
 * |---|---|
 * | `{"op":"fault","faults":["A:drop=0.01"]}` | puts faults in force; the reply names their `ids` |
 * | `{"op":"clear","feed":…,"target":…,"kind":…,"id":…}` | takes faults out of force: those that match, or all |
 * | `{"op":"list"}` | the faults in force or to come |
 * | `{"op":"stats"}` | what was published, per feed and line |
 * | `{"op":"orders","account":…}` | what members hold, have open and have traded; where ports stand |
 *
 * A reply has `ok`, and `error` where that is false.
 */
export type ControlRequest =
  | { readonly op: 'fault'; readonly faults: readonly string[] }
  | {
      readonly op: 'clear';
      readonly feed?: string;
      readonly target?: string;
      readonly kind?: string;
      readonly id?: number;
    }
  | { readonly op: 'list' }
  | { readonly op: 'stats' }
  | { readonly op: 'orders'; readonly account?: string };

export type ControlReply =
  | { readonly ok: true; readonly [key: string]: unknown }
  | { readonly ok: false; readonly error: string };

export type ControlHandler = (request: ControlRequest) => ControlReply;

const LOOPBACK = '127.0.0.1';
/** A longer line is no request. */
const MAX_REQUEST_BYTES = 65_536;
/** What a venue knows of a long day with many orders. */
const MAX_REPLY_BYTES = 1 << 28;
const CLIENT_TIMEOUT_MS = 3000;

/** Listens for requests. Only this host can connect. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(handler: ControlHandler) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      readLines(socket, MAX_REQUEST_BYTES, (line) => {
        socket.write(`${JSON.stringify(answer(handler, line))}\n`);
      });
    });
  }

  /** @param port 0 lets the kernel choose. @returns the port */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(new SimulatorError(`control channel cannot listen on ${LOOPBACK}:${port}: ${error.message}`));
      });
      this.#server.listen({ host: LOOPBACK, port }, () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/**
 * Asks a running simulator.
 * @throws {SimulatorError} if none answers there
 */
export function askSimulator(port: number, request: ControlRequest): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: LOOPBACK, port });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(
        new SimulatorError(
          `no simulator answers on ${LOOPBACK}:${port} (${reason}): is it running, and on this control port?`,
        ),
      );
    };
    socket.setTimeout(CLIENT_TIMEOUT_MS, () => fail('no reply'));
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.on('close', () => fail('connection closed'));
    readLines(socket, MAX_REPLY_BYTES, (line) => {
      socket.removeAllListeners('close');
      socket.end();
      try {
        resolve(JSON.parse(line) as ControlReply);
      } catch {
        fail('its reply is no JSON');
      }
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}

function answer(handler: ControlHandler, line: string): ControlReply {
  try {
    return handler(JSON.parse(line) as ControlRequest);
  } catch (error) {
    return { ok: false, error: error instanceof SyntaxError ? `not JSON: ${error.message}` : (error as Error).message };
  }
}

function readLines(socket: Socket, maxBytes: number, onLine: (line: string) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    pending += text;
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end).trim();
      pending = pending.slice(end + 1);
      if (line !== '') onLine(line);
    }
    if (pending.length > maxBytes) socket.destroy();
  });
}
