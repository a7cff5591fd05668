import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as requests from '../../src/server/order-messages.ts';
import { repositoryRoot } from '../support/host.ts';

const page = readFileSync(join(repositoryRoot, 'docs', 'api.md'), 'utf8');
const source = (file: string) => readFileSync(join(repositoryRoot, 'src', file), 'utf8');

describe('docs/api.md', () => {
  it('lists every operation on orders with its arguments', () => {
    const schemas = Object.entries(requests).filter(([name]) => name.endsWith('Request'));
    expect(schemas.length).toBeGreaterThan(6);
    for (const [, schema] of schemas) {
      const { shape } = schema as { shape: Record<string, { value?: string }> };
      expect(page).toContain(`\`${shape.op.value}\``);
      for (const key of Object.keys(shape))
        if (key !== 'op' && key !== 'id') expect([key, page.includes(`\`${key}\``)]).toEqual([key, true]);
    }
  });

  it('lists every action of a router', () => {
    for (const file of [
      'cli/router-actions.ts',
      'cli/risk-actions.ts',
      'cli/order-actions.ts',
      'cli/hold-actions.ts',
    ]) {
      const ops = [...source(file).matchAll(/op: '([a-z.]+)'/g)].map((match) => match[1]);
      expect(ops.length).toBeGreaterThan(2);
      for (const op of ops) expect([op, page.includes(`\`${op}\``)]).toEqual([op, true]);
    }
  });

  it('lists every code of an error', () => {
    const files = [
      'server/hub.ts',
      'server/order-desk.ts',
      'server/actions.ts',
      'cli/router-actions.ts',
      'cli/risk-actions.ts',
      'cli/order-actions.ts',
      'cli/hold-actions.ts',
      'server/server.ts',
    ];
    const codes = new Set(
      files.flatMap((file) => [...source(file).matchAll(/RequestError\(\s*'([a-z-]+)'/g)].map((match) => match[1])),
    );
    expect(codes.size).toBeGreaterThan(4);
    for (const code of codes) expect([code, page.includes(`\`${code}\``)]).toEqual([code, true]);
  });
});
