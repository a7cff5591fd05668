import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** True where Wireshark's `tshark` is installed: an independent reader to check against. */
export const hasTshark = (() => {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Field values of each packet of a capture, as tshark prints them. */
export async function tsharkFields(
  path: string,
  fields: readonly string[],
  args: readonly string[] = [],
): Promise<string[][]> {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const { stdout } = await promisify(execFile)('tshark', ['-r', path, '-T', 'fields', ...wanted, ...args], {
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
}
