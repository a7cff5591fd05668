import { type ReplayFeed, type ReplayOptions, type ReplayOutcome, replayCapture } from '../capture/replay.ts';
import { toArbiterConfig } from '../config/arbiter.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import type { FeedHandler } from '../feed/protocol.ts';
import { NowCell } from '../strategy/api.ts';
import { deliverUnit } from '../strategy/deliver.ts';
import { STRATEGY_CELLS, StrategyHost } from '../strategy/strategy-host.ts';
import { feedProtocol } from '../venues/registry.ts';
import { arbitrationOverrides, type ReplayCommandOptions } from './replay.ts';

/**
 * Replays the feeds of a config: same arbitration, books and strategies as live, the capture's stamps for a clock.
 * Strategies are called in place, in the order of the config.
 */
export async function replayConfigured(
  config: WarmlineConfig,
  options: ReplayCommandOptions,
  shared: Pick<ReplayOptions, 'files' | 'speed' | 'onProgress'>,
): Promise<ReplayOutcome> {
  const protocol = feedProtocol(config.protocol);
  const feeds: ReplayFeed[] = config.feeds.map((feed) => ({
    name: feed.name,
    protocol,
    lines: feed.lines.map(({ name, group, address = '', port, expect }) => ({
      name,
      address: group ?? address,
      port,
      expect,
    })),
    arbitration: { ...toArbiterConfig(feed), ...arbitrationOverrides(options) },
  }));
  const handlers = config.feeds.map((feed) => ({
    name: feed.name,
    handler: protocol.createHandler?.(feed.books),
  }));
  const now = new Float64Array(Object.keys(NowCell).length);
  const hosts = options.strategy === false ? [] : await startStrategies(config, handlers, now);
  try {
    return await replayCapture({
      ...shared,
      feeds,
      onTime: (nowNs) => {
        now[NowCell.turnNs] = nowNs;
        for (const host of hosts) host.onTurn();
      },
      onUnit: (feed, id, rxNs, bytes, view, offset, length) => {
        now[NowCell.unitId] = id;
        now[NowCell.rxNs] = rxNs;
        deliverUnit(hosts, feed, handlers[feed].handler, bytes, view, offset, length);
      },
      onEvent: (feed, event) => {
        for (const host of hosts) host.onEvent(feed, event);
      },
    });
  } finally {
    for (const host of hosts) host.close();
  }
}

/** Loads and starts the config's strategies. @throws {StrategyLoadError} naming the module and the remedy */
async function startStrategies(
  config: WarmlineConfig,
  handlers: readonly { readonly name: string; readonly handler: FeedHandler | undefined }[],
  now: Float64Array,
): Promise<StrategyHost[]> {
  const hosts: StrategyHost[] = [];
  for (const { name, module, options, feeds } of config.strategies) {
    const numbers = feeds.map((feed) => config.feeds.findIndex((candidate) => candidate.name === feed));
    const host = new StrategyHost(
      { name, module, options, feeds: numbers },
      // Nothing spins in a replay, so a strategy that awaits something is welcome too.
      'evented',
      handlers,
      now,
      new Float64Array(STRATEGY_CELLS),
      {
        log: (strategy, message) => process.stderr.write(`${strategy}: ${message}\n`),
        failed: (strategy, callback, error) =>
          process.stderr.write(
            `strategy ${strategy} threw in ${callback} and is shown nothing more: ${errorText(error)}\n`,
          ),
      },
    );
    await host.load();
    hosts.push(host);
  }
  return hosts;
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
