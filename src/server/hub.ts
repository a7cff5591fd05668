import { z } from 'zod';
import type { Channel, Subscriber } from './channel.ts';
import { type Identity, mayDo, type Role } from './security.ts';

/** A channel under its name, and who may listen. */
export interface NamedChannel {
  readonly role: Role;
  readonly channel: Channel;
  /** What tells it from others of the same name, where each client has its own. */
  readonly key?: string;
}

/** Finds or makes a channel: `status`, `book:itch/AAPL`… @returns undefined where there is none of that name */
export type ChannelFinder = (name: string, client: HubClient) => NamedChannel | undefined;

/** An operation that a client may ask for, beside subscribing. */
export interface Operation {
  readonly role: Role;
  /** In a sentence, for the documentation. */
  readonly does?: string;
  readonly request: z.ZodType;
  /** @returns what the client is answered; @throws {RequestError} with what the client should be told */
  // biome-ignore lint/suspicious/noExplicitAny: each operation's own schema has checked it
  run(request: any, client: HubClient): unknown | Promise<unknown>;
}

/** A refusal that the client is told, with a word that programs can rely on. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string;
  /** More of it, for programs. */
  readonly detail: object | undefined;

  constructor(code: string, message: string, detail?: object) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** A connection as the hub sees it. */
export interface HubClient extends Subscriber {
  readonly identity: Identity;
  /** @param code as RFC 6455 has it */
  close(code: number, reason: string): void;
}

const subscribe = z.strictObject({
  op: z.literal('subscribe'),
  id: z.union([z.string().max(64), z.number()]).optional(),
  channel: z.string().min(1).max(200),
  after: z.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).prefault(-1),
});
const unsubscribe = z.strictObject({
  op: z.literal('unsubscribe'),
  id: z.union([z.string().max(64), z.number()]).optional(),
  channel: z.string().min(1).max(200),
});
const envelope = z.looseObject({ op: z.string().max(64), id: z.union([z.string().max(64), z.number()]).optional() });

/** What the hub's owner wants to be told of. */
export interface HubHooks {
  /** Gathers what channels are about to tell. */
  beforeTick?(): void;
  /** A client has come. */
  opened?(client: HubClient): void;
  /** A client has gone. */
  closed?(client: HubClient): void;
}

const CHANNELS_PER_CLIENT = 256;

/**
 * Clients, what they listen to, and what they ask for. Pure but for its clock's caller: connections come in as
 * {@link HubClient}s, so that everything here is tested without a socket.
 */
export class Hub {
  private readonly find: ChannelFinder;
  private readonly operations: ReadonlyMap<string, Operation>;
  private readonly hooks: HubHooks;
  /** By client: keys of its channels, by the names under which it knows them. */
  private readonly joined = new Map<HubClient, Map<string, string>>();
  private readonly channels = new Map<string, { readonly channel: Channel; clients: number }>();

  constructor(find: ChannelFinder, operations: ReadonlyMap<string, Operation>, hooks: HubHooks = {}) {
    this.find = find;
    this.hooks = hooks;
    this.operations = operations;
  }

  get clients(): number {
    return this.joined.size;
  }

  /** Connections of a token. */
  connectionsOf(name: string): number {
    let count = 0;
    for (const { identity } of this.joined.keys()) if (identity.name === name) count++;
    return count;
  }

  /** Clients by role, for metrics. */
  get roles(): ReadonlyMap<Role, number> {
    const roles = new Map<Role, number>();
    for (const { identity } of this.joined.keys()) roles.set(identity.role, (roles.get(identity.role) ?? 0) + 1);
    return roles;
  }

  opened(client: HubClient): void {
    this.joined.set(client, new Map());
    this.hooks.opened?.(client);
    client.send(JSON.stringify({ type: 'hello', protocol: 1, name: client.identity.name, role: client.identity.role }));
  }

  closed(client: HubClient): void {
    for (const name of [...(this.joined.get(client)?.keys() ?? [])]) this.leave(client, name);
    this.joined.delete(client);
    this.hooks.closed?.(client);
  }

  /** Brings every subscriber up to date. */
  tick(): void {
    this.hooks.beforeTick?.();
    for (const { channel } of this.channels.values()) channel.tick();
  }

  /** Takes a message of a client. Never throws. */
  async message(client: HubClient, text: string): Promise<void> {
    let id: string | number | undefined;
    try {
      const parsed = envelope.safeParse(parse(text));
      if (!parsed.success) throw new RequestError('malformed', 'a message is a JSON object with an "op"');
      id = parsed.data.id;
      const answer = await this.perform(client, parsed.data);
      client.send(JSON.stringify({ type: 'done', id, ...(answer === undefined ? {} : { result: answer }) }));
    } catch (error) {
      const { code, message, detail } =
        error instanceof RequestError ? error : new RequestError('failed', (error as Error).message);
      client.send(JSON.stringify({ type: 'error', id, code, message, detail }));
    }
  }

  /** Answers a message that is not looked at. */
  refuse(client: HubClient, text: string, code: string, message: string): void {
    const parsed = envelope.safeParse(parse(text));
    client.send(JSON.stringify({ type: 'error', id: parsed.data?.id, code, message }));
  }

  private perform(client: HubClient, message: { op: string }): unknown | Promise<unknown> {
    if (message.op === 'subscribe') return this.subscribe(client, checked(subscribe, message));
    if (message.op === 'unsubscribe') return this.leave(client, checked(unsubscribe, message).channel);
    const operation = this.operations.get(message.op);
    if (operation === undefined) throw new RequestError('unknown', `there is no operation "${message.op}"`);
    demand(client, operation.role, message.op);
    return operation.run(checked(operation.request, message), client);
  }

  private subscribe(client: HubClient, { channel: name, after }: z.output<typeof subscribe>): void {
    const names = this.joined.get(client);
    if (names === undefined) return;
    if (names.has(name)) throw new RequestError('twice', `${name} is subscribed to already`);
    if (names.size >= CHANNELS_PER_CLIENT)
      throw new RequestError('too-many', `at most ${CHANNELS_PER_CLIENT} channels`);
    const found = this.find(name, client);
    if (found === undefined) throw new RequestError('unknown', `there is no channel "${name}"`);
    demand(client, found.role, name);
    const key = found.key ?? name;
    const open = this.channels.get(key) ?? { channel: found.channel, clients: 0 };
    open.clients++;
    this.channels.set(key, open);
    names.set(name, key);
    open.channel.join(client, after);
  }

  private leave(client: HubClient, name: string): void {
    const key = this.joined.get(client)?.get(name);
    const open = key === undefined ? undefined : this.channels.get(key);
    if (key === undefined || open === undefined) return;
    this.joined.get(client)?.delete(name);
    open.channel.leave(client);
    if (--open.clients === 0) this.channels.delete(key);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function demand(client: HubClient, role: Role, what: string): void {
  if (mayDo(client.identity.role, role)) return;
  throw new RequestError('forbidden', `${what} needs the role ${role}; this connection has ${client.identity.role}`);
}

function checked<T extends z.ZodType>(schema: T, message: unknown): z.output<T> {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RequestError('malformed', `${issue.path.join('.') || 'message'}: ${issue.message}`);
}
