/**
 * Placement constraints: `node.role == manager`, `node.labels.zone != a`.
 * @source SwarmKit, manager/constraint/constraint.go.
 */
import { isWithin } from '../cidr.ts';
import type { NodeObject, TaskSpec } from '../store/objects.ts';

type Constraint = { readonly key: string; readonly equal: boolean; readonly value: string };

const expression = /^\s*([a-z0-9_][a-z0-9_.-]*)\s*(==|!=)\s*(\S.*?)\s*$/i;

/** `undefined` where an expression is none. */
export const parseConstraints = (
  expressions: readonly string[],
): readonly Constraint[] | undefined => {
  const constraints: Constraint[] = [];
  for (const text of expressions) {
    const match = expression.exec(text);
    const [, key, operator, value] = match ?? [];
    if (key === undefined || operator === undefined || value === undefined) return undefined;
    constraints.push({ key, equal: operator === '==', value });
  }
  return constraints;
};

const parsed = new WeakMap<readonly string[], readonly Constraint[] | undefined>();

/** Whether the node is one that the template's constraints allow. Expressions that are none allow every node. */
export const meetsConstraints = (node: NodeObject, template: TaskSpec): boolean => {
  const expressions = template.Placement?.Constraints;
  if (expressions === undefined || expressions.length === 0) return true;
  if (!parsed.has(expressions)) parsed.set(expressions, parseConstraints(expressions));
  return parsed.get(expressions)?.every((constraint) => meets(node, constraint)) ?? true;
};

/** An address or a network that is none is met by no node, whether it has to be its own or not. */
const meets = (node: NodeObject, { key, equal, value }: Constraint): boolean => {
  if (key.toLowerCase() === 'node.ip') return isWithin(node.Status.Addr, value) === equal;
  const same = (actual: string): boolean => actual.toLowerCase() === value.toLowerCase();
  return valuesOf(node, key)?.some(same) === equal;
};

/** What the node has under the key, several where one thing has several names; `undefined` for a key that is none. */
const valuesOf = (node: NodeObject, key: string): readonly string[] | undefined => {
  const { Hostname, Platform } = node.Description;
  const label = labelValue(node, key);
  if (label !== undefined) return [label];
  switch (key.toLowerCase()) {
    case 'node.id':
      return [node.ID];
    case 'node.hostname':
      return [Hostname];
    case 'node.role':
      return [node.role];
    case 'node.platform.os':
      return [Platform.OS];
    case 'node.platform.arch':
      return architectureNames(Platform.Architecture);
    default:
      return undefined;
  }
};

/** A label that the node lacks is the empty text; `undefined` for a key that is no label's. */
export const labelValue = (node: NodeObject, key: string): string | undefined => {
  const nodeLabel = labelOf(key, 'node.labels.');
  if (nodeLabel !== undefined) return node.Spec.Labels[nodeLabel] ?? '';
  const engineLabel = labelOf(key, 'engine.labels.');
  if (engineLabel !== undefined) return node.Description.Engine.Labels[engineLabel] ?? '';
  return undefined;
};

const labelOf = (key: string, prefix: string): string | undefined =>
  key.length > prefix.length && key.toLowerCase().startsWith(prefix)
    ? key.slice(prefix.length)
    : undefined;

const synonyms: readonly (readonly string[])[] = [
  ['amd64', 'x86_64'],
  ['arm64', 'aarch64'],
];

/** The engine's and Go's names of one architecture count as the same. */
export const architectureNames = (architecture: string): readonly string[] =>
  synonyms.find((names) => names.includes(architecture.toLowerCase())) ?? [architecture];
