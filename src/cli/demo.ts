import { type Command, Option } from 'commander';
import { durationNs, integer } from './duration.ts';

interface DemoCommandOptions {
  readonly for?: number;
  readonly policy?: 'first' | 'sticky';
  readonly capture?: string;
  readonly speed?: string;
  readonly rate?: number;
  readonly seed?: number;
  readonly layout?: string;
  readonly idle?: string;
  readonly io?: string;
}

/** Adds `warmline demo`, which is what `npm start` runs. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('a simulated venue in its own process, the router, a sample strategy and a status view')
    .option('--for <duration>', 'end by itself after this long, with a summary (30s)', durationNs)
    .addOption(new Option('--policy <policy>', 'how lines are arbitrated').choices(['first', 'sticky']))
    .option('--capture <file>', 'the venue replays this capture (pcap, pcapng) or raw ITCH file')
    .option('--speed <speed>', 'of a capture: real, a multiple like 10x, or rate (default)')
    .option('--rate <n>', 'messages a second', integer(1))
    .option('--seed <n>', 'seed of the generated market', integer(0))
    .addOption(new Option('--layout <layout>', 'thread layout').choices(['auto', 'fused', 'dedicated']))
    .addOption(new Option('--idle <idle>', 'idle strategy').choices(['auto', 'spin', 'yield', 'backoff', 'park']))
    .addOption(new Option('--io <io>', 'sockets').choices(['auto', 'native', 'portable']))
    .addHelpText('after', '\nFrom another terminal: warmline sim fault --line A silence --for 5s')
    .action(async (options: DemoCommandOptions) => {
      const { runDemo } = await import('./demo-session.ts');
      await runDemo({ ...options, forNs: options.for });
    });
}
