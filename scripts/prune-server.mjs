/**
 * The package of the API server brings a binary for every system there is (133 MB). Those for other systems than this one
 * are removed when Warmline is installed; `deploy/install` keeps just the one that the pinned runtime loads. Never fails:
 * a file that can't be removed stays.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ours = `_${process.platform}_${process.arch}_`;

/** The package's folder, as Node would find it from here. */
function serverFolder() {
  for (let folder = dirname(dirname(fileURLToPath(import.meta.url))); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'uWebSockets.js', 'dist', 'bin');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

try {
  const folder = serverFolder();
  const foreign =
    folder === undefined ? [] : readdirSync(folder).filter((file) => file.endsWith('.node') && !file.includes(ours));
  for (const file of foreign) rmSync(join(folder, file), { force: true });
} catch {
  // A read-only installation keeps them: they cost room, nothing else.
}
