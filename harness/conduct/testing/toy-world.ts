import type { Command, Happening } from '../../core/backend.ts';
import type { Ms, Node, NodeName } from '../../core/cluster.ts';
import type { Fault } from '../../core/fault.ts';
import type { Scenario } from '../../core/scenario.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Procedure, ProcedureContext, Target } from '../../core/target.ts';
import { createConductor, type Conducting } from '../conductor.ts';
import { defaultLimits } from '../plan.ts';

/** A target that only counts: enough to see what the conductor does, and when. For tests of the conductor. */
const nodes: readonly Node[] = [
  { name: 'm1', role: 'manager' },
  { name: 'm2', role: 'manager' },
  { name: 'm3', role: 'manager' },
  { name: 'w1', role: 'worker' },
];

function* form(context: ProcedureContext): Procedure {
  for (const node of context.nodes)
    yield { step: 'call', node: node.name, operation: 'join', args: {} };
}

function* revive(context: ProcedureContext): Procedure {
  const [node] = context.selected;
  if (node !== undefined) yield { step: 'call', node, operation: 'unlock', args: {} };
}

function* lookAtDead({ selected }: ProcedureContext): Procedure {
  for (const node of selected) yield { step: 'call', node, operation: 'read', args: {} };
}

function* bump(context: ProcedureContext): Procedure {
  yield { step: 'wait', ms: 30 };
  const node = context.leader();
  if (node !== undefined) yield { step: 'call', node, operation: 'bump', args: context.args };
}

const operation = (name: string): Target['operations'][number] => ({
  name,
  effect: 'write',
  request: (args) => (args.impossible === true ? undefined : { name }),
  read: (_args, _request, result) =>
    'failed' in result
      ? { outcome: result.sent ? 'unknown' : 'rejected', output: result.failed }
      : { outcome: 'ok', output: result.response },
});

export const toyTarget: Target = {
  name: 'toy',
  title: 'a register that counts',
  nodes: () => nodes,
  talks: (from, to) => from.role === 'manager' || to.role === 'manager',
  operations: ['join', 'unlock', 'bump', 'write', 'read'].map(operation),
  bounds: { electionTimeoutMsMax: 300, leaderReturnsMs: 1_000, convergeMs: 500, unlockMs: 1_000 },
  form,
  revive,
  procedures: { bump },
  *finish(): Procedure {
    yield { step: 'call', node: 'm1', operation: 'read', args: {} };
  },
  workload: [],
};

export const toyScenario = (faults: Scenario['faults'] = []): Scenario => ({
  name: 'toy',
  title: 'toy',
  target: 'toy',
  shape: { managers: 3, workers: 1 },
  workload: { clients: 2, perSecond: 10 },
  faults,
  injectMs: 2_000,
  settleMs: 1_000,
  settings: {},
  properties: [],
});

export type Deeds = { readonly at: Ms; readonly command: Command }[];

