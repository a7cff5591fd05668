import type { WarmlineConfig } from './schema.ts';
import type { Finding } from './wording.ts';

/**
 * What a valid config probably does not mean.
 * @param input the config as it was written: tells a default from a choice
 */
export function findWarnings(config: WarmlineConfig, input: unknown): Finding[] {
  const findings: Finding[] = [];
  const warn = (path: (string | number)[], message: string, at: 'key' | 'value' = 'key') =>
    findings.push({ path, message, at });
  const written = (path: (string | number)[]) => valueAt(input, path) !== undefined;

  config.feeds.forEach((feed, i) => {
    const at = ['feeds', i];
    if (feed.lines.length < 2) warn([...at, 'lines'], `feed ${feed.name} has one line: nothing can fill what it loses`);
    else if (feed.lines.filter((line) => line.expect === 'live').length < 2 && feed.policy === 'first')
      warn(
        [...at, 'lines'],
        'policy first with fewer than two lines expected live: a dead backup would not be reported',
      );
    if (feed.policy === 'first')
      for (const key of ['active', 'failback', 'minDwell', 'maxDwell', 'holes'])
        if (written([...at, key])) warn([...at, key], 'has no effect under policy first');
    feed.lines.forEach((line, k) => {
      if (line.group !== undefined && line.interface === undefined)
        warn([...at, 'lines', k, 'group'], "no interface: the kernel's routes choose where to join");
    });
    if (feed.start === 'beginning' && feed.retransmit === undefined && feed.snapshot === undefined)
      warn([...at, 'start'], 'without retransmit or snapshot, units before a late start are declared lost');
  });

  const { layout, cores } = config.threads;
  const unused = { fused: ['lines', 'router', 'strategies', 'gateway'], dedicated: ['hot'], auto: [] }[layout];
  for (const key of unused)
    if (written(['threads', 'cores', key])) warn(['threads', 'cores', key], `has no effect in layout ${layout}`);
  const taken = new Map<number, string>();
  const claim = (core: number | undefined, path: (string | number)[]) => {
    if (core === undefined) return;
    const earlier = taken.get(core);
    if (earlier === undefined) taken.set(core, path.slice(2).join(' '));
    else warn(path, `core ${core} already runs ${earlier}: two threads share it`, 'value');
  };
  const at = ['threads', 'cores'];
  claim(cores.main, [...at, 'main']);
  if (layout !== 'dedicated') claim(cores.hot, [...at, 'hot']);
  if (layout !== 'fused') {
    claim(cores.router, [...at, 'router']);
    claim(cores.gateway, [...at, 'gateway']);
    cores.lines?.forEach((core, i) => {
      claim(core, [...at, 'lines', i]);
    });
    cores.strategies?.forEach((core, i) => {
      claim(core, [...at, 'strategies', i]);
    });
  }
  return findings;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value: unknown = root;
  for (const segment of path) value = (value as Record<string, unknown> | null | undefined)?.[segment];
  return value;
}
