import { loadConfig } from '../../config/load.ts';
import { RouterSession } from '../router-session.ts';

/** A router whose main thread hangs for good from the first byte on its standard input on. Arguments: the config. */
await RouterSession.run(loadConfig(process.argv[2]), {
  started: () => {
    process.stdout.write('ready\n');
    process.stdin.once('data', () => {
      process.stdout.write('hangs\n', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
    });
  },
});
