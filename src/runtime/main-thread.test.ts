import { expect, it } from 'vitest';
import { pinMainThread } from './main-thread.ts';

const EINVAL = 22;

it('pins the calling thread, and says what became of it where it could not', () => {
  const cores: number[] = [];
  const native = (result: number) => ({
    pinThread: (core: number) => {
      cores.push(core);
      return result;
    },
  });
  expect(pinMainThread(3, native(0))).toBeUndefined();
  expect(pinMainThread(900, native(-EINVAL))).toBe(
    'the main thread is not pinned to core 900 (EINVAL): it runs on any',
  );
  expect(cores).toEqual([3, 900]);
  expect(pinMainThread(3, undefined)).toContain('needs the native addon');
});
