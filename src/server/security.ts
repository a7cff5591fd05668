import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a client of the API may do; each role may do what those before it may. */
export const ROLES = ['none', 'view', 'trade', 'operate'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role may do what another is needed for. */
export function mayDo(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** A token of the token file. Only its hash is kept in memory. */
interface KnownToken {
  readonly name: string;
  readonly role: Role;
  readonly hash: Buffer;
}

/** Who a client is. */
export interface Identity {
  /** Name of its token in the token file; `anonymous` for none. */
  readonly name: string;
  readonly role: Role;
}

/** Who has shown no token. */
export const ANONYMOUS = 'anonymous';
export const ANONYMOUS_VIEW: Identity = { name: ANONYMOUS, role: 'view' };
export const NOBODY: Identity = { name: ANONYMOUS, role: 'none' };

const TOKEN_BYTES = 32;
const SHORTEST_TOKEN = 16;

/** What is kept of a token. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** A fresh token: 256 random bits, as text that a header and a URL take. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Text of a token file with one token of each role. */
export function newTokenFile(): string {
  const lines = ROLES.slice(1).map((role) => `${role} ${role} ${newToken()}`);
  return `# Tokens of the API: name, role (view, trade, operate) and token, one a line. Keep this file to yourself (0600).\n${lines.join('\n')}\n`;
}

/** The tokens of a token file. */
export class Tokens {
  private readonly known: readonly KnownToken[];

  private constructor(known: readonly KnownToken[]) {
    this.known = known;
  }

  /**
   * @param text name, role and token, one a line; `#` begins a comment
   * @throws {Error} at the first line that is something else
   */
  static parse(text: string, file: string): Tokens {
    const known: KnownToken[] = [];
    text.split('\n').forEach((line, index) => {
      const content = line.replace(/#.*/, '').trim();
      if (content === '') return;
      const [name, role, token, ...more] = content.split(/\s+/);
      const place = `${file}:${index + 1}`;
      if (token === undefined || more.length > 0) throw new Error(`${place}: a line holds a name, a role and a token`);
      if (!ROLES.slice(1).includes(role as Role))
        throw new Error(`${place}: ${role} is no role: view, trade or operate`);
      if (token.length < SHORTEST_TOKEN) throw new Error(`${place}: a token has at least ${SHORTEST_TOKEN} characters`);
      if (name === ANONYMOUS) throw new Error(`${place}: ${ANONYMOUS} is what who has no token is called`);
      if (known.some((other) => other.name === name)) throw new Error(`${place}: ${name} is there twice`);
      known.push({ name: name!, role: role as Role, hash: hashOf(token) });
    });
    return new Tokens(known);
  }

  /**
   * Whose token it is, or undefined. Takes as long for a wrong one as for a right one: hashes of equal length are compared
   * in constant time, and all of them.
   */
  identify(token: string): Identity | undefined {
    return this.identifyHash(hashOf(token));
  }

  /** @param hash {@link hashOf} a token */
  identifyHash(hash: Buffer): Identity | undefined {
    let found: KnownToken | undefined;
    for (const candidate of this.known) if (timingSafeEqual(candidate.hash, hash)) found = candidate;
    return found === undefined ? undefined : { name: found.name, role: found.role };
  }
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/;

/** True for an address that only this host reaches. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

/** Host without port, in lower case; undefined where the header is no host. */
export function hostName(header: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(header);
  return match?.[1]?.toLowerCase();
}

/**
 * Which names the server goes by. A page of another site can make a browser talk to 127.0.0.1 under a name of its own (DNS
 * rebinding), so a request for a name that is not ours is refused, whatever it asks for.
 */
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;

  /** @param address the one listened on; @param more further names, from the config */
  constructor(address: string, more: readonly string[] = []) {
    const loopback = isLoopback(address) || address === '0.0.0.0' || address === '::';
    const own = loopback ? ['localhost', '127.0.0.1', '[::1]'] : [];
    this.names = new Set([address, ...own, ...more].map((name) => name.toLowerCase()));
  }

  host(header: string): boolean {
    const name = hostName(header);
    return name !== undefined && this.names.has(name);
  }

  /**
   * Whether a page may ask: only one that came from this very server. Another server of this host is another site too.
   * @param header of `Origin`; '' where there is none: programs send none, browsers always do
   * @param host header of `Host`
   */
  origin(header: string, host: string): boolean {
    if (header === '') return true;
    const match = /^(https?):\/\/([^/]+)$/i.exec(header);
    if (match === null || !this.host(match[2]!)) return false;
    const port = DEFAULT_PORTS[match[1]!.toLowerCase()]!;
    return withPort(match[2]!, port) === withPort(host, port);
  }
}

/** A browser leaves the port out where it is the scheme's own. */
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function withPort(host: string, port: string): string {
  return /:\d+$/.test(host) ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
}

/** The token of an `Authorization: Bearer …` header, or ''. */
export function bearer(header: string): string {
  return /^Bearer ([\w.~+/-]+=*)$/i.exec(header)?.[1] ?? '';
}
