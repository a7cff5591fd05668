import { registerHooks } from 'node:module';

let registered = false;

/**
 * Makes `import … from 'warmline'` in a user's strategy file mean this very copy of Warmline, wherever the file stands.
 * Hooks belong to a thread, so each thread that loads strategies registers its own, once.
 */
export function registerWarmlineImport(): void {
  if (registered) return;
  registered = true;
  // the index beside this folder has this file's own extension: .ts in a clone, .js in the published package
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const indexUrl = new URL(`../index${extension}`, import.meta.url).href;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === 'warmline') return { url: indexUrl, shortCircuit: true };
      return nextResolve(specifier, context);
    },
  });
}
