import type { FeedProtocol } from '../feed/protocol.ts';
import type { Agent } from '../runtime/agent.ts';
import type { AgentContext } from '../runtime/agent-context.ts';
import { createClock } from '../runtime/clock.ts';
import { withUsualInlining } from '../runtime/compiler.ts';
import { feedProtocol } from '../venues/registry.ts';
import type { GatewayFeed, GatewayOptions } from './gateway-options.ts';
import { GatewayRunner } from './gateway-runner.ts';
import { warmUpOrders } from './order-warm-up.ts';

/** What a gateway's own thread is given. Structured-cloneable. */
export interface GatewayAgentOptions {
  readonly gateway: GatewayOptions;
  /** All feeds of the router, by number. */
  readonly feeds: readonly (GatewayFeed & { readonly protocol: string })[];
  /** How long the code is exercised before the first turn. */
  readonly warmUpNs: number;
}

/** The gateway on a thread of its own: reads the router's books where they lie. */
class GatewayAgent implements Agent {
  readonly name = 'gateway';
  private readonly runner: GatewayRunner;

  constructor(runner: GatewayRunner) {
    this.runner = runner;
  }

  doWork(): number {
    return this.runner.doWork();
  }

  close(): void {
    this.runner.close();
  }
}

/** Entry of the gateway's thread. */
export function createAgent(options: unknown, context: AgentContext): Agent {
  const { gateway, feeds, warmUpNs } = options as GatewayAgentOptions;
  const { native } = context;
  const input = { gateway, native, createClock: () => createClock(native), hosts: [] };
  withUsualInlining(() => warmUpOrders(input, warmUpNs));
  const books = feeds.map((feed) => readerOf(feedProtocol(feed.protocol), feed));
  const maxInstruments = feeds.map((feed) => feed.books?.maxInstruments ?? 0);
  return new GatewayAgent(
    new GatewayRunner(
      gateway,
      context,
      books,
      maxInstruments,
      feeds.map(({ cells }) => cells),
    ),
  );
}

function readerOf(protocol: FeedProtocol, feed: GatewayFeed) {
  if (feed.books === undefined) return undefined;
  return protocol.createHandler?.({ ...feed.books, readOnly: true })?.books;
}
