import type { JournalDisk } from '../journal-disk.ts';

const PAGE_BYTES = 4096;

interface Inode {
  bytes: Uint8Array;
  size: number;
  /** What a host that dies now is sure to find. */
  syncedBytes: Uint8Array;
  syncedSize: number;
  dirtyPages: Set<number>;
}

/** The disk has stopped: its process was killed in the middle of that call. */
export class DiskStopped extends Error {
  readonly code = 'ESTOPPED';
}

function diskError(code: string, errno: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: by the test`), { code, errno: -errno });
}

/**
 * A disk in memory that can do what disks do: fill up, fail, stop in the middle of a write, and forget what was not synced.
 */
export class MemoryDisk implements JournalDisk {
  /** Bytes that files may take in all. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** Calls until it stops; the one that is then under way is done half. */
  stopsAfter = Number.POSITIVE_INFINITY;
  /** Calls of these names fail. */
  readonly failing = new Map<'write' | 'sync', { code: string; errno: number }>();
  isStopped = false;
  /** Calls made so far. */
  calls = 0;
  private names = new Map<string, Inode>();
  private syncedNames = new Map<string, Inode>();
  private readonly opened = new Map<number, Inode>();
  private nextFile = 3;

  list(directory: string): string[] {
    const prefix = `${directory}/`;
    return [...this.names.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  }

  open(path: string, how: 'create' | 'existing' | 'read'): number {
    this.step();
    let inode = this.names.get(path);
    if (inode === undefined) {
      if (how !== 'create') throw diskError('ENOENT', 2);
      inode = newInode();
      this.names.set(path, inode);
    }
    if (how === 'create') this.resize(inode, 0);
    this.opened.set(this.nextFile, inode);
    return this.nextFile++;
  }

  sizeOf(file: number): number {
    return this.inode(file).size;
  }

  read(file: number, into: Uint8Array, offset: number, length: number, at: number): number {
    const { bytes, size } = this.inode(file);
    const count = Math.max(0, Math.min(length, size - at));
    into.set(bytes.subarray(at, at + count), offset);
    return count;
  }

  write(file: number, bytes: Uint8Array, offset: number, length: number, at: number): number {
    const inode = this.inode(file);
    const stops = this.step();
    const fault = this.failing.get('write');
    if (fault !== undefined) throw diskError(fault.code, fault.errno);
    const grows = Math.max(0, at + length - inode.size);
    const room = this.capacityBytes - this.usedBytes;
    const count = stops ? length >> 1 : grows > room ? length - (grows - room) : length;
    if (count <= 0 && length > 0 && !stops) throw diskError('ENOSPC', 28);
    if (at + count > inode.size) this.resize(inode, at + count);
    for (let i = 0; i < count; i++) inode.bytes[at + i] = bytes[offset + i];
    for (let page = Math.floor(at / PAGE_BYTES); page * PAGE_BYTES < at + count; page++) inode.dirtyPages.add(page);
    if (stops) this.stop();
    return count;
  }

  truncate(file: number, sizeBytes: number): void {
    const inode = this.inode(file);
    this.stepOrStop();
    this.resize(inode, sizeBytes);
  }

  sync(file: number): void {
    const inode = this.inode(file);
    this.stepOrStop();
    const fault = this.failing.get('sync');
    if (fault !== undefined) throw diskError(fault.code, fault.errno);
    inode.syncedBytes = inode.bytes.slice();
    inode.syncedSize = inode.size;
    inode.dirtyPages.clear();
  }

  close(file: number): void {
    this.opened.delete(file);
  }

  rename(from: string, to: string): void {
    this.stepOrStop();
    const inode = this.names.get(from);
    if (inode === undefined) throw diskError('ENOENT', 2);
    this.names.delete(from);
    this.names.set(to, inode);
  }

  remove(path: string): void {
    this.stepOrStop();
    this.names.delete(path);
  }

  syncDirectory(_directory: string): void {
    this.stepOrStop();
    this.syncedNames = new Map(this.names);
  }

  get usedBytes(): number {
    let used = 0;
    for (const { size } of new Set(this.names.values())) used += size;
    return used;
  }

  /** A file's bytes, to look at or to damage. */
  content(path: string): Uint8Array {
    const { bytes, size } = this.names.get(path)!;
    return bytes.subarray(0, size);
  }

  /** The disk as the next process finds it: the host lives, so nothing that was written is lost. */
  afterKill(): MemoryDisk {
    return this.copied(this.names, (inode) => ({ bytes: inode.bytes.slice(), size: inode.size }));
  }

  /**
   * The disk as the host finds it when it is up again: whatever was not synced is there, or is not, or is garbage, page by
   * page, and so are names.
   * @param random below n
   */
  afterHostDied(random: (n: number) => number): MemoryDisk {
    const names = random(2) === 0 ? this.syncedNames : this.names;
    return this.copied(names, (inode) => {
      const size = random(2) === 0 ? inode.syncedSize : inode.size;
      const bytes = new Uint8Array(size);
      bytes.set(inode.syncedBytes.subarray(0, size));
      for (const page of inode.dirtyPages) {
        const from = page * PAGE_BYTES;
        const to = Math.min(size, from + PAGE_BYTES);
        if (from >= to) continue;
        const fate = random(4);
        // 0: never written. 1: as it was written. 2: a part of it. 3: something else.
        const end = fate === 2 ? from + random(to - from) : to;
        if (fate === 1 || fate === 2) bytes.set(inode.bytes.subarray(from, end), from);
        // What was synced and written once more unaltered is never harmed.
        let harmed = from;
        while (harmed < to && inode.bytes[harmed] === bytes[harmed]) harmed++;
        if (fate === 3) for (let at = harmed; at < to; at++) bytes[at] = random(256);
      }
      return { bytes, size };
    });
  }

  private copied(
    names: Map<string, Inode>,
    content: (inode: Inode) => { bytes: Uint8Array; size: number },
  ): MemoryDisk {
    const disk = new MemoryDisk();
    for (const [path, inode] of names) {
      const { bytes, size } = content(inode);
      const copy = { bytes, size, syncedBytes: bytes.slice(), syncedSize: size, dirtyPages: new Set<number>() };
      disk.names.set(path, copy);
      disk.syncedNames.set(path, copy);
    }
    return disk;
  }

  private inode(file: number): Inode {
    const inode = this.opened.get(file);
    if (inode === undefined) throw diskError('EBADF', 9);
    return inode;
  }

  private resize(inode: Inode, size: number): void {
    const first = Math.floor(Math.min(size, inode.size) / PAGE_BYTES);
    if (size > inode.bytes.length) {
      const bytes = new Uint8Array(Math.max(size, inode.bytes.length * 2));
      bytes.set(inode.bytes);
      inode.bytes = bytes;
    }
    if (size < inode.size) inode.bytes.fill(0, size, inode.size);
    for (let page = first; page * PAGE_BYTES < Math.max(size, inode.size); page++) inode.dirtyPages.add(page);
    inode.size = size;
  }

  /** @returns whether the disk stops in the middle of this call */
  private step(): boolean {
    if (this.isStopped) throw new DiskStopped('stopped');
    this.calls++;
    return this.calls > this.stopsAfter;
  }

  private stepOrStop(): void {
    if (this.step()) this.stop();
  }

  private stop(): never {
    this.isStopped = true;
    throw new DiskStopped('stopped');
  }
}

function newInode(): Inode {
  return {
    bytes: new Uint8Array(0),
    size: 0,
    syncedBytes: new Uint8Array(0),
    syncedSize: 0,
    dirtyPages: new Set(),
  };
}
