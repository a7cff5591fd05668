/**
 * Counters: every fact that an agent knows about its work, as Float64 cells in one piece of shared memory. An agent
 * writes its own cells with plain stores (`cells[i]! += 1`), everything else only reads. One writer per block, so
 * nothing is locked; an aligned 64-bit store does not tear on the machines Warmline runs on.
 *
 * The main thread allocates the blocks before threads start and hands each agent the {@link CounterHandle}s it writes.
 * {@link CounterRegistry.describe} says what the cells mean, so that another process can read them from a mapped file.
 */

/** Blocks start on multiples of this, so that two writers never share a cache line (pair: see the prefetcher). */
export const BLOCK_ALIGNMENT_BYTES = 128;
const CELL_BYTES = Float64Array.BYTES_PER_ELEMENT;
const DEFAULT_CAPACITY_BYTES = 1 << 20;

/** Where a block's cells stand; structured-cloneable, so it travels in an agent's options. */
export interface CounterHandle {
  /** Index of the block's first cell in the whole memory seen as a Float64Array. */
  readonly firstCell: number;
  readonly cellCount: number;
}

/** One block as metadata. */
export interface CounterBlock extends CounterHandle {
  /** What the block is about: `line`, `thread`, `arbiter`… */
  readonly name: string;
  /** Which one: `{ feed: 'itch', line: 'A' }`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Meaning of each cell, in order, unit in the name. */
  readonly cellNames: readonly string[];
}

/** Everything a stranger needs to read the memory. Serialises to JSON. */
export interface CounterDescription {
  readonly layout: 'warmline-counters-1';
  readonly byteLength: number;
  readonly blocks: readonly CounterBlock[];
}

/** A block with its cells, on the allocating thread. */
export interface AllocatedCounters {
  readonly cells: Float64Array;
  readonly handle: CounterHandle;
}

/** Allocates and lists blocks. Main thread only; other threads use {@link counterCells}. */
export class CounterRegistry {
  readonly memory: ArrayBufferLike;
  private readonly registered: CounterBlock[] = [];
  private readonly byIdentity = new Map<string, CounterBlock>();
  private nextByte = 0;

  /** @param memory where the cells live: zeroed; by default 1 MiB of new shared memory (some 8,000 small blocks) */
  constructor(memory: ArrayBufferLike = new SharedArrayBuffer(DEFAULT_CAPACITY_BYTES)) {
    this.memory = memory;
  }

  /**
   * Allocates a block, or finds the one of that name and labels again (a restarted thread goes on counting).
   *
   * @throws {Error} if the memory is full, or the same block was allocated with other cells
   */
  allocate(name: string, labels: Readonly<Record<string, string>>, cellNames: readonly string[]): AllocatedCounters {
    const identity = JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
    const known = this.byIdentity.get(identity);
    if (known !== undefined) {
      if (known.cellNames.join() !== cellNames.join()) {
        throw new Error(`counters ${identity} exist with other cells: ${known.cellNames.join(', ')}`);
      }
      return { cells: counterCells(this.memory, known), handle: handleOf(known) };
    }
    const bytes = cellNames.length * CELL_BYTES;
    if (this.nextByte + bytes > this.memory.byteLength) {
      throw new Error(
        `counter memory is full: ${identity} needs ${bytes} bytes, ${this.memory.byteLength - this.nextByte} are left of ${this.memory.byteLength}`,
      );
    }
    const block: CounterBlock = {
      name,
      labels: { ...labels },
      cellNames: [...cellNames],
      firstCell: this.nextByte / CELL_BYTES,
      cellCount: cellNames.length,
    };
    this.nextByte += Math.ceil(bytes / BLOCK_ALIGNMENT_BYTES) * BLOCK_ALIGNMENT_BYTES;
    this.registered.push(block);
    this.byIdentity.set(identity, block);
    return { cells: counterCells(this.memory, block), handle: handleOf(block) };
  }

  /** All blocks, in order of allocation. */
  get blocks(): readonly CounterBlock[] {
    return this.registered;
  }

  /** The blocks of one name, each with its cells. */
  find(name: string): { block: CounterBlock; cells: Float64Array }[] {
    return this.registered
      .filter((block) => block.name === name)
      .map((block) => ({ block, cells: counterCells(this.memory, block) }));
  }

  describe(): CounterDescription {
    return { layout: 'warmline-counters-1', byteLength: this.memory.byteLength, blocks: [...this.registered] };
  }
}

/** The cells of a block, on any thread (or over a mapped file, in any process). */
export function counterCells(memory: ArrayBufferLike, handle: CounterHandle): Float64Array {
  return new Float64Array(memory, handle.firstCell * CELL_BYTES, handle.cellCount);
}

function handleOf(block: CounterBlock): CounterHandle {
  return { firstCell: block.firstCell, cellCount: block.cellCount };
}
