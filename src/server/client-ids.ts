import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The client ids of one day's orders, in a file: an id is written before its order is sent, so that a program that asks
 * again after any failure, of its own or of the router, never sends an order twice. An id's place in the file (from 1) is
 * the `tag` of its order, by which the order is found again after a restart.
 */
export class ClientIds {
  private readonly path: string;
  private readonly tags = new Map<string, number>();

  /** @param path made when the first id is written. @throws {Error} if it is there and can't be read */
  constructor(path: string) {
    this.path = path;
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const lines = text.split('\n');
    // a last line without its end was being written when the process died: its order was never sent
    if (lines.pop() !== '') appendFileSync(path, '\n');
    for (const [i, key] of text.split('\n').entries()) if (key !== '') this.tags.set(key, i + 1);
    this.written = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  }

  private written = 0;

  /** The tag of an id that was used, or undefined. */
  tag(by: string, clientId: string): number | undefined {
    return this.tags.get(keyOf(by, clientId));
  }

  /** Writes a new id down. @returns its tag. @throws {Error} if it can't be written: then nothing may be sent */
  add(by: string, clientId: string): number {
    const key = keyOf(by, clientId);
    if (this.written === 0) mkdirSync(dirname(this.path), { recursive: true });
    appendFileSync(this.path, `${key}\n`);
    const tag = ++this.written;
    this.tags.set(key, tag);
    return tag;
  }

  /** Who used it, and as what; undefined for a tag that is not ours. Cold. */
  owner(tag: number): { readonly by: string; readonly clientId: string } | undefined {
    for (const [key, known] of this.tags) {
      if (known !== tag) continue;
      const [by, clientId] = JSON.parse(key) as [string, string];
      return { by, clientId };
    }
    return undefined;
  }

  /** Every id by its tag. */
  *entries(): Generator<readonly [tag: number, by: string, clientId: string]> {
    for (const [key, tag] of this.tags) {
      const [by, clientId] = JSON.parse(key) as [string, string];
      yield [tag, by, clientId];
    }
  }
}

/** One line: JSON has no line ends of its own. */
function keyOf(by: string, clientId: string): string {
  return JSON.stringify([by, clientId]);
}
