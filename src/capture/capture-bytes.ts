import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Output waiting in the decompressor must never make it wait for a reader: it is drained after each piece of input. */
const UNLIMITED_WATER_MARK = 2 ** 30;

/** A file's bytes, pulled piece by piece, decompressed where they are gzipped (told by content; several members too). */
export class CaptureBytes {
  /** Why the bytes end before the file does (a damaged or truncated gzip); undefined if they don't. */
  damage: string | undefined = undefined;
  /** Bytes of the file itself taken so far: what progress is measured by. */
  bytesTaken = 0;

  readonly #input: ByteSource;
  #gunzip: Gunzip | undefined;
  #failed: Error | undefined;
  #started = false;
  #ended = false;

  constructor(input: ByteSource) {
    this.#input = input;
  }

  /** The next piece, which stays valid until the next call; undefined at the end. An empty piece is not the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#ended) return undefined;
    let chunk = await this.#input.read();
    if (!this.#started) {
      this.#started = true;
      // A pipe may hand out a first byte alone.
      while (chunk !== undefined && chunk.length < GZIP_MAGIC.length) {
        const head = Buffer.from(chunk);
        const more = await this.#input.read();
        if (more === undefined) break;
        chunk = Buffer.concat([head, more]);
      }
      if (chunk?.[0] === GZIP_MAGIC[0] && chunk[1] === GZIP_MAGIC[1]) this.#gunzip = this.#createGunzip();
    }
    this.bytesTaken = this.#input.bytesTaken ?? this.bytesTaken + (chunk?.length ?? 0);
    if (this.#gunzip !== undefined) return this.#inflate(this.#gunzip, chunk);
    if (chunk === undefined) {
      this.#ended = true;
      this.damage = this.#input.damage;
    }
    return chunk;
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#gunzip?.destroy();
    await this.#input.close();
  }

  #createGunzip(): Gunzip {
    const gunzip = createGunzip({ readableHighWaterMark: UNLIMITED_WATER_MARK, chunkSize: CHUNK_BYTES } as object);
    gunzip.on('error', (error) => {
      this.#failed = error;
    });
    return gunzip;
  }

  async #inflate(gunzip: Gunzip, chunk: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    const pieces: Buffer[] = [];
    await new Promise<void>((resolve) => {
      const done = (error?: Error | null): void => {
        gunzip.off('error', done);
        this.#failed ??= error ?? undefined;
        resolve();
      };
      gunzip.once('error', done);
      if (chunk !== undefined) {
        gunzip.write(chunk, done);
        return;
      }
      // Whether the stream is complete shows only after 'finish': as 'end', or as an error.
      gunzip.on('data', (piece: Buffer) => pieces.push(piece));
      gunzip.once('end', () => done());
      gunzip.end();
    });
    for (let piece = gunzip.read() as Buffer | null; piece !== null; piece = gunzip.read() as Buffer | null) {
      pieces.push(piece);
    }
    if (this.#failed !== undefined || chunk === undefined) {
      this.#ended = true;
      if (this.#failed !== undefined) {
        this.damage =
          chunk === undefined
            ? 'its gzip stream is truncated'
            : `its gzip stream is damaged (${this.#failed.message}) near byte ${this.bytesTaken}`;
      }
    }
    return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
  }
}

/** Where compressed or plain bytes come from. */
export interface ByteSource {
  /** Where the bytes are made from others: bytes of the file taken so far, and why they end before the file does. */
  readonly bytesTaken?: number;
  readonly damage?: string | undefined;
  /** The next piece, valid until the next call; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Bytes in memory, handed out in pieces. */
export class MemorySource implements ByteSource {
  readonly #chunks: readonly Uint8Array[];
  #index = 0;

  constructor(chunks: readonly Uint8Array[]) {
    this.#chunks = chunks;
  }

  read(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#chunks[this.#index++]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

class FileSource implements ByteSource {
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #left: number;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#left = size;
  }

  async read(): Promise<Uint8Array | undefined> {
    const wanted = Math.min(this.#left, CHUNK_BYTES);
    if (wanted === 0) return undefined;
    const { bytesRead } = await this.#handle.read(this.#buffer, 0, wanted, null);
    if (bytesRead === 0) return undefined;
    this.#left -= bytesRead;
    return this.#buffer.subarray(0, bytesRead);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** A capture file that can be read more than once, the same bytes each time. */
export class CaptureFile {
  readonly path: string;
  /** Its size in bytes as it was found; what is appended later is left alone. */
  readonly size: number;
  readonly #chunks: readonly Uint8Array[] | undefined;
  readonly #translate: ((bytes: CaptureBytes) => ByteSource) | undefined;

  private constructor(
    path: string,
    size: number,
    chunks: readonly Uint8Array[] | undefined,
    translate?: (bytes: CaptureBytes) => ByteSource,
  ) {
    this.path = path;
    this.size = size;
    this.#chunks = chunks;
    this.#translate = translate;
  }

  /** The file, read as what something makes of its bytes. */
  translated(translate: (bytes: CaptureBytes) => ByteSource): CaptureFile {
    return new CaptureFile(this.path, this.size, this.#chunks, translate);
  }

  /**
   * Finds the file. A pipe can be read only once, so its bytes are kept in memory.
   * @throws {Error} naming the path and what is wrong with it
   */
  static async find(path: string): Promise<CaptureFile> {
    const handle = await openForReading(path);
    try {
      const status = await handle.stat();
      if (status.isDirectory()) throw new Error(`${path} is a directory, not a capture file`);
      if (status.isFile()) return new CaptureFile(path, status.size, undefined);
      const source = new FileSource(handle, Number.POSITIVE_INFINITY);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
        chunks.push(Buffer.from(chunk));
        size += chunk.length;
      }
      return new CaptureFile(path, size, chunks);
    } finally {
      await handle.close();
    }
  }

  /** Capture bytes held in memory under a name. */
  static ofBytes(name: string, bytes: Uint8Array): CaptureFile {
    return new CaptureFile(name, bytes.length, [bytes]);
  }

  /** Starts reading from the first byte. @throws {Error} naming the path, if it is gone meanwhile */
  async open(): Promise<CaptureBytes> {
    const source =
      this.#chunks === undefined
        ? new FileSource(await openForReading(this.path), this.size)
        : new MemorySource(this.#chunks);
    const bytes = new CaptureBytes(source);
    return this.#translate === undefined ? bytes : new CaptureBytes(this.#translate(bytes));
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`no such capture file: ${path}`);
    if (code === 'EACCES') throw new Error(`capture file may not be read: ${path}`);
    throw new Error(`capture file ${path}: ${message}`);
  }
}
