import type { WarmlineConfig } from '../config/schema.ts';
import type { Host } from './host.ts';

/** How a finding bears on the host's fitness. */
export type Verdict =
  /** As it should be. */
  | 'ok'
  /** Works, but costs latency or safety that can be had back. */
  | 'advice'
  /** What the config asks for does not work here, or will hurt: the host is not fit. */
  | 'bad'
  /** Could not be found out (no permission, no such file, virtual hardware). */
  | 'unknown';

export interface Finding {
  /** Check that made it, for scripts: `cpu-governor`. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was found. */
  readonly found: string;
  /** What it costs; absent where all is well. */
  readonly why?: string;
  /** Commands or settings that mend it. */
  readonly fix?: readonly string[];
}

/** What a check looks at. `config` is absent where the host is looked at for itself. */
export interface Examination {
  readonly host: Host;
  readonly config: WarmlineConfig | undefined;
  /** Cores that this process may use, and those of them that hot threads are pinned to. */
  readonly allowedCores: readonly number[];
  readonly hotCores: readonly number[];
  /** Names of the network interfaces that lines come in on, as far as the config names them. */
  readonly interfaces: readonly string[];
}

/** Looks at one thing. */
export type Check = (examination: Examination) => Finding | readonly Finding[];