/** Plays a schedule in a world where every call takes 5 ms and every deed 2 ms; m1 leads from 10 ms on. */
export const play = (
  schedule: Schedule,
  given: {
    readonly answer?: (node: NodeName, at: Ms) => 'ok' | 'unknown' | undefined;
    readonly leader?: (at: Ms) => NodeName | undefined;
    /** Who says that it votes, and when. */
    readonly votes?: readonly { readonly at: Ms; readonly node: NodeName }[];
    /** Who says that it has another role, and when. */
    readonly roles?: readonly {
      readonly at: Ms;
      readonly node: NodeName;
      readonly role: 'learner' | 'none';
    }[];
    readonly ended?: { readonly bit: boolean; readonly healed: boolean };
    /** How long the end of a deed takes. */
    readonly endMs?: Ms;
    readonly interruptAt?: Ms;
    /** Whether the target looks at a dead node before it starts. */
    readonly looks?: boolean;
    /** How long a deed takes, by the node that it names. */
    readonly beginMs?: (node: NodeName) => Ms;
    readonly beginFails?: boolean;
  } = {},
): { readonly conducting: Conducting; readonly deeds: Deeds; readonly endedAt: Ms } => {
  const conducting = createConductor({
    target: given.looks === true ? { ...toyTarget, lookAtDead } : toyTarget,
    scenario: toyScenario(),
    schedule,
    backend: 'sim',
    limits: defaultLimits,
  });
  const deeds: Deeds = [];
  const queue: { readonly at: Ms; readonly order: number; readonly happening: Happening }[] = [];
  let order = 0;
  const push = (at: Ms, happening: Happening): void => {
    queue.push({ at, order: order++, happening });
    queue.sort((a, b) => a.at - b.at || a.order - b.order);
  };
  const started = (node: NodeName): Happening => ({
    type: 'lifecycle',
    lifecycle: { at: 0, node, event: 'started', text: '' },
  });
  const carryOut = (commands: readonly Command[], at: Ms): void => {
    for (const command of commands) {
      deeds.push({ at, command });
      switch (command.type) {
        case 'wake':
          push(command.at, { type: 'wake' });
          break;
        case 'call': {
          const answer = given.answer === undefined ? 'ok' : given.answer(command.node, at);
          if (answer === undefined) break;
          push(at + 5, {
            type: 'called',
            id: command.id,
            result:
              answer === 'ok' ? { response: command.request } : { failed: 'lost', sent: true },
          });
          break;
        }
        case 'begin':
          push(at + ('node' in command.deed ? (given.beginMs?.(command.deed.node) ?? 2) : 2), {
            type: 'begun',
            id: command.id,
            ok: given.beginFails !== true,
            text: 'the backend could not',
          });
          break;
        case 'end': {
          const { bit, healed } = given.ended ?? { bit: true, healed: true };
          push(at + (given.endMs ?? 2), {
            type: 'ended',
            id: command.id,
            evidence: { bit, text: `${bit ? '3' : 'no'} messages` },
            healed,
          });
          break;
        }
        case 'start':
          push(at + 2, { type: 'started', id: command.id, ok: true, text: '' });
          break;
        case 'kill':
          push(at + 2, { type: 'killed', id: command.id });
          break;
        case 'scan':
          break;
      }
    }
  };

  const role = (node: NodeName, leads: boolean, at: Ms) =>
    ({
      node,
      boot: 'b1',
      seq: at,
      at,
      kind: 'role',
      role: leads ? 'leader' : 'follower',
      term: at,
      leader: undefined,
      nodeId: node,
      raftId: node,
    }) as const;
  const leader = given.leader ?? (() => 'm1');
  for (const node of nodes) push(0, started(node.name));
  for (let at = 10, last: NodeName | undefined; at < 5_000; at += 10) {
    const now = leader(at);
    if (now === last) continue;
    if (last !== undefined) push(at, { type: 'observed', observation: role(last, false, at) });
    if (now !== undefined) push(at, { type: 'observed', observation: role(now, true, at) });
    last = now;
  }
  for (const { at, node } of given.votes ?? []) {
    const vote = { kind: 'vote', term: 1, candidate: node, raftId: node } as const;
    push(at, { type: 'observed', observation: { node, boot: 'b1', seq: at, at, ...vote } });
  }
  for (const { at, node, role: changed } of given.roles ?? [])
    push(at, { type: 'observed', observation: { ...role(node, false, at), role: changed } });
  if (given.interruptAt !== undefined) push(given.interruptAt, { type: 'wake' });
  carryOut(conducting.start(0), 0);
  let now = 0;
  let interrupted = false;
  for (let item = queue.shift(); item !== undefined && !conducting.finished; item = queue.shift()) {
    now = item.at;
    if (given.interruptAt !== undefined && !interrupted && now >= given.interruptAt) {
      interrupted = true;
      carryOut(conducting.interrupt(now), now);
    }
    carryOut(conducting.handle(item.happening, now), now);
  }
  return { conducting, deeds, endedAt: now };
};

export const killOf = (nodes: string): Fault => ({ kind: 'kill', nodes });
