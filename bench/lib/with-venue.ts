import type { BenchContext, NodeOptions } from './figure.ts';
import type { Turn } from './interleave.ts';
import type { Program, Sample } from './program.ts';
import { scratchDirectory } from './scratch-directory.ts';

/** A program and a venue of its own (`c/order_venue.c`), whose numbers nobody else moves. */
export class WithVenue {
  readonly program: Program;
  private readonly venue: Program;

  constructor(program: Program, venue: Program) {
    this.program = program;
    this.venue = venue;
  }

  static async startC(context: BenchContext, shape: string, name: string, args: string): Promise<WithVenue> {
    const venue = await context.startC('order_venue', `shape=${shape}`);
    return new WithVenue(await context.startC(name, wordsFor(venue, args)), venue);
  }

  static async startNode(
    context: BenchContext,
    shape: string,
    name: string,
    args: string,
    options: NodeOptions,
  ): Promise<WithVenue> {
    const venue = await context.startC('order_venue', `shape=${shape}`);
    return new WithVenue(await context.startNode(name, wordsFor(venue, args), options), venue);
  }

  /** Both at once: the venue serves, then the program begins. `venueLatency`: the venue's own samples. */
  async sample(args: string, venueArgs = args): Promise<Sample> {
    let sampling: Promise<Sample> | undefined;
    const served = await this.venue.go(venueArgs, () => {
      sampling = this.program.go(args);
      // a failure is told by the await below
      sampling.catch(() => {});
    });
    if (sampling === undefined) throw new Error('the venue never said that it was armed');
    const sample = await sampling;
    return { ...sample, venueLatency: served.latency, venueOrders: served.orders, venueLogins: served.logins };
  }

  async end(): Promise<void> {
    await this.program.end();
    await this.venue.end();
  }

  turn(name: string, args: string, venueArgs = args): Turn {
    return { name, program: this.program, run: () => this.sample(args, venueArgs) };
  }
}

const wordsFor = (venue: Program, args: string): string =>
  `directory=${scratchDirectory()} ports=${(venue.ready.ports as number[]).join(',')} ${args}`.trim();
