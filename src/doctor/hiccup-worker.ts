import { parentPort, workerData } from 'node:worker_threads';
import { type HiccupTask, spinOnTheClock } from './hiccups.ts';

// Entry of the measuring thread.
parentPort?.postMessage(spinOnTheClock(workerData as HiccupTask));
