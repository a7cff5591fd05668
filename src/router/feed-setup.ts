import { toArbiterConfig } from '../config/arbiter.ts';
import type { FeedConfig, IoConfig, LineConfig, WarmlineConfig } from '../config/schema.ts';
import { readSecret } from '../config/secret.ts';
import { FEED_CELLS, FeedCell, feedCellCount, LINE_CELLS, LineCell } from '../feed/feed-counters.ts';
import { LIVE_CELLS, LiveCell } from '../feed/live-settings.ts';
import type { FeedProtocol } from '../feed/protocol.ts';
import type { DatagramSocketOptions } from '../io/datagram.ts';
import type { CounterRegistry } from '../runtime/counters.ts';
import { feedProtocol } from '../venues/registry.ts';
import { RECOVERY_CELLS, RecoveryCell, type RecoveryConfig } from './recovery.ts';
import type { RouterFeedOptions } from './router-agent.ts';

/** One feed as the main thread set it up: what its threads are given, and what the main thread reads. */
export interface FeedSetup {
  readonly config: FeedConfig;
  readonly protocol: FeedProtocol;
  readonly sockets: readonly DatagramSocketOptions[];
  readonly options: RouterFeedOptions;
}

const NS_PER_US = 1000;

/**
 * Allocates the counters and books of every feed and gathers what its threads need.
 * @throws {Error} naming the feed and the key whose secret could not be read
 */
export function setUpFeeds(config: WarmlineConfig, counters: CounterRegistry): FeedSetup[] {
  return config.feeds.map((feed) => {
    const protocol = feedProtocol(config.protocol);
    const labels = { feed: feed.name };
    const cells = counters.allocate('feed', labels, feedCellNames(feed.lines)).cells;
    const recoveryCells = counters.allocate('recovery', labels, namesOf(RecoveryCell, RECOVERY_CELLS)).cells;
    const settings = counters.allocate('settings', labels, namesOf(LiveCell, LIVE_CELLS)).cells;
    const memory = protocol.createBookMemory?.(feed.books);
    const options: RouterFeedOptions = {
      name: feed.name,
      protocol: protocol.name,
      arbiter: toArbiterConfig(feed),
      recovery: recoveryConfig(feed),
      books: memory === undefined ? undefined : { memory, ...feed.books },
      cells,
      recoveryCells,
      settings,
      sockets: undefined,
      rings: undefined,
    };
    return { config: feed, protocol, sockets: feed.lines.map((line) => lineSocket(line, config.io)), options };
  });
}

/** Names of a descriptor's cells, in order: `cell7` where it leaves a place free. */
export function namesOf(descriptor: Readonly<Record<string, number>>, count: number): string[] {
  const names = Array.from({ length: count }, (_, cell) => `cell${cell}`);
  for (const [name, cell] of Object.entries(descriptor)) names[cell] = name;
  return names;
}

function feedCellNames(lines: readonly LineConfig[]): string[] {
  const names = namesOf(FeedCell, FEED_CELLS);
  for (const line of lines) names.push(...namesOf(LineCell, LINE_CELLS).map((name) => `${line.name}.${name}`));
  if (names.length !== feedCellCount(lines.length)) throw new Error('feed counters: names and cells differ in number');
  return names;
}

/** Where a line's socket listens. */
export function lineSocket(line: LineConfig, io: IoConfig): DatagramSocketOptions {
  return {
    address: line.group ?? line.address ?? '0.0.0.0',
    port: line.port,
    group: line.group,
    interface: line.interface,
    source: line.source,
    receiveBufferBytes: io.receiveBufferBytes,
    busyPollUs: Math.round(io.busyPollNs / NS_PER_US),
    kernelStamps: io.kernelStamps,
  };
}

function recoveryConfig(feed: FeedConfig): RecoveryConfig {
  const { snapshot } = feed;
  return {
    auditEveryNs: snapshot?.auditEveryNs,
    retransmitServers: feed.retransmit?.servers ?? [],
    snapshot: snapshot && {
      address: snapshot.address,
      port: snapshot.port,
      username: snapshot.username,
      password: readSecret(snapshot, `snapshot of feed ${feed.name}`),
      timeoutNs: snapshot.timeoutNs,
    },
  };
}
