/** As much of `ws` as the twin of `api-fanout` uses: the package has no types of its own. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { AddressInfo } from 'node:net';

  export class WebSocket extends EventEmitter {
    /** Bytes that the kernel has not taken yet. */
    readonly bufferedAmount: number;
    send(data: string | Buffer, options?: { readonly binary?: boolean }): void;
  }

  export class WebSocketServer extends EventEmitter<{ connection: [WebSocket]; listening: [] }> {
    readonly clients: ReadonlySet<WebSocket>;
    constructor(options: { readonly host: string; readonly port: number; readonly maxPayload?: number });
    address(): AddressInfo;
  }
}
