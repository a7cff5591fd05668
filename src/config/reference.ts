import { configJsonSchema, type JsonSchema } from './json-schema.ts';

/** The reference page of the configuration (`docs/configuration.md`), written from the schema. */

const PREFACE = `# Configuration

One YAML file per venue is read by \`warmline run\`, \`warmline sim\` and \`warmline replay\`. \`warmline check FILE\` says
everything that is wrong with one, each violation as \`FILE:LINE:COLUMN: key: message\`. Unknown keys are refused. Ready
examples stand in \`deploy/examples\`.

* **Durations** are a number and a unit: \`100us\`, \`5ms\`, \`1s\`, \`1min\` (also \`ns\`, \`h\`); 0 needs none.
* **Sizes** are a number and a unit: \`64KiB\`, \`4MiB\`, \`1GiB\` (also \`B\`, \`kB\`, \`MB\`, \`GB\`).
* **File names** are relative to the config file's folder.
* YAML anchors, aliases and merge keys (\`<<\`) work; a key given twice is refused.
* **Passwords** never stand in a config: it names a file or an environment variable that holds them.
* Editors complete and check as you type when the first line of a file is
  \`# yaml-language-server: $schema=PATH/schema.json\` (VS Code's YAML extension, for one). The published package holds
  that schema as \`warmline/schema.json\`; in a clone \`node src/config/export-schema.ts\` prints it.

This page is written from the schema by \`node src/config/export-reference.ts\`.
`;

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return entries.length === 0 ? '{}' : `{ ${entries.map(([key, inner]) => `${key}: ${inline(inner)}`).join(', ')} }`;
  }
  return String(value);
}

function range(node: JsonSchema): string {
  const { minimum, maximum } = node;
  if (minimum === undefined || maximum === undefined) return '';
  return maximum === Number.MAX_SAFE_INTEGER ? ` ≥ ${minimum}` : ` ${minimum} to ${maximum}`;
}

function wordValue(node: JsonSchema): string {
  if (node.kind !== undefined) return node.kind;
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(', ');
  if (node.anyOf !== undefined) return node.anyOf.map(wordValue).join(', ');
  if (node.type === 'array' && node.items !== undefined) return `list of ${wordValue(node.items)}`;
  if (node.type === 'object' && node.properties !== undefined) {
    const keys = Object.entries(node.properties);
    return keys.length === 1 ? `\`{ ${keys[0][0]}: ${keys[0][1].kind ?? '…'} }\`` : 'section';
  }
  if (node.type === 'object') return 'map';
  if (node.type === 'integer') return `number${range(node)}`;
  if (node.type === 'string') return 'text';
  if (node.type === 'boolean') return '`true`, `false`';
  return node.type ?? 'any';
}

/** The section that a node opens, for maps and lists of maps with more than one key. */
function sectionOf(node: JsonSchema): JsonSchema | undefined {
  const inner = node.type === 'array' ? node.items : node;
  return inner?.properties !== undefined && Object.keys(inner.properties).length > 1 ? inner : undefined;
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function defaultOf(key: string, node: JsonSchema, parent: JsonSchema): string {
  if (parent.required?.includes(key)) return 'required';
  if (node.default === undefined || isEmptyMap(node.default)) return '';
  return `\`${inline(node.default)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function writeSection(path: string, title: string, intro: string, node: JsonSchema, out: string[]): void {
  out.push(`## ${title}`, '');
  if (intro !== '') out.push(intro, '');
  out.push('| key | value | default | meaning |', '|---|---|---|---|');
  const inner: Array<() => void> = [];
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    const full = path === '' ? key : `${path}.${key}`;
    const opened = sectionOf(value);
    const name = value.type === 'array' && opened !== undefined ? `${full}[]` : full;
    const link = `#${name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')}`;
    const shown = opened === undefined ? wordValue(value) : `[${value.type === 'array' ? 'list' : 'section'}](${link})`;
    out.push(
      `| \`${key}\` | ${cell(shown)} | ${cell(defaultOf(key, value, node))} | ${cell(value.description ?? '')} |`,
    );
    if (opened !== undefined) inner.push(() => writeSection(name, name, value.description ?? '', opened, out));
  }
  out.push('');
  for (const write of inner) write();
}

/** The whole page as Markdown. */
export function configReference(): string {
  const out: string[] = [PREFACE];
  writeSection('', 'The file', '', configJsonSchema(true), out);
  return `${out.join('\n').trimEnd()}\n`;
}
