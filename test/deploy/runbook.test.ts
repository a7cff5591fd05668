import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/host.ts';

const deploy = (...path: string[]) => readFileSync(join(repositoryRoot, 'deploy', ...path), 'utf8');

interface Rule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
}
const alerts = (parse(deploy('monitoring', 'alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);

/** Sections of the runbook by their heading. */
const sections = new Map(
  deploy('RUNBOOK.md')
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')).trim(), text.slice(text.indexOf('\n')).split(/^#{1,3} /m)[0]]),
);

describe('the runbook', () => {
  it('has a section for every alert, in their order, and none for alerts that there are not', () => {
    expect([...sections.keys()]).toEqual(alerts.map(({ alert }) => alert));
  });

  it.each([...sections])('%s: what it means, where to look, what to do, whom to call', (_, text) => {
    if (/\*\*Look\*\* and \*\*Do\*\* As above/.test(text)) return;
    for (const part of ['Means', 'Look', 'Do', 'Call'])
      expect(text).toMatch(new RegExp(`^\\*\\*${part}\\*\\* \\S`, 'm'));
  });

  it('says at every page that costs money whom to call', () => {
    const pages = alerts.filter(({ labels }) => labels.severity === 'page').map(({ alert }) => alert);
    for (const alert of pages) expect(sections.get(alert), alert).toMatch(/\*\*Call\*\*/);
  });
});
