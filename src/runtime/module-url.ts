/**
 * The URL of a module beside the importer, with the importer's own extension: `src/*.ts` runs from a clone and
 * `dist/*.js` from the published package, and worker URLs are not rewritten by the compiler.
 *
 * ```ts
 * new Worker(siblingUrl(import.meta.url, './thread-main'));
 * ```
 * @param importMetaUrl the caller's `import.meta.url`
 * @param path relative path without extension
 */
export function siblingUrl(importMetaUrl: string, path: string): URL {
  const extension = importMetaUrl.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${path}${extension}`, importMetaUrl);
}
