import type { z } from 'zod';
import { isMulticast } from './fields.ts';

/**
 * Checks that look at more than one key. Each takes whatever could be read (other parts may be wrong or missing, hence
 * the loose types) and reports violations at the key that a person would change.
 */

// biome-ignore lint/suspicious/noExplicitAny: a partly invalid config has any shape
type Loose = any;
type Context = z.core.$RefinementCtx;

/** Where a violation is shown: at the key itself or at its value. */
export interface IssueParams {
  readonly at?: 'key' | 'value';
}

function report(context: Context, path: (string | number)[], message: string, at: 'key' | 'value' = 'value'): void {
  context.addIssue({ code: 'custom', path, message, params: { at } satisfies IssueParams });
}

const isObject = (value: unknown): value is Record<string, Loose> => typeof value === 'object' && value !== null;
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? value : []);
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Reports every entry of `list` whose `key` an earlier one has too. */
function checkUnique(context: Context, path: string[], list: Loose[], key: string, what: string): void {
  const seen = new Map<string, number>();
  list.forEach((entry, i) => {
    const value = isObject(entry) ? entry[key] : undefined;
    if (typeof value !== 'string') return;
    const earlier = seen.get(value);
    if (earlier === undefined) seen.set(value, i);
    else report(context, [...path, i, key], `there is already ${what} called "${value}"`);
  });
}

export function checkLine(line: Loose, context: Context): void {
  if (!isObject(line)) return;
  if (line.group !== undefined && line.address !== undefined)
    report(context, ['address'], 'a line has either a group (multicast) or an address (unicast), not both', 'key');
  if (line.group === undefined && line.address === undefined)
    report(context, [], 'a line needs a group (multicast) or an address (unicast)');
  if (line.interface !== undefined && line.group === undefined && line.address !== undefined)
    report(context, ['interface'], 'is for groups only: a unicast line is bound by its address', 'key');
}

export function checkSnapshot(snapshot: Loose, context: Context): void {
  if (!isObject(snapshot)) return;
  if (snapshot.passwordFile !== undefined && snapshot.passwordEnv !== undefined)
    report(context, ['passwordEnv'], 'the password comes from passwordFile or passwordEnv, not both', 'key');
  if (snapshot.passwordFile === undefined && snapshot.passwordEnv === undefined)
    report(context, [], 'needs passwordFile or passwordEnv');
}

export function checkFeed(feed: Loose, context: Context): void {
  if (!isObject(feed)) return;
  const lines = listOf(feed.lines);
  checkUnique(context, ['lines'], lines, 'name', 'a line');
  if (typeof feed.active === 'string' && lines.length > 0 && !lines.some((line) => line?.name === feed.active)) {
    const names = lines.map((line) => line?.name).filter((one) => typeof one === 'string');
    report(context, ['active'], `no line is called "${feed.active}": the lines are ${names.join(', ')}`);
  }
  const holdOff = isObject(feed.holdOff) ? feed.holdOff : {};
  if (isNumber(holdOff.timeNs) && isNumber(feed.gapDeadline) && feed.gapDeadline < holdOff.timeNs)
    report(context, ['gapDeadline'], 'must be at least holdOff.time: it bounds the hold-off and the recovery after it');
  if (isNumber(feed.minDwell) && isNumber(feed.maxDwell) && feed.maxDwell < feed.minDwell)
    report(context, ['maxDwell'], 'must be at least minDwell');
  if (isNumber(feed.staleAfter) && isNumber(feed.heartbeat) && feed.staleAfter <= feed.heartbeat)
    report(context, ['staleAfter'], 'must be longer than heartbeat, or a quiet line is stale between two heartbeats');
  if (
    isObject(feed.window) &&
    isNumber(feed.window.units) &&
    isNumber(holdOff.count) &&
    feed.window.units < holdOff.count
  )
    report(
      context,
      ['window', 'units'],
      'must be at least holdOff.count: the window would be full before the hold-off ends',
    );
  const retransmit = feed.retransmit;
  if (isObject(retransmit) && isNumber(retransmit.maxUnitsPerRequest) && isNumber(retransmit.budget?.units)) {
    if (retransmit.budget.units < retransmit.maxUnitsPerRequest)
      report(
        context,
        ['retransmit', 'budget', 'units'],
        'must be at least maxUnitsPerRequest, or no request fits the budget',
      );
  }
}

export function checkThreads(threads: Loose, context: Context): void {
  if (!isObject(threads)) return;
  const { idle } = threads;
  if (threads.scheduling?.class === 'fifo' && (idle === 'spin' || idle === 'yield'))
    report(
      context,
      ['scheduling', 'class'],
      `fifo with idle: ${idle} would take its core from everything else for ever: use idle: park or backoff, or class: other`,
    );
}

/** What each protocol has; the others' keys are refused instead of being ignored. */
const PROTOCOL_SERVICES: Readonly<Record<string, { readonly absent: readonly string[]; readonly why: string }>> = {
  cme: {
    absent: ['retransmit', 'snapshot', 'session'],
    why: 'protocol cme has none here: gaps are filled by the other line',
  },
};

export function checkConfig(config: Loose, context: Context): void {
  if (!isObject(config)) return;
  const feeds = listOf(config.feeds);
  checkUnique(context, ['feeds'], feeds, 'name', 'a feed');

  const listening = new Map<string, string>();
  feeds.forEach((feed, i) => {
    listOf(feed?.lines).forEach((line, k) => {
      const place = line?.group ?? line?.address;
      if (typeof place !== 'string' || !isNumber(line.port)) return;
      const told = isMulticast(place) ? ` ${line.source ?? '*'} ${line.interface ?? '*'}` : '';
      const key = `${place}:${line.port}${told}`;
      const earlier = listening.get(key);
      if (earlier === undefined) listening.set(key, `line ${line.name} of feed ${feed.name}`);
      else report(context, ['feeds', i, 'lines', k, 'port'], `${place}:${line.port} is already read by ${earlier}`);
    });
    const services = PROTOCOL_SERVICES[config.protocol];
    for (const key of services?.absent ?? [])
      if (feed?.[key] !== undefined) report(context, ['feeds', i, key], services.why, 'key');
  });

  if (config.strategy !== undefined && config.strategies !== undefined)
    report(context, ['strategies'], 'use either strategy (one, by its path) or strategies (a list), not both', 'key');
  const strategies = listOf(config.strategies);
  checkUnique(context, ['strategies'], strategies, 'name', 'a strategy');
  const names = feeds.map((feed) => feed?.name).filter((one) => typeof one === 'string');
  strategies.forEach((strategy, i) => {
    listOf(strategy?.feeds).forEach((feed, k) => {
      if (typeof feed === 'string' && !names.includes(feed))
        report(
          context,
          ['strategies', i, 'feeds', k],
          `no feed is called "${feed}": the feeds are ${names.join(', ')}`,
        );
    });
  });
}
