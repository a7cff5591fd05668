import { expect, it } from 'vitest';
import { helperThreads, pinMainThread } from './main-thread.ts';

const EINVAL = 22;

it('pins the calling thread, and says what became of it where it could not', () => {
  const pinned: number[][] = [];
  const native = (result: number) => ({
    pinThread: (core: number, thread = 0) => {
      pinned.push([core, thread]);
      return result;
    },
  });
  expect(pinMainThread(3, native(0), [71, 72])).toBeUndefined();
  expect(pinMainThread(900, native(-EINVAL))).toBe(
    'the main thread is not pinned to core 900 (EINVAL): it runs on any',
  );
  expect(pinned.slice(0, 2)).toEqual([
    [3, 71],
    [3, 72],
  ]);
  expect(pinned.filter(([, thread]) => thread === 0)).toEqual([
    [3, 0],
    [900, 0],
  ]);
  expect(pinMainThread(3, undefined)).toContain('needs the native addon');
});

it('helpers are the threads of the process but the main one', () => {
  expect(helperThreads().length).toBeGreaterThan(0);
  expect(helperThreads()).not.toContain(process.pid);
});
