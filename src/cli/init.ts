import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { STARTER_VENUES, type StarterVenue } from '../config/starter-venues.ts';
import { UserError } from './errors.ts';

/** Adds `warmline init [FILE]`. */
export function registerInit(program: Command): void {
  program
    .command('init')
    .description('write a config to begin with: every key with its meaning and its default')
    .argument('[file]', 'where to; default: VENUE.yaml')
    .addOption(new Option('--venue <venue>', 'whose feeds').choices(STARTER_VENUES).default('nasdaq'))
    .option('--stdout', 'print it instead')
    .action(async (file: string | undefined, options: { venue: StarterVenue; stdout?: boolean }) => {
      const { writeFileSync } = await import('node:fs');
      const { starterConfig, starterStrategy } = await import('../config/starter.ts');
      const text = starterConfig(options.venue);
      if (options.stdout) {
        process.stdout.write(text);
        return;
      }
      const path = file ?? `${options.venue}.yaml`;
      if (!written(path, text)) {
        throw new UserError(`${path} is there already`, 'give another name, or move it away: nothing was written');
      }
      const strategy = join(dirname(path), 'strategy.ts');
      const too = written(strategy, starterStrategy) ? ` and ${strategy}` : '';
      process.stdout.write(`${path}${too} written: set what is yours, then: warmline check ${path}\n`);

      /** Writes a new file. @returns false if there is one */
      function written(to: string, content: string): boolean {
        try {
          writeFileSync(to, content, { flag: 'wx' });
          return true;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
          throw error;
        }
      }
    });
}
