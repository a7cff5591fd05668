import { type Command, InvalidArgumentError } from 'commander';
import { parseCoreList } from '../runtime/layout.ts';
import { durationNs } from './duration.ts';
import { ExitCode } from './errors.ts';

interface DoctorOptions {
  readonly json?: boolean;
  readonly hiccups?: number;
  readonly cores?: readonly number[];
}

/** Adds `warmline doctor [CONFIG]`. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what on this host costs latency, and how to mend it')
    .argument('[config]', 'the config that will run here')
    .option('--json', 'print the findings as JSON')
    .option('--hiccups <duration>', "measure the machine's own stalls for this long (10s)", durationNs)
    .option('--cores <list>', 'measure them on these cores (2-3,6), one after the other', coreList)
    .addHelpText(
      'after',
      '\nExit code 0: fit. 1: something is bad. Measure stalls while nothing else of Warmline runs.',
    )
    .action(async (file: string | undefined, options: DoctorOptions) => {
      const { examineHost, isFit } = await import('../doctor/examine.ts');
      const { thisHost } = await import('../doctor/host.ts');
      const { renderFindings, renderHiccups, renderVerdict } = await import('./doctor-text.ts');
      const config = file === undefined ? undefined : (await import('../config/load.ts')).loadConfig(file);
      const findings = examineHost(thisHost(), config);
      if (!options.json) process.stdout.write(`${renderFindings(findings)}${renderVerdict(findings)}`);
      const hiccups = options.hiccups === undefined ? [] : await measure(options.hiccups, options.cores);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ fit: isFit(findings), findings, hiccups }, null, 2)}\n`);
      } else if (hiccups.length > 0) process.stdout.write(`stalls of the machine itself\n${renderHiccups(hiccups)}`);
      process.exitCode = isFit(findings) ? ExitCode.ok : ExitCode.failed;
    });
}

async function measure(forNs: number, cores: readonly number[] | undefined) {
  const { measureHiccups } = await import('../doctor/hiccups.ts');
  const reports = [];
  for (const core of cores ?? [undefined]) reports.push(await measureHiccups({ forNs, core }));
  return reports;
}

function coreList(text: string): readonly number[] {
  try {
    return parseCoreList(text);
  } catch {
    throw new InvalidArgumentError('It must be a list of cores, as 2-3,6.');
  }
}
