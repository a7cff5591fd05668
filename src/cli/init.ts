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
      const { starterConfig } = await import('../config/starter.ts');
      const text = starterConfig(options.venue);
      if (options.stdout) {
        process.stdout.write(text);
        return;
      }
      const path = file ?? `${options.venue}.yaml`;
      try {
        writeFileSync(path, text, { flag: 'wx' });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'EEXIST') throw error;
        throw new UserError(`${path} is there already`, 'give another name, or move it away: nothing was written');
      }
      process.stdout.write(`${path} written: set what is yours, then: warmline check ${path}\n`);
    });
}
