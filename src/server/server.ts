import type { HttpRequest, HttpResponse, TemplatedApp, us_listen_socket, WebSocket } from 'uWebSockets.js';
import { readFileSync } from 'node:fs';
import type { ApiConfig } from '../config/api-schema.ts';
import type { Asset } from './assets.ts';
import { answerHealth, mayBeAborted, reply, TOO_MANY } from './http-replies.ts';
import type { Hub } from './hub.ts';
import { type ClientLimits, PeerLimits } from './limits.ts';
import { METRICS_CONTENT_TYPE } from './metrics.ts';
import {
  AllowedHosts,
  ANONYMOUS,
  ANONYMOUS_VIEW,
  bearer,
  hashOf,
  type Identity,
  isLoopback,
  mayDo,
  NOBODY,
  type Role,
  type Tokens,
} from './security.ts';
import { type Connection, SocketClient } from './socket-client.ts';
import { loadUws, type Uws } from './uws.ts';

/** What the server serves; everything behind it reads shared memory and never waits. */
export interface ApiContent {
  readonly hub: Hub;
  readonly assets: ReadonlyMap<string, Asset>;
  /** Text for Prometheus. */
  metrics(): string;
  /** Whether the process does its work at all, and whether it is fit to trade with: each with why not. */
  health(): { readonly alive: readonly string[]; readonly ready: readonly string[] };
}

/** What the server has counted of itself. */
export interface ApiCounts {
  requests: number;
  refusedRequests: number;
  failedLogins: number;
  connectionsRefused: number;
  slowDisconnects: number;
}

const NS_PER_MS = 1e6;
const MS_PER_SECOND = 1000;
const TICKS_PER_SLOW_CHECK = 4;
/** Codes of RFC 6455 and the register behind it. */
const CloseCode = { goingAway: 1001, policy: 1008, tryLater: 1013 } as const;
/** A browser can't set headers of a WebSocket: the token travels as a subprotocol beside ours. */
const SUBPROTOCOL = 'warmline.v1';
const TOKEN_SUBPROTOCOL = /^token\.([\w-]+)$/;

/** HTTP connections at once, whoever's: they take file descriptors that sessions and lines need too. */
const HTTP_CONNECTIONS = 256;

/**
 * The one port: dashboard, metrics, health and the WebSocket API. Main thread only (a worker that ends with a listen socket
 * open aborts the process). Every request is checked in the same order: token, rate (the
 * token's, or the address's where there is none), host, origin, role.
 */
export class ApiServer {
  readonly counts: ApiCounts = {
    requests: 0,
    refusedRequests: 0,
    failedLogins: 0,
    connectionsRefused: 0,
    slowDisconnects: 0,
  };
  private readonly uws: Uws;
  private config: ApiConfig;
  private readonly content: ApiContent;
  private tokens: Tokens;
  private readonly hosts: AllowedHosts;
  private readonly peers: PeerLimits;
  private readonly app: TemplatedApp;
  private readonly clients = new Set<SocketClient>();
  private readonly anonymous: Identity;
  /** Connections that are no WebSocket (yet). */
  private httpConnections = 0;
  private refusing = false;
  private socket: us_listen_socket | undefined = undefined;
  private ticker: NodeJS.Timeout | undefined = undefined;
  private ticks = 0;
  /** TCP port it listens on. */
  port = 0;

  private constructor(uws: Uws, config: ApiConfig, content: ApiContent, tokens: Tokens) {
    this.uws = uws;
    this.config = config;
    this.content = content;
    this.tokens = tokens;
    this.hosts = new AllowedHosts(config.address, config.hosts);
    this.peers = new PeerLimits(clientLimits(config));
    // On loopback anybody may look; beyond it nobody without a token.
    this.anonymous = isLoopback(config.address) ? ANONYMOUS_VIEW : NOBODY;
    this.app =
      config.tls === undefined
        ? uws.App()
        : uws.SSLApp({ key_file_name: config.tls.key, cert_file_name: config.tls.certificate });
    this.route();
  }

  /**
   * Listens.
   * @returns the server, or in words why there is none: the router goes on without it
   */
  static async start(config: ApiConfig, content: ApiContent, tokens: Tokens): Promise<ApiServer | string> {
    const uws = await loadUws();
    if (typeof uws === 'string') return uws;
    if (config.tls !== undefined) {
      for (const file of [config.tls.certificate, config.tls.key]) {
        try {
          readFileSync(file);
        } catch (error) {
          return `${file} can't be read (${(error as NodeJS.ErrnoException).code})`;
        }
      }
    }
    const server = new ApiServer(uws, config, content, tokens);
    return server.listen();
  }

  /** Where it is reached. */
  get url(): string {
    return `http${this.config.tls === undefined ? '' : 's'}://${this.config.address}:${this.port}/`;
  }

  /** WebSocket clients. */
  get connections(): number {
    return this.clients.size;
  }

