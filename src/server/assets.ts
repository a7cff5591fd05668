import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the dashboard, read once. */
export interface Asset {
  readonly body: Buffer;
  readonly contentType: string;
  /** Quoted, as the header wants it. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const ETAG_CHARACTERS = 20;

/**
 * Files by the path under which they are served. Only what stands in the folder can ever be asked for: a path is a key, never
 * a file name.
 */
export function loadAssets(folder: string, more: Readonly<Record<string, string>> = {}): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  const add = (path: string, file: string) => {
    const contentType = TYPES[extname(file)];
    if (contentType === undefined) return;
    const body = readFileSync(file);
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, ETAG_CHARACTERS)}"`;
    assets.set(path, { body, contentType, etag });
  };
  for (const name of readdirSync(folder)) add(`/${name}`, join(folder, name));
  for (const [path, file] of Object.entries(more)) add(path, file);
  const index = assets.get('/index.html');
  if (index !== undefined) assets.set('/', index);
  return assets;
}
