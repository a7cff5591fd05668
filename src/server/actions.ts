import { z } from 'zod';
import { type HubClient, type Operation, RequestError } from './hub.ts';
import { mayDo, type Role } from './security.ts';

/** An argument of an action, as a form shows it. */
export interface ActionArgument {
  readonly name: string;
  readonly title?: string;
  readonly type: 'text' | 'number';
  readonly required: boolean;
  /** Where the present state has its possible values. */
  readonly from?: 'feeds' | 'lines' | 'sessions' | 'groups' | 'strategies' | 'accounts';
  readonly options?: readonly string[];
  /** Seconds for which the answer may be waited for. */
  readonly waits?: true;
}

/** Who asked for an action, and why. */
export interface Asked {
  readonly by: string;
  readonly reason: string;
}

/** Something that an operator may do to a running router: over the API, with `warmline ctl`, or by a button. */
export interface Action {
  /** `line.switch`, `session.fail`… */
  readonly op: string;
  readonly title: string;
  /** What it is about: line, session, strategy… */
  readonly group: string;
  readonly role: Role;
  readonly does: string;
  readonly args: readonly ActionArgument[];
  /** Asks twice, and is shown in red. */
  readonly dangerous?: boolean;
  /** False where no reason is asked for: faults of a simulated venue, and what only looks. */
  readonly reason?: false;
  /** Changes nothing, so it is not written down and has no button. */
  readonly reads?: true;
  /**
   * Does it.
   * @returns what was done, in words
   * @throws {RequestError} with what the asker should be told
   */
  run(args: Readonly<Record<string, string | number>>, asked: Asked): string | Promise<string>;
}

/** Told of every action that was asked for, refused ones too: for log and journal. */
export type ActionRecorder = (action: Action, args: object, asked: Asked, outcome: string) => void;

const SHORTEST_REASON = 3;
const LONGEST_REASON = 200;
const LONGEST_TEXT = 100;

/** Actions as operations of the hub, and `actions`, which lists those that a client may do. */
export function actionOperations(actions: readonly Action[], record: ActionRecorder): ReadonlyMap<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const action of actions) operations.set(action.op, operation(action, record));
  operations.set('actions', {
    role: 'view',
    request: z.looseObject({}),
    run: (_, client) => actions.filter((action) => mayDo(client.identity.role, action.role)).map(described),
  });
  return operations;
}

function described({ run: _, role: __, ...action }: Action): Omit<Action, 'run' | 'role'> {
  return action;
}

function operation(action: Action, record: ActionRecorder): Operation {
  const shape: Record<string, z.ZodType> = { op: z.literal(action.op), id: z.any().optional() };
  for (const { name, type, required } of action.args) {
    const value: z.ZodType = type === 'number' ? z.number() : z.string().min(1).max(LONGEST_TEXT);
    shape[name] = required ? value : value.optional();
  }
  const reason = z
    .string({ error: 'a reason is asked for: it is written down with who you are' })
    .min(SHORTEST_REASON)
    .max(LONGEST_REASON);
  shape.reason = action.reason === false ? z.string().max(LONGEST_REASON).optional() : reason;
  return {
    role: action.role,
    request: z.strictObject(shape),
    async run({ op: _, id: __, reason: why = '', ...args }, client: HubClient) {
      const asked = { by: client.identity.name, reason: why };
      try {
        const outcome = await action.run(args, asked);
        if (action.reads !== true) record(action, args, asked, outcome);
        return outcome;
      } catch (error) {
        if (action.reads !== true) record(action, args, asked, `refused: ${(error as Error).message}`);
        throw error instanceof RequestError ? error : new RequestError('failed', (error as Error).message);
      }
    },
  };
}

/** The position of a name among those that there are. @throws {RequestError} naming them */
export function indexOfName(names: readonly string[], name: string | number, what: string): number {
  const index = names.indexOf(String(name));
  if (index < 0)
    throw new RequestError('unknown', `there is no ${what} "${name}": ${names.join(', ') || 'none at all'}`);
  return index;
}