  /** Other limits and tokens from now on. Whoever came with a token that is gone, or has another role now, has to go. */
  adopt(config: ApiConfig, tokens: Tokens): void {
    this.config = config;
    this.tokens = tokens;
    this.peers.adopt(clientLimits(config), now());
    for (const client of [...this.clients]) {
      const { tokenHash, identity } = client;
      if (tokenHash === undefined) continue;
      const known = tokens.identifyHash(tokenHash);
      if (known?.name !== identity.name || known.role !== identity.role)
        client.close(CloseCode.policy, 'its token is no longer what it was');
    }
  }

  /** Closes everything. May be called twice. */
  close(): void {
    clearInterval(this.ticker);
    if (this.socket !== undefined) this.uws.us_listen_socket_close(this.socket);
    this.socket = undefined;
    for (const client of this.clients) client.close(CloseCode.goingAway, 'the router stops');
    this.app.close();
  }

  private listen(): Promise<ApiServer | string> {
    const { address, port } = this.config;
    return new Promise((resolve) => {
      this.app.listen(address, port, (socket) => {
        if (socket === false) {
          resolve(`${address}:${port} can't be listened on: another process has it, or this host has no such address`);
          return;
        }
        this.socket = socket;
        this.port = this.uws.us_socket_local_port(socket);
        this.ticker = setInterval(() => this.tick(), this.config.everyNs / NS_PER_MS);
        resolve(this);
      });
    });
  }

  private tick(): void {
    this.content.hub.tick();
    if (++this.ticks % TICKS_PER_SLOW_CHECK !== 0) return;
    const nowMs = now();
    for (const client of this.clients) {
      if (client.buffered === 0) client.tookMs = nowMs;
      else if (nowMs - client.tookMs > this.config.limits.slowForNs / NS_PER_MS) {
        this.counts.slowDisconnects++;
        client.close(CloseCode.tryLater, 'too slow: nothing was taken for too long');
        // the goodbye waits behind the rest: who does not take that either is gone at the next look
        if (client.said) client.cutOff();
        client.said = true;
      }
    }
  }

  /** Connections are counted from their first moment: a request that never ends is one too. */
  private watchConnections(): void {
    const watch = (response: HttpResponse, change: number): void => {
      if (this.refusing) return; // the end of one that was never counted
      this.httpConnections += change;
      if (change < 0 || this.httpConnections <= HTTP_CONNECTIONS) return;
      this.httpConnections -= change;
      this.counts.connectionsRefused++;
      this.refusing = true;
      response.close();
      this.refusing = false;
    };
    this.app.filter(watch);
  }

  private route(): void {
    const { content } = this;
    this.watchConnections();
    this.app.ws<Connection>('/api', {
      maxPayloadLength: this.config.limits.messageBytes,
      idleTimeout: Math.round(this.config.limits.idleNs / NS_PER_MS / MS_PER_SECOND / 4) * 4,
      maxBackpressure: 0, // never dropped by the library: who is slow is skipped before it is sent anything
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => this.upgrade(response, request, context),
      open: (socket) => this.opened(socket),
      message: (socket, message, isBinary) => this.message(socket, message, isBinary),
      close: (socket) => this.closed(socket),
    });
    this.get('/metrics', 'view', (response) => reply(response, '200 OK', METRICS_CONTENT_TYPE, content.metrics()));
    this.get('/healthz', 'none', (response) => answerHealth(response, content.health().alive));
    this.get('/readyz', 'none', (response) => answerHealth(response, content.health().ready));
    // The page itself tells nobody anything: what it shows comes over the API, which asks for the token.
    this.get('/*', 'none', (response, request) => this.asset(response, request));
    this.app.any('/*', (response) => {
      this.counts.refusedRequests++;
      reply(response, '405 Method Not Allowed', 'text/plain', 'only GET\n');
    });
  }

  private get(path: string, role: Role, handler: (response: HttpResponse, request: HttpRequest) => void): void {
    this.app.get(path, (response, request) => {
      this.counts.requests++;
      const refusal = this.examine(response, request, role);
      if (refusal === undefined) handler(response, request);
      else {
        this.counts.refusedRequests++;
        reply(response, refusal, 'text/plain', `${refusal}\n`);
      }
    });
  }

  /** @returns the status that refuses it, or undefined */
  private examine(response: HttpResponse, request: HttpRequest, role: Role): string | undefined {
    const identity = this.admit(response, request, bearer(request.getHeader('authorization')));
    if (typeof identity === 'string') return identity;
    return mayDo(identity.role, role) ? undefined : '401 Unauthorized';
  }

  /** Who asks, if they may at all: host, origin, token, rate. @returns the identity, or the status that refuses it */
  private admit(response: HttpResponse, request: HttpRequest, token: string): Identity | string {
    const address = addressOf(response);
    const nowMs = now();
    const host = request.getHeader('host');
    const identity = this.identify(address, token, nowMs);
    const isWrong = typeof identity === 'string';
    if (!this.peers.request(isWrong ? address : payerOf(identity, address), nowMs)) return TOO_MANY;
    if (!this.hosts.host(host)) return '421 Misdirected Request';
    if (!this.hosts.origin(request.getHeader('origin'), host)) return '403 Forbidden';
    return identity;
  }

