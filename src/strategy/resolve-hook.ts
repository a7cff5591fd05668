import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { siblingUrl } from '../runtime/module-url.ts';

let registered = false;

/**
 * Prepares a thread for loading users' strategies:
 *
 * - `import … from 'warmline'` means this very copy of Warmline, wherever the strategy's file stands;
 * - a strategy in TypeScript runs even under `node_modules`, where Node itself refuses to strip types (the examples of
 *   an installed Warmline stand there).
 *
 * Hooks belong to a thread, so each thread that loads strategies registers its own, once.
 */
export function registerStrategyImports(): void {
  if (registered) return;
  registered = true;
  const indexUrl = siblingUrl(import.meta.url, '../index').href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'warmline') return { url: indexUrl, shortCircuit: true };
      return nextResolve(specifier, context);
    },
    load(url, context, nextLoad) {
      if (!url.startsWith('file:') || !url.endsWith('.ts') || !url.includes('/node_modules/'))
        return nextLoad(url, context);
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
      return { format: 'module', source, shortCircuit: true };
    },
  });
}
