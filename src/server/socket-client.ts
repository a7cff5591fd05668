import type { WebSocket } from 'uWebSockets.js';
import type { HubClient } from './hub.ts';
import type { Identity } from './security.ts';

/** What stands with each WebSocket. */
export interface Connection {
  readonly address: string;
  readonly identity: Identity;
  /** Of the token that it came with; undefined: it showed none. */
  readonly tokenHash: Buffer | undefined;
  client?: SocketClient;
  /** Messages that came too fast, without one in between that did not. */
  tooFast: number;
}

/** Beyond so many times the backlog a client is cut off: it asks and asks, and takes no answer. */
const MOST_BACKLOGS = 4;

/** A WebSocket as the hub sees it. */
export class SocketClient implements HubClient {
  readonly identity: Identity;
  readonly tokenHash: Buffer | undefined;
  /** When it last took what it was sent, in ms. */
  tookMs: number;
  open = true;
  /** It was told that it goes. */
  said = false;
  private readonly socket: WebSocket<Connection>;
  private readonly backlogBytes: number;

  constructor(socket: WebSocket<Connection>, connection: Connection, backlogBytes: number, nowMs: number) {
    this.socket = socket;
    this.identity = connection.identity;
    this.tokenHash = connection.tokenHash;
    this.backlogBytes = backlogBytes;
    this.tookMs = nowMs;
  }

  get buffered(): number {
    return this.open ? this.socket.getBufferedAmount() : 0;
  }

  get ready(): boolean {
    return this.open && this.socket.getBufferedAmount() < this.backlogBytes;
  }

  send(text: string): void {
    if (!this.open) return;
    if (this.socket.getBufferedAmount() > this.backlogBytes * MOST_BACKLOGS) this.cutOff();
    else this.socket.send(text);
  }

  /** Without a goodbye, which would wait behind what is not taken. */
  cutOff(): void {
    if (this.open) this.socket.close();
  }

  close(code: number, reason: string): void {
    if (this.open) this.socket.end(code, reason);
  }
}
