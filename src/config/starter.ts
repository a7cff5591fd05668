import { stringify } from 'yaml';
import { configJsonSchema, type JsonSchema } from './json-schema.ts';
import type { StarterVenue } from './starter-venues.ts';

/**
 * A config to begin with: what must be set is set, everything else stands beside it in comments, with its meaning and its
 * default, so that a `#` is all there is to remove. Written from the schema, so it never lags behind it.
 */

const COMMENT_WIDTH = 100;

/** Values for keys that have no default, by the key's name. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  active: 'A',
  interface: 'eth1',
  source: '206.200.127.138',
  staleAfter: '3s',
  session: '000010059B',
  passwordFile: './password',
  auditEvery: '10min',
  main: 0,
  hot: 1,
  router: 1,
  lines: [2, 3],
  strategies: [4],
};

/** Keys that exclude what is set, or that are another way of saying it. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'feeds[].lines[].address',
  'feeds[].snapshot.passwordFile',
  'feeds[].session',
  'strategies',
  'orders',
  'sim',
  'api.tls',
]);

const VALUES: Readonly<Record<StarterVenue, Record<string, unknown>>> = {
  nasdaq: {
    venue: 'nasdaq',
    protocol: 'nasdaq',
    feeds: [
      {
        name: 'totalview',
        lines: [
          { name: 'A', group: '233.54.12.111', port: 26477, interface: 'eth1' },
          { name: 'B', group: '233.49.196.111', port: 26477, interface: 'eth2' },
        ],
        retransmit: { servers: [{ address: '206.200.127.144', port: 18106 }] },
        snapshot: { address: '206.200.127.150', port: 21805, username: 'USER01', passwordEnv: 'GLIMPSE_PASSWORD' },
      },
    ],
    strategy: './strategy.ts',
  },
  cme: {
    venue: 'cme',
    protocol: 'cme',
    feeds: [
      {
        name: 'channel-310',
        lines: [
          { name: 'A', group: '224.0.31.11', port: 14320, interface: 'eth1' },
          { name: 'B', group: '224.0.32.11', port: 15320, interface: 'eth2' },
        ],
      },
    ],
    strategy: './strategy.ts',
  },
};

/** What protocols lack, so that their keys would be refused. */
const LACKS: Readonly<Record<StarterVenue, readonly string[]>> = {
  nasdaq: [],
  cme: ['feeds[].retransmit', 'feeds[].snapshot', 'feeds[].books'],
};

/** The text of a starter config. */
export function starterConfig(venue: StarterVenue): string {
  const writer = new StarterWriter(new Set([...LEFT_OUT, ...LACKS[venue]]));
  writer.section(configJsonSchema(true), VALUES[venue], '', '');
  return `${PREFACE}\n${writer.text}`;
}

const PREFACE = `# yaml-language-server: $schema=node_modules/warmline/dist/config/schema.json
#
# A config to begin with. What is set stands for yours: addresses, ports, interfaces, logins. Lines that begin with "#"
# and no blank are keys with their defaults, or an example where there is none: remove the "#" to set them.
# \`warmline check FILE\` says what is wrong, \`warmline doctor FILE\` whether this host is fit for it.
`;

/** The strategy that a starter config names. */
export const starterStrategy = `import { defineStrategy } from 'warmline';

export default defineStrategy((context) => ({
  onFeedStatus(feed) {
    context.log(\`\${feed.name} is \${feed.live ? 'live' : 'not live: do not trust its books'}\`);
  },
  onBook(book, feed) {
    if (!feed.live) return;
    // best prices: book.bestBid, book.bestAsk, as price × 10,000
  },
}));
`;

class StarterWriter {
  text = '';
  private readonly leftOut: ReadonlySet<string>;

  constructor(leftOut: ReadonlySet<string>) {
    this.leftOut = leftOut;
  }

  /** The keys of a map. @param value what is set of it; undefined: all of it is commented out */
  section(node: JsonSchema, value: Record<string, unknown> | undefined, path: string, indent: string): void {
    for (const [key, property] of Object.entries(node.properties ?? {})) {
      const full = path === '' ? key : `${path}.${key}`;
      if (this.leftOut.has(full)) continue;
      if (value !== undefined && key in value) this.set(key, property, value[key], full, indent);
      else this.proposed(key, property, full, indent, value === undefined);
    }
  }

  private set(key: string, node: JsonSchema, value: unknown, path: string, indent: string): void {
    this.describe(node, indent);
    if (isMap(value) && node.properties !== undefined) {
      this.line(indent, `${key}:`, false);
      this.section(node, value, path, `${indent}  `);
    } else if (Array.isArray(value) && node.items?.properties !== undefined) {
      this.line(indent, `${key}:`, false);
      for (const [i, item] of value.entries()) {
        this.line(indent, '  -', false);
        // the first one of a list carries the explanations
        const inner = `${indent}    `;
        if (i === 0) this.section(node.items, item as Record<string, unknown>, `${path}[]`, inner);
        else for (const [name, set] of Object.entries(item as object)) this.line(inner, `${name}: ${flow(set)}`, false);
      }
    } else this.line(indent, `${key}: ${flow(value)}`, false);
    if (path === key) this.text += '\n';
  }

  /** A key that is not set: its default, in a comment. */
  private proposed(key: string, node: JsonSchema, path: string, indent: string, inside: boolean): void {
    const value = node.default ?? EXAMPLES[key] ?? exampleOf(node);
    const open = node.properties !== undefined && (value === undefined || isEmptyMap(value));
    if (!open && value === undefined) return;
    this.describe(node, indent, inside);
    if (!open) this.line(indent, `${key}: ${flow(value)}`, true);
    else {
      this.line(indent, `${key}:`, true);
      this.section(node, undefined, path, `${indent}  `);
    }
    if (path === key) this.text += '\n';
  }

  private describe(node: JsonSchema, indent: string, inside = false): void {
    if (node.description === undefined) return;
    let line = '';
    const put = () => {
      this.text += `${inside ? '' : indent}# ${inside ? indent : ''}${line}\n`;
      line = '';
    };
    for (const word of node.description.split(' ')) {
      if (line !== '' && line.length + word.length + indent.length > COMMENT_WIDTH) put();
      line += line === '' ? word : ` ${word}`;
    }
    put();
  }

  /** In a comment the `#` takes the place of nothing: what stands behind it is as it would be. */
  private line(indent: string, text: string, commented: boolean): void {
    this.text += commented ? `#${indent}${text}\n` : `${indent}${text}\n`;
  }
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isEmptyMap = (value: unknown) => isMap(value) && Object.keys(value).length === 0;

function exampleOf(node: JsonSchema): unknown {
  if (node.kind === 'duration') return '1s';
  if (node.kind === 'size') return '1MiB';
  if (node.enum !== undefined) return node.enum[0];
  return undefined;
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}