  /** @returns who it is, or the status that refuses it */
  private identify(address: string, token: string, nowMs: number): Identity | string {
    if (token === '') return this.anonymous;
    const identity = this.tokens.identify(token);
    // others' wrong guesses never keep out who has a right one: 128 bits and more are not guessed
    if (identity !== undefined) return identity;
    if (!this.peers.mayLogIn(address, nowMs)) return TOO_MANY;
    this.counts.failedLogins++;
    this.peers.loginFailed(address, nowMs);
    return '401 Unauthorized';
  }

  private asset(response: HttpResponse, request: HttpRequest): void {
    const asset = this.content.assets.get(request.getUrl());
    if (asset === undefined) {
      reply(response, '404 Not Found', 'text/plain', 'there is no such page\n');
      return;
    }
    if (request.getHeader('if-none-match') === asset.etag) {
      mayBeAborted(response);
      response.cork(() => response.writeStatus('304 Not Modified').endWithoutBody());
      return;
    }
    reply(response, '200 OK', asset.contentType, asset.body, [
      ['ETag', asset.etag],
      ['Cache-Control', 'no-cache'],
    ]);
  }

  private upgrade(response: HttpResponse, request: HttpRequest, context: Parameters<HttpResponse['upgrade']>[4]): void {
    this.counts.requests++;
    const address = addressOf(response);
    const offered = request
      .getHeader('sec-websocket-protocol')
      .split(',')
      .map((name) => name.trim());
    const token = bearer(request.getHeader('authorization')) || tokenIn(offered);
    const identity = this.admit(response, request, token);
    if (typeof identity === 'string' || !mayDo(identity.role, 'view')) {
      this.counts.refusedRequests++;
      const status = typeof identity === 'string' ? identity : '401 Unauthorized';
      reply(response, status, 'text/plain', `${status}\n`);
      return;
    }
    if (!this.peers.opened(address, now())) {
      this.counts.connectionsRefused++;
      reply(response, '503 Service Unavailable', 'text/plain', 'too many connections\n');
      return;
    }
    this.httpConnections--; // the library tells of its end as a WebSocket's
    response.upgrade<Connection>(
      { address, identity, tokenHash: token === '' ? undefined : hashOf(token), tooFast: 0 },
      request.getHeader('sec-websocket-key'),
      offered.includes(SUBPROTOCOL) ? SUBPROTOCOL : '',
      request.getHeader('sec-websocket-extensions'),
      context,
    );
  }

  private opened(socket: WebSocket<Connection>): void {
    const connection = socket.getUserData();
    const client = new SocketClient(socket, connection, this.config.limits.backlogBytes, now());
    connection.client = client;
    this.clients.add(client);
    this.content.hub.opened(client);
  }

  private message(socket: WebSocket<Connection>, message: ArrayBuffer, isBinary: boolean): void {
    const connection = socket.getUserData();
    const { address, client, identity } = connection;
    if (client === undefined) return;
    if (isBinary) {
      client.close(CloseCode.policy, 'messages are text');
      return;
    }
    const text = Buffer.from(message).toString('utf8');
    if (this.peers.request(payerOf(identity, address), now())) {
      connection.tooFast = 0;
      void this.content.hub.message(client, text);
    } else if (++connection.tooFast > this.config.limits.burst) {
      client.close(CloseCode.policy, 'too many messages, and no end of it');
    } else {
      this.content.hub.refuse(client, text, 'too-fast', 'too many messages: nothing was done about this one');
    }
  }

  private closed(socket: WebSocket<Connection>): void {
    const { address, client } = socket.getUserData();
    this.peers.closed(address);
    if (client === undefined) return;
    client.open = false;
    this.clients.delete(client);
    this.content.hub.closed(client);
  }
}

function clientLimits({ limits }: ApiConfig): ClientLimits {
  return {
    maxConnections: limits.connections,
    maxConnectionsPerAddress: limits.connectionsPerAddress,
    requestsPerSecond: limits.requestsPerSecond,
    requestBurst: limits.burst,
    failedLoginsPerMinute: limits.failedLoginsPerMinute,
  };
}

function now(): number {
  return performance.now();
}

/** Whose bucket a request is taken from: an attacker's address never uses up what is a token's. */
function payerOf({ name }: Identity, address: string): string {
  return name === ANONYMOUS ? address : `token ${name}`;
}

function addressOf(response: HttpResponse): string {
  return Buffer.from(response.getRemoteAddressAsText()).toString('latin1');
}

function tokenIn(offered: readonly string[]): string {
  for (const name of offered) {
    const match = TOKEN_SUBPROTOCOL.exec(name);
    if (match !== null) return match[1];
  }
  return '';
}
