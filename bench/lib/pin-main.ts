/** Preloaded (`--import`) into programs of one thread: pins it to the core named on the command line. */
import { pinThisThread } from './hot-thread.ts';
import { commandLine } from './serve.ts';

pinThisThread(commandLine.number('core', -1));
