import { z } from 'zod';
import { configSchema } from './schema.ts';
import { DURATION_PATTERN, SIZE_PATTERN } from './units.ts';

/** The parts of JSON Schema that a config's schema uses. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  default?: unknown;
  examples?: readonly unknown[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  required?: readonly string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
  /** Ours: `duration` or `size`. */
  kind?: string;
}

const QUANTITIES: Readonly<Record<string, JsonSchema>> = {
  duration: { type: 'string', pattern: DURATION_PATTERN, examples: ['100us', '5ms', '1s'] },
  size: { type: 'string', pattern: SIZE_PATTERN, examples: ['64KiB', '4MiB'] },
};

/**
 * The schema of a config file as JSON Schema (2020-12), input side: what people write, with descriptions and defaults,
 * so that editors complete and validate. Checks across keys are not part of it; `warmline check` makes them.
 * @param keepKinds leave `kind: duration | size` where a quantity stands, for the reference page
 */
export function configJsonSchema(keepKinds = false): JsonSchema {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const node = jsonSchema as JsonSchema;
      const { kind } = node;
      if (kind === undefined) return;
      delete node.kind;
      delete node.pattern;
      node.anyOf = [QUANTITIES[kind], { const: 0 }];
      if (keepKinds) node.kind = kind;
    },
  }) as JsonSchema;
  schema.title = 'Warmline configuration';
  return schema;
}

/** The JSON Schema as the file that editors are pointed at. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
