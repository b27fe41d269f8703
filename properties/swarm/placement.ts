import type { NodeShown, ServiceShown } from '../../models/swarm-answers.ts';

const expression = /^\s*node\.(role|hostname|id)\s*(==|!=)\s*(.+?)\s*$/;

/** Whether a node meets a constraint of the forms `node.role==worker`, `node.hostname!=w1`. `undefined`: not one of them. */
const meets = (node: NodeShown, constraint: string): boolean | undefined => {
  const [, field, operator, value] = expression.exec(constraint) ?? [];
  if (field === undefined || value === undefined) return undefined;
  const actual = { role: node.role, hostname: node.name, id: node.id }[field];
  return (actual?.toLowerCase() === value.toLowerCase()) === (operator === '==');
};

export const meetsConstraints = (node: NodeShown, { constraints }: ServiceShown): boolean =>
  constraints.every((constraint) => meets(node, constraint) !== false);

/** May be given new tasks of this service. */
export const mayTake = (node: NodeShown, service: ServiceShown): boolean =>
  node.state === 'ready' && node.availability === 'active' && meetsConstraints(node, service);

/** May run a task that it has: a paused node keeps its tasks, a drained or dead one has none. */
export const mayRun = (node: NodeShown, service: ServiceShown): boolean =>
  node.state === 'ready' && node.availability !== 'drain' && meetsConstraints(node, service);
