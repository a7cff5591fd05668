/** A bucket of permits that fills at a steady rate: bounds how often something may happen, bursts included. */
export class TokenBucket {
  private readonly perSecond: number;
  private readonly capacity: number;
  private permits: number;
  private atMs: number;

  /** @param nowMs any steady clock's */
  constructor(perSecond: number, capacity: number, nowMs: number) {
    this.perSecond = perSecond;
    this.capacity = capacity;
    this.permits = capacity;
    this.atMs = nowMs;
  }

  /** @returns true if it may happen now */
  take(nowMs: number): boolean {
    this.permits = Math.min(this.capacity, this.permits + (Math.max(0, nowMs - this.atMs) / 1000) * this.perSecond);
    this.atMs = Math.max(this.atMs, nowMs);
    if (this.permits < 1) return false;
    this.permits -= 1;
    return true;
  }

  /** One is there to be taken. */
  hasPermit(nowMs: number): boolean {
    return this.permits + (Math.max(0, nowMs - this.atMs) / 1000) * this.perSecond >= 1;
  }

  /** Full again: nothing has been taken for as long as it takes to fill. */
  isFull(nowMs: number): boolean {
    return this.permits + (Math.max(0, nowMs - this.atMs) / 1000) * this.perSecond >= this.capacity;
  }
}

export interface ClientLimits {
  /** Connections at once, in all and of one address. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Requests and messages of one address. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Failed logins of one address before it is refused for a while. */
  readonly failedLoginsPerMinute: number;
}

interface Peer {
  connections: number;
  requests: TokenBucket;
  logins: TokenBucket;
}

const SECONDS_PER_MINUTE = 60;

/**
 * Who may connect, ask and log in how often, by address. Memory is bounded: an address without connections is forgotten once
 * its buckets are full again, and beyond {@link MOST_PEERS} addresses nobody new is let in.
 */
export class PeerLimits {
  static readonly MOST_PEERS = 10_000;
  /** Refusals so far. */
  refused = 0;
  connections = 0;
  private limits: ClientLimits;
  private readonly peers = new Map<string, Peer>();

  constructor(limits: ClientLimits) {
    this.limits = limits;
  }

  /** Other limits from now on. Connections that are open stay, even where they are too many now. */
  adopt(limits: ClientLimits, nowMs: number): void {
    this.limits = limits;
    for (const peer of this.peers.values()) Object.assign(peer, this.buckets(nowMs));
  }

  /** A connection is opened. @returns false where it is one too many; {@link closed} follows only after true */
  opened(address: string, nowMs: number): boolean {
    const peer = this.peer(address, nowMs);
    const { maxConnections, maxConnectionsPerAddress } = this.limits;
    if (peer === undefined || this.connections >= maxConnections || peer.connections >= maxConnectionsPerAddress) {
      return this.refuse();
    }
    peer.connections++;
    this.connections++;
    return true;
  }

  closed(address: string): void {
    const peer = this.peers.get(address);
    if (peer === undefined) return;
    peer.connections--;
    this.connections--;
  }

  /** A request or message. @returns false where it comes too soon */
  request(address: string, nowMs: number): boolean {
    return this.peer(address, nowMs)?.requests.take(nowMs) === true || this.refuse();
  }

  /** A wrong login is worth an answer: it costs a permit, see {@link loginFailed}. A right one never does. */
  mayLogIn(address: string, nowMs: number): boolean {
    const peer = this.peer(address, nowMs);
    if (peer === undefined) return this.refuse();
    return peer.logins.hasPermit(nowMs) || this.refuse();
  }

  loginFailed(address: string, nowMs: number): void {
    this.peer(address, nowMs)?.logins.take(nowMs);
  }

  private refuse(): false {
    this.refused++;
    return false;
  }

  private peer(address: string, nowMs: number): Peer | undefined {
    const known = this.peers.get(address);
    if (known !== undefined) return known;
    if (this.peers.size >= PeerLimits.MOST_PEERS) {
      this.forget(nowMs);
      if (this.peers.size >= PeerLimits.MOST_PEERS) return undefined;
    }
    const peer: Peer = { connections: 0, ...this.buckets(nowMs) };
    this.peers.set(address, peer);
    return peer;
  }

  private buckets(nowMs: number): Pick<Peer, 'requests' | 'logins'> {
    const { requestsPerSecond, requestBurst, failedLoginsPerMinute } = this.limits;
    return {
      requests: new TokenBucket(requestsPerSecond, requestBurst, nowMs),
      logins: new TokenBucket(failedLoginsPerMinute / SECONDS_PER_MINUTE, failedLoginsPerMinute, nowMs),
    };
  }

  private forget(nowMs: number): void {
    for (const [address, peer] of this.peers) {
      if (peer.connections === 0 && peer.requests.isFull(nowMs) && peer.logins.isFull(nowMs))
        this.peers.delete(address);
    }
  }
}
