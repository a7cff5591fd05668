import { expect, it, vi } from 'vitest';

// Elsewhere than on x86 the ring publishes through Atomics. The writer's tests once more on that path.
vi.mock('node:os', async (original) => ({ ...(await original<typeof import('node:os')>()), arch: () => 'arm64' }));

const { storeRelease } = await import('../ring/memory-order.ts');
await import('./journal-writer.test.ts');

it('runs the tests of the journal’s writer on the path of processors with a weak memory order', () => {
  const store = vi.spyOn(Atomics, 'store');
  storeRelease(new Int32Array(1), 0, 1);
  expect(store).toHaveBeenCalledOnce();
  store.mockRestore();
});
