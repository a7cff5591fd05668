import type { Command } from 'commander';
import { ExitCode } from './errors.ts';
import { ROUTER_MEANS } from './router-argument.ts';

interface TopOptions {
  readonly once?: boolean;
  readonly json?: boolean;
  readonly list?: boolean;
}

/** Adds `warmline top [ROUTER]`. */
export function registerTop(program: Command): void {
  const command = program
    .command('top')
    .description('the status of a running router, from another process: also where its main thread hangs')
    .argument('[router]', ROUTER_MEANS)
    .option('--once', 'show it once (after a second, for the rates)')
    .option('--json', 'print it as JSON, a line each second')
    .option('--list', 'list the routers of this host')
    .addHelpText(
      'after',
      '\nEnds with 0 when the router ends or you press q, with 1 where there is no router, or it died.\nIt only reads counters that the router mirrors into a file: it costs the router nothing.',
    );
  command.action(async (router: string | undefined, options: TopOptions) => {
    if (options.list === true) {
      if (router !== undefined) command.error('error: --list takes no router');
      await list(options.json === true);
      return;
    }
    const { runTop } = await import('./top-session.ts');
    const lived = await runTop(router, { once: options.once === true, json: options.json === true });
    if (!lived) process.exitCode = ExitCode.failed;
  });
}

async function list(json: boolean): Promise<void> {
  const { listText } = await import('./find-router.ts');
  const { findRouters } = await import('../status/router-files.ts');
  const { runtimeDirectories } = await import('../status/runtime-directory.ts');
  const directories = runtimeDirectories();
  const { routers, unreadable } = findRouters(directories);
  if (json) {
    const rows = routers.map(({ about, pid, alive, path }) => ({ venue: about.venue, pid, alive, path }));
    process.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  const none = `no router runs here (looked in ${directories.join(', ')})`;
  process.stdout.write(`${routers.length === 0 ? none : listText(routers)}\n`);
  for (const { path, why } of unreadable) process.stderr.write(`warmline: ${path} can't be read: ${why}\n`);
}
