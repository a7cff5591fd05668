import { rmSync } from 'node:fs';
import { ApiSession } from '../../src/cli/api-session.ts';
import { RouterView } from '../../src/cli/router-view.ts';
import type { WarmlineConfig } from '../../src/config/schema.ts';
import type { Router } from '../../src/router/router.ts';
import type { ApiCounts } from '../../src/server/server.ts';

/** The API of a router under measurement. */
export interface BenchApi {
  readonly port: number;
  counts(): ApiCounts;
  /** What it has counted since. */
  since(before: ApiCounts): Record<string, number>;
}

/** Dashboard, metrics and API over a running router, as `warmline run` starts them. */
export async function startBenchApi(config: WarmlineConfig, router: Router): Promise<BenchApi> {
  const view = new RouterView(router);
  process.on('exit', () => rmSync(config.api.tokens, { force: true }));
  const api = await ApiSession.start(
    {
      config,
      router,
      actions: [],
      record: () => {},
      status: () => view.model(),
      turnsAgoNs: () => view.turnsAgoNs(),
    },
    () => {},
  );
  if (typeof api === 'string') throw new Error(api);
  const counts = (): ApiCounts => ({ ...api.server.counts });
  return {
    port: api.server.port,
    counts,
    since: (before) =>
      Object.fromEntries(
        Object.entries(counts()).map(([name, count]) => [name, count - before[name as keyof ApiCounts]]),
      ),
  };
}
