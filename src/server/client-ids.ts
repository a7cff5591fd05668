import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Who used a client id, and which. */
export interface IdOwner {
  /** Name of the token. */
  readonly by: string;
  readonly clientId: string;
}

const OWN_ONLY = 0o600;

/**
 * The client ids of one day's orders, in a file: an id is written before its order is sent, so that a program that asks
 * again after any failure, of its own or of the router, never sends an order twice. An id's line in the file (from 1) is
 * the `tag` of its order, by which the order is found again after a restart.
 */
export class ClientIds {
  private readonly path: string;
  private readonly toDisk: boolean;
  private readonly tags = new Map<string, number>();
  private readonly owners = new Map<number, IdOwner>();
  private file: number | undefined = undefined;
  private bytes = 0;
  /** The last tag that was given away. */
  private last = 0;
  /** The file's last line has no end: it was being written when the process died. */
  private isTorn: boolean;

  /**
   * @param path made when the first id is written
   * @param toDisk whether an id is on the disk before its order is sent, so that it survives the end of the host
   * @throws {Error} if it is there and can't be read
   */
  constructor(path: string, toDisk = false) {
    this.path = path;
    this.toDisk = toDisk;
    const lines = readLines(path);
    // What follows the last line end: nothing, or an id whose writing was cut off. Its order was never sent.
    this.isTorn = lines.pop() !== '';
    for (const line of lines) this.know(++this.last, ownerIn(line));
    if (this.isTorn) this.last++;
  }

  /** The tag of an id that was used, or undefined. */
  tag(by: string, clientId: string): number | undefined {
    return this.tags.get(keyOf(by, clientId));
  }

  /** Who used it, and as what; undefined for a tag that is nobody's. */
  owner(tag: number): IdOwner | undefined {
    return this.owners.get(tag);
  }

  /**
   * An order has this tag: it is not given away again, though the file may have lost its line (with the host, where ids are
   * not written through to the disk).
   */
  isUsed(tag: number): void {
    while (this.last < tag) {
      this.write('\n');
      this.last++;
    }
  }

  /** Writes a new id down. @returns its tag. @throws {Error} if it can't be written: then nothing may be sent */
  add(by: string, clientId: string): number {
    this.write(`${keyOf(by, clientId)}\n`);
    this.know(++this.last, { by, clientId });
    return this.last;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private know(tag: number, owner: IdOwner | undefined): void {
    if (owner === undefined) return;
    this.tags.set(keyOf(owner.by, owner.clientId), tag);
    this.owners.set(tag, owner);
  }

  /** Adds to the file all of it or nothing, so that its lines are always those that were counted. */
  private write(text: string): void {
    const file = this.open();
    // a torn line is ended only now: a start that writes nothing changes nothing
    const bytes = Buffer.from(this.isTorn ? `\n${text}` : text);
    try {
      if (writeSync(file, bytes) !== bytes.length) throw new Error(`${this.path} could not be written to its end`);
      if (this.toDisk) fdatasyncSync(file);
    } catch (error) {
      ftruncateSync(file, this.bytes);
      throw error;
    }
    this.bytes += bytes.length;
    this.isTorn = false;
  }

  private open(): number {
    if (this.file !== undefined) return this.file;
    mkdirSync(dirname(this.path), { recursive: true });
    this.file = openSync(this.path, 'a', OWN_ONLY);
    this.bytes = fstatSync(this.file).size;
    return this.file;
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [''];
    throw error;
  }
}

/** @returns undefined for a line that is none of ours: its tag is nobody's */
function ownerIn(line: string): IdOwner | undefined {
  try {
    const [by, clientId] = JSON.parse(line) as [unknown, unknown];
    return typeof by === 'string' && typeof clientId === 'string' ? { by, clientId } : undefined;
  } catch {
    return undefined;
  }
}

/** One line: JSON has no line ends of its own. */
function keyOf(by: string, clientId: string): string {
  return JSON.stringify([by, clientId]);
}
