import type { CounterHandle } from './counters.ts';
import type { ThreadSpec } from './thread-spec.ts';

/** What a thread is started with (`workerData`). */
export interface ThreadStart {
  readonly spec: ThreadSpec;
  /** See `ThreadControl`. */
  readonly control: SharedArrayBuffer;
  readonly counterMemory: ArrayBufferLike;
  /** The thread's own block, see `DutyCell`. */
  readonly dutyCounters: CounterHandle;
  readonly reportRing: SharedArrayBuffer;
}

/** An error in a form that crosses threads whole, whatever was thrown. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
}

/** A privilege the system refused. Not fatal: the thread runs without it. */
export interface RefusedPrivilege {
  readonly privilege: 'pin' | 'scheduling' | 'timerSlack' | 'native';
  /** Positive errno; 0 where there is none. */
  readonly errno: number;
}

/**
 * Rare news from a thread. A message sent from a thread that never enters its event loop still arrives: only the
 * receiver needs one.
 */
export type ThreadMessage =
  | { readonly kind: 'running'; readonly refused: readonly RefusedPrivilege[]; readonly native: boolean }
  | { readonly kind: 'startFailed'; readonly agent: string; readonly error: ErrorReport }
  | { readonly kind: 'agentFailed'; readonly agent: string; readonly error: ErrorReport; readonly remaining: number };

/** Makes an {@link ErrorReport} of anything that can be thrown. */
export function errorReport(thrown: unknown): ErrorReport {
  if (thrown instanceof Error) {
    const code = (thrown as { code?: unknown }).code;
    return {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack ?? '',
      ...(typeof code === 'string' ? { code } : {}),
    };
  }
  return { name: 'thrown value', message: String(thrown), stack: '' };
}
