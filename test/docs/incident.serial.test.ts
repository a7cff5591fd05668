import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/host.ts';

interface Step {
  readonly command: string;
  readonly lines: readonly string[];
  readonly facts: readonly RegExp[];
}
interface Script {
  /** Throws where an output does not say what the page says that it does. */
  playIncident(): Promise<ReadonlyMap<string, Step>>;
  incidentPage(steps: ReadonlyMap<string, Step>): string;
  skeletonOf(page: string): string;
}
const { playIncident, incidentPage, skeletonOf } = (await import('../../scripts/incident.mjs' as string)) as Script;

describe('the worked incident', () => {
  let steps: ReadonlyMap<string, Step>;
  beforeAll(async () => {
    steps = await playIncident();
  });

  it('happens as the page tells it: run `npm run incident` after a change of what tools print', () => {
    const page = readFileSync(join(repositoryRoot, 'docs', 'incident.md'), 'utf8');
    expect(skeletonOf(page)).toBe(skeletonOf(incidentPage(steps)));
  });

  it('is told by outputs that say what they are shown for', () => {
    const page = readFileSync(join(repositoryRoot, 'docs', 'incident.md'), 'utf8');
    for (const { command, facts } of steps.values()) {
      for (const fact of facts)
        expect(page, command).toMatch(new RegExp(fact.source, `${fact.flags.replace('m', '')}m`));
    }
  });
});
