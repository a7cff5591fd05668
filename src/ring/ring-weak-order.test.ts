import { expect, it, vi } from 'vitest';

// Elsewhere than on x86 the rings publish through Atomics. The same tests once more on that path.
vi.mock('node:os', async (original) => ({ ...(await original<typeof import('node:os')>()), arch: () => 'arm64' }));

const { storeRelease } = await import('./memory-order.ts');
await import('./spsc-ring.test.ts');
await import('./broadcast-ring.test.ts');

it('runs the tests of the rings on the path of processors with a weak memory order', () => {
  const store = vi.spyOn(Atomics, 'store');
  storeRelease(new Int32Array(1), 0, 1);
  expect(store).toHaveBeenCalledOnce();
  store.mockRestore();
});
