import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { HISTOGRAM_BLOCKS, METRICS } from '../../src/server/metric-table.ts';
import { STATE_METRICS } from '../../src/server/state-metrics.ts';
import { hostProgram, repositoryRoot } from '../support/host.ts';

const MONITORING = join(repositoryRoot, 'deploy', 'monitoring');
const read = (name: string) => readFileSync(join(MONITORING, name), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const rules = (parse(read('alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('grafana.json')) as { panels: Panel[] };
const panelQueries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** What Prometheus knows of itself. */
const NOT_OURS = ['up', 'ALERTS'];
const known = new Set<string>([
  ...[...METRICS, ...STATE_METRICS].map(({ name }) => `warmline_${name}`),
  ...HISTOGRAM_BLOCKS.flatMap(({ name }) => ['bucket', 'sum', 'count'].map((part) => `warmline_${name}_${part}`)),
]);
/** Values that a label of a family can have, where they are a closed list. */
const labelWords = new Map<string, { label: string; words: readonly string[] }>(
  METRICS.flatMap(({ name, by, states }) => {
    const closed = by ?? states;
    return closed === undefined ? [] : [[`warmline_${name}`, closed] as const];
  }),
);

/** Names of metrics in a PromQL expression. */
function metricsIn(expression: string): string[] {
  const bare = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  return [...bare.matchAll(/\b(warmline_[a-z0-9_]+|up|ALERTS)\b(?=[\s{[)]|$)/g)].map(([, name]) => name);
}

/** `name{label="value"}` and `name{label=~"one|two"}`: which values are asked for. */
function* matchersIn(expression: string): Generator<readonly [metric: string, label: string, values: string[]]> {
  for (const [, metric, matchers] of expression.matchAll(/\b(warmline_[a-z0-9_]+)\{([^}]*)\}/g)) {
    for (const [, label, values] of matchers.matchAll(/([a-z_]+)(?:=~|!~|!=|=)"([^"]*)"/g)) {
      yield [metric, label, values.split('|')];
    }
  }
}

function promtool(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(hostProgram('promtool')!, args, { cwd: MONITORING, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

const folder = mkdtempSync(join(tmpdir(), 'warmline-monitoring-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['alerts', rules.map(({ expr }) => expr)],
  ['the dashboard', panelQueries],
])('%s', (_, expressions) => {
  it('ask only for metrics that there are', () => {
    for (const expression of expressions) {
      const names = metricsIn(expression);
      expect(names.length, expression).toBeGreaterThan(0);
      for (const name of names)
        expect(known.has(name) || NOT_OURS.includes(name), `${name} in ${expression}`).toBe(true);
    }
  });

  it('ask only for words that a label can have', () => {
    for (const expression of expressions) {
      for (const [metric, label, values] of matchersIn(expression)) {
        const closed = labelWords.get(metric);
        if (closed?.label !== label) continue;
        for (const value of values) expect(closed.words, `${metric} ${label} in ${expression}`).toContain(value);
      }
    }
  });
});

describe('alerts', () => {
  it('watch what the operator must hear of', () => {
    const watched = new Set(rules.flatMap(({ expr }) => metricsIn(expr)));
    for (const metric of [
      'line_redundancy_lost',
      'session_group_standing',
      'feed_lost_units_total',
      'orders_oldest_unknown_seconds',
      'orders_oldest_blind_seconds',
      'line_kernel_drops_total',
      'journal_lag_bytes',
      'clock_offset_seconds',
      'thread_turn_age_seconds',
      'order_refusals_total',
      'api_auth_failures_total',
    ])
      expect(watched.has(`warmline_${metric}`), metric).toBe(true);
  });

  it('have a name of their own, a severity and a sentence', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Warmline[A-Z]/);
      expect(['page', 'ticket'], alert).toContain(labels.severity);
      expect(annotations.summary.length, alert).toBeGreaterThan(10);
    }
  });
});

describe('the dashboard', () => {
  it('is what its script writes: run `npm run grafana` after a change of it', async () => {
    const script = (await import('../../scripts/grafana-dashboard.mjs' as string)) as { grafanaText(): string };
    expect(read('grafana.json')).toBe(script.grafanaText());
  });

  it('shows every part of a router, no panel over another', () => {
    const sections = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(sections).toEqual(['Now', 'Feeds', 'Lines', 'Latency', 'Sessions', 'Orders', 'Threads and host']);
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), `${title} lies over another panel`).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});

describe.skipIf(hostProgram('promtool') === undefined)('promtool (Debian: prometheus)', () => {
  it('takes config and alerts', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
    expect(promtool('check', 'rules', 'alerts.yml')).toMatchObject({ status: 0 });
  });

  it('sees alerts fire when they should', () => {
    const { status, said } = promtool('test', 'rules', 'alert-tests.yml');
    expect(said).toMatch(/SUCCESS/);
    expect(status).toBe(0);
  });

  it('takes every query of the dashboard', () => {
    const filled = panelQueries.map((expr) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', 'r1'));
    const asRules = { groups: [{ name: 'panels', rules: filled.map((expr, n) => ({ record: `panel:${n}`, expr })) }] };
    const file = join(folder, 'panels.yml');
    writeFileSync(file, stringify(asRules));
    expect(promtool('check', 'rules', file)).toMatchObject({ status: 0 });
  });
});
