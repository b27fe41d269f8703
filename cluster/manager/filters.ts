/**
 * Which nodes can take a task, and why the others cannot.
 * @source SwarmKit, manager/scheduler/filter.go.
 */
import type { NodeObject, TaskSpec } from '../store/objects.ts';
import { architectureNames, meetsConstraints } from './constraints.ts';
import type { NodeLoad } from './node-load.ts';

/** What a task asks of its node. */
export type Wish = {
  readonly serviceId: string;
  /** Where its placement is said. */
  readonly template: TaskSpec;
  readonly hostPorts: readonly string[];
};

/** A filter lets a node pass, or says how many it held back. */
type Filter = {
  passes(wish: Wish, load: NodeLoad): boolean;
  explain(nodes: number): string;
};

const onNodes = (nodes: number): string => (nodes === 1 ? 'on 1 node' : `on ${nodes} nodes`);

/** In the order in which they are asked. */
const filters: readonly Filter[] = [
  {
    passes: (_wish, { node }) =>
      node.Status.State === 'ready' && node.Spec.Availability === 'active',
    explain: (nodes) =>
      nodes === 1
        ? '1 node not available for new tasks'
        : `${nodes} nodes not available for new tasks`,
  },
  {
    passes: ({ template }, load) => load.fits(template),
    explain: (nodes) => `insufficient resources ${onNodes(nodes)}`,
  },
  {
    passes: ({ template }, { node }) => meetsConstraints(node, template),
    explain: (nodes) => `scheduling constraints not satisfied ${onNodes(nodes)}`,
  },
  {
    passes: ({ template }, { node }) => runsPlatform(node, template),
    explain: (nodes) => `unsupported platform ${onNodes(nodes)}`,
  },
  {
    passes: ({ hostPorts }, load) => load.hasFree(hostPorts),
    explain: (nodes) => `host-mode port already in use ${onNodes(nodes)}`,
  },
  {
    passes: ({ serviceId, template }, load) => {
      const limit = template.Placement?.MaxReplicas ?? 0;
      return limit === 0 || load.tasksOf(serviceId) < limit;
    },
    explain: () => 'max replicas per node limit exceed',
  },
];

const runsPlatform = (node: NodeObject, template: TaskSpec): boolean => {
  const platforms = template.Placement?.Platforms;
  if (!Array.isArray(platforms) || platforms.length === 0) return true;
  const { OS, Architecture } = node.Description.Platform;
  return (platforms as readonly { OS?: string; Architecture?: string }[]).some((wanted) =>
    (wanted.OS ?? '') === OS.toLowerCase() || (wanted.OS ?? '') === ''
      ? (wanted.Architecture ?? '') === '' ||
        architectureNames(Architecture).includes((wanted.Architecture ?? '').toLowerCase())
      : false,
  );
};

export type Suitable =
  | { readonly loads: readonly NodeLoad[] }
  /** What SwarmKit writes into the task's status. */
  | { readonly why: string };

/** The nodes that can take the task, or why there is none. */
export const suitable = (wish: Wish, loads: readonly NodeLoad[]): Suitable => {
  const held = filters.map(() => 0);
  const found = loads.filter((load) => {
    const at = filters.findIndex((filter) => !filter.passes(wish, load));
    if (at >= 0) held[at] = (held[at] ?? 0) + 1;
    return at < 0;
  });
  return found.length > 0 ? { loads: found } : { why: explain(held) };
};

const explain = (held: readonly number[]): string => {
  const reasons = filters
    .map((filter, at) => ({ filter, nodes: held[at] ?? 0 }))
    .filter(({ nodes }) => nodes > 0)
    .sort((left, right) => right.nodes - left.nodes)
    .map(({ filter, nodes }) => filter.explain(nodes));
  return reasons.length === 0 ? 'no suitable node' : `no suitable node (${reasons.join('; ')})`;
};
