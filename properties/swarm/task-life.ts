/**
 * The life of a task, as SwarmKit's specification has it.
 * @source swarmkit api/types.proto (TaskState) and design/tla/Tasks.tla (Transitions)
 */

/** In the order in which a task may see them; an observed state only ever grows. */
const ranks: ReadonlyMap<string, number> = new Map([
  ['new', 0],
  ['pending', 64],
  ['assigned', 192],
  ['accepted', 256],
  ['preparing', 320],
  ['ready', 384],
  ['starting', 448],
  ['running', 512],
  ['complete', 576],
  ['shutdown', 640],
  ['failed', 704],
  ['rejected', 768],
  ['remove', 800],
  ['orphaned', 832],
]);

/** What can follow a state, in one step. A report may stand for several. */
const steps: Readonly<Record<string, readonly string[]>> = {
  new: ['pending'],
  pending: ['assigned'],
  assigned: ['accepted', 'shutdown', 'failed', 'rejected', 'orphaned'],
  accepted: ['preparing', 'shutdown', 'failed', 'rejected', 'orphaned'],
  preparing: ['ready', 'shutdown', 'failed', 'rejected', 'orphaned'],
  ready: ['starting', 'shutdown', 'failed', 'rejected', 'orphaned'],
  starting: ['running', 'shutdown', 'failed', 'rejected', 'orphaned'],
  running: ['complete', 'shutdown', 'failed', 'rejected', 'orphaned'],
};

const everythingAfter = (state: string, found = new Set<string>()): ReadonlySet<string> => {
  for (const next of steps[state] ?? []) {
    if (found.has(next)) continue;
    found.add(next);
    everythingAfter(next, found);
  }
  return found;
};

const followers: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...ranks.keys()].map((state) => [state, everythingAfter(state)]),
);

/** Where others take the place of a task: its slot, or its node where it has none. */
export const placeOf = ({
  service,
  slot,
  node,
}: {
  readonly service: string;
  readonly slot: number;
  readonly node: string;
}): string => (slot === 0 ? `${service} on ${node}` : `${service} ${slot}`);

const rankOf = (state: string): number => ranks.get(state) ?? -1;

export const isState = (state: string): boolean => ranks.has(state);

/** Whether a task seen in `from` may be seen in `to` next, over any number of steps that nobody saw. */
export const mayFollow = (from: string, to: string): boolean =>
  from === to || (followers.get(from)?.has(to) ?? false);

/** Wishes only ever go towards the end: from ready to running, from running to shutdown, from there to remove. */
export const mayBeDesiredNext = (from: string, to: string): boolean => rankOf(from) <= rankOf(to);

/** It has ended, however. */
export const hasEnded = (state: string): boolean => rankOf(state) > rankOf('running');

/** It has been given to a node. */
export const isPlaced = (state: string): boolean => rankOf(state) >= rankOf('assigned');

/** The orchestrator wants it to run, now or after its predecessor. */
export const isWanted = (desired: string): boolean => rankOf(desired) <= rankOf('running');

/** Deleted are tasks that have ended and tasks that never got to a node. */
export const mayBeDeleted = (state: string): boolean => hasEnded(state) || !isPlaced(state);
