import { resolve } from 'node:path';
import type { Command } from 'commander';
import { durationNs } from './duration.ts';

/** Adds `warmline run CONFIG`. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .description('route the feeds of a config: arbitrate the lines, build the books, run the strategies')
    .argument('<config>', 'a YAML file, see docs/configuration.md')
    .option('--for <duration>', 'end by itself after this long, with a summary (30s)', durationNs)
    .option('--json', 'at the end, print what became of each feed as JSON (as replay does, without the digest)')
    .addHelpText('after', '\nSIGHUP reads the config again, SIGUSR2 writes a flight capture; Ctrl-C ends cleanly.')
    .action(async (file: string, options: { for?: number; json?: boolean }) => {
      const { loadConfig } = await import('../config/load.ts');
      const { RouterSession } = await import('./router-session.ts');
      await RouterSession.run(loadConfig(file), {
        forNs: options.for,
        json: options.json,
        configFile: resolve(file),
        readConfig: () => loadConfig(file),
      });
    });
}
