import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ItchWorkloadOptions, writeItchWorkload } from './itch-workload.ts';

const folder = join(import.meta.dirname, '..', '.build', 'workloads');
const generator = join(import.meta.dirname, 'itch-workload.ts');

/** A workload file with these options, made once and kept beside the compiled twins. */
export function workloadFile(options: Omit<ItchWorkloadOptions, 'file'>): string {
  const name = Object.entries(options)
    .map(([key, value]) => `${key}-${value}`)
    .join('_');
  const file = join(folder, `${name}.itch`);
  if (existsSync(file) && statSync(file).mtimeMs > statSync(generator).mtimeMs) return file;
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.part`;
  writeItchWorkload({ ...options, file: unfinished });
  renameSync(unfinished, file);
  return file;
}
