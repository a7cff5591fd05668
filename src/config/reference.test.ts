import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, type JsonSchema } from './json-schema.ts';
import { examineConfig } from './load.ts';
import { configReference } from './reference.ts';

const ROOT = new URL('../../', import.meta.url);

function* keysOf(node: JsonSchema, path: string): Generator<readonly [string, JsonSchema]> {
  for (const branch of [node, ...(node.anyOf ?? []), node.items ?? {}]) {
    for (const [key, inner] of Object.entries(branch.properties ?? {})) {
      yield [`${path}.${key}`, inner];
      yield* keysOf(inner, `${path}.${key}`);
    }
  }
}

describe('the reference page', () => {
  it('is what the schema says: run `npm run docs` after a change of the schema', () => {
    expect(readFileSync(new URL('docs/configuration.md', ROOT), 'utf8')).toBe(configReference());
  });
});

describe('the JSON Schema', () => {
  const schema = configJsonSchema();

  it('describes every key', () => {
    const silent = [...keysOf(schema, '')].filter(([, node]) => !node.description).map(([path]) => path);
    expect(silent).toEqual([]);
  });

  it('requires only what has no default', () => {
    expect(schema.required).toEqual(['venue', 'protocol', 'feeds']);
    expect(schema.properties?.feeds.items?.required).toEqual(['name', 'lines']);
  });

  it('refuses unknown keys and shows durations as text with a unit', () => {
    expect(schema.additionalProperties).toBe(false);
    const gapDeadline = schema.properties?.feeds.items?.properties?.gapDeadline;
    expect(gapDeadline).toMatchObject({ default: '2s', anyOf: [{ type: 'string' }, { const: 0 }] });
    const pattern = new RegExp(gapDeadline?.anyOf?.[0].pattern ?? '');
    expect(pattern.test('100us')).toBe(true);
    expect(pattern.test('100')).toBe(false);
  });
});

describe('the example configs', () => {
  const folder = new URL('deploy/examples/', ROOT);
  it.each(readdirSync(folder).filter((file) => file.endsWith('.yaml')))('%s is valid, without a warning', (file) => {
    expect(examineConfig(readFileSync(new URL(file, folder), 'utf8'), file).problems).toEqual([]);
  });
});
