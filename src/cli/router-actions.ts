import type { Router } from '../router/router.ts';
import { type Action, indexOfName } from '../server/actions.ts';
import { RequestError } from '../server/hub.ts';

/** What the session that runs the router lends to actions. */
export interface ActionHost {
  readonly router: Router;
  /** Writes a flight capture of everything. @returns its path, or why there is none */
  dump(): string;
  /** Reads the config file again; absent where there is none. @returns what has changed */
  readonly reload: (() => Promise<string>) | undefined;
  /** Begins an orderly end. */
  stop(why: string): void;
}

const FEED = { name: 'feed', type: 'text', required: true, from: 'feeds' } as const;
const BUSY = 'the router has not carried out the last command yet: try again';

/** Actions on feeds and lines, and on the router as a whole. */
export function routerActions(host: ActionHost): readonly Action[] {
  const { feeds } = host.router.setup.config;
  const feedOf = (name: string | number) =>
    indexOfName(
      feeds.map((feed) => feed.name),
      name,
      'feed',
    );
  const sticky = (feed: number) => {
    if (feeds[feed].policy !== 'sticky') {
      throw new RequestError('refused', `feed ${feeds[feed].name} has policy first: no line leads`);
    }
  };
  return [
    {
      op: 'line.switch',
      title: 'Switch line',
      group: 'lines',
      role: 'operate',
      does: 'Policy sticky: makes a line the active one.',
      args: [FEED, { name: 'line', type: 'text', required: true, from: 'lines' }],
      run: ({ feed, line }) => {
        const index = feedOf(feed);
        sticky(index);
        const names = feeds[index].lines.map(({ name }) => name);
        if (!host.router.switchTo(index, indexOfName(names, line, 'line'))) throw new RequestError('busy', BUSY);
        return `feed ${feed}: line ${line} is to lead`;
      },
    },
    {
      op: 'line.failback',
      title: 'Fail back',
      group: 'lines',
      role: 'operate',
      does: 'Policy sticky: returns to the preferred line.',
      args: [FEED],
      run: ({ feed }) => {
        const index = feedOf(feed);
        sticky(index);
        if (!host.router.failback(index)) throw new RequestError('busy', BUSY);
        return `feed ${feed} is to return to line ${feeds[index].active}`;
      },
    },
    {
      op: 'flight.dump',
      title: 'Write flight capture',
      group: 'router',
      role: 'operate',
      does: 'Writes the last seconds of every line as pcapng.',
      args: [],
      run: () => host.dump(),
    },
    ...reloadActions(host),
    {
      op: 'router.stop',
      title: 'Stop the router',
      group: 'router',
      role: 'operate',
      dangerous: true,
      does: 'Ends the router in order, as Ctrl-C would.',
      args: [],
      run: (_, { by, reason }) => {
        // the asker is answered first
        setImmediate(() => host.stop(`${by}: ${reason}`));
        return 'the router stops';
      },
    },
  ];
}

function reloadActions({ reload }: ActionHost): Action[] {
  if (reload === undefined) return [];
  return [
    {
      op: 'config.reload',
      title: 'Reload config',
      group: 'router',
      role: 'operate',
      does: 'Reads the config file again and takes over, in one step, what may change while the router runs.',
      args: [],
      run: reload,
    },
  ];
}
