import type { Key, SetRole, PartCall } from '../../../models/model.ts';
import type { Meter } from '../limits.ts';
import { NEVER, type Part } from '../part.ts';
import { withUnconstrained, type Finding } from './finding.ts';

type Roles = {
  readonly call: (member: number) => PartCall<unknown, unknown>;
  readonly role: (call: PartCall<unknown, unknown>) => SetRole | undefined;
};

/**
 * Judges a set by the order that its answers leave open: a set that only grows, where every element is
 * added once and reads see all of it; or one element, added once and removed at most once.
 * Undefined where neither holds.
 * @source Lee & Mathur, Efficient Linearizability Monitoring, arXiv 2410.04581, sets.
 */
export function monitorSet(part: Part, of: Roles, meter: Meter): Finding | undefined {
  const roles: SetRole[] = [];
  for (let member = 0; member < part.source.length; member++) {
    if ((member & 1023) === 0 && meter.over()) return { verdict: 'stopped' };
    const role = of.role(of.call(member));
    if (role === undefined) return undefined;
    roles.push(role);
  }
  return part.key === undefined ? growingSet(part, roles, meter) : oneElement(part, roles, meter);
}

/** Reads ordered by size must each contain the one before; adds go between the reads that tell. */
function growingSet(part: Part, roles: readonly SetRole[], meter: Meter): Finding | undefined {
  const adder = new Map<Key, number>();
  const reads: number[] = [];
  const free: number[] = [];
  for (const [member, role] of roles.entries()) {
    if (role.removes !== undefined || role.has !== undefined || role.lacks !== undefined)
      return undefined;
    const certain = part.returned[member] !== NEVER;
    if (role.adds !== undefined) {
      if (adder.has(role.adds)) return undefined;
      adder.set(role.adds, member);
    } else if (role.sees === undefined) {
      if (certain) free.push(member);
    } else if (certain) {
      reads.push(member);
    }
  }
  const seen = (member: number) => roles[member]!.sees!;
  reads.sort(meter.watched((a, b) => seen(a).length - seen(b).length || a - b));
  const order: number[] = [];
  const placed = new Set<Key>();
  let latest = -1;
  let before = -1;
  let size = -1;
  // Members of one stage may go in any order; each must not have returned before an earlier stage's.
  const stage = (members: readonly number[]): boolean => {
    before = latest;
    for (const member of members) {
      if (part.returned[member]! < before) return false;
      latest = Math.max(latest, part.invoked[member]!);
      order.push(member);
    }
    return true;
  };
  for (let at = 0; at < reads.length;) {
    if (meter.over()) return { verdict: 'stopped' };
    const read = reads[at]!;
    const saw = seen(read);
    const added: number[] = [];
    let common = 0;
    for (const key of saw) {
      if ((placed.size & 4095) === 4095) meter.check();
      if (placed.has(key)) {
        common += 1;
        continue;
      }
      const member = adder.get(key);
      if (member === undefined) return { verdict: 'fail', by: part.returned[read]! };
      placed.add(key);
      added.push(member);
    }
    if (common !== Math.max(size, 0)) return { verdict: 'fail', by: NEVER - 1 };
    size = saw.length;
    const same: number[] = [];
    for (; at < reads.length && seen(reads[at]!).length === size; at++) {
      const other = reads[at]!;
      if (!seen(other).every((key) => placed.has(key))) return { verdict: 'fail', by: NEVER - 1 };
      same.push(other);
    }
    added.sort((a, b) => a - b);
    if (!stage(added) || !stage(same)) return { verdict: 'fail', by: NEVER - 1 };
  }
  const unseen = [...adder]
    .filter(([key, member]) => !placed.has(key) && part.returned[member] !== NEVER)
    .map(([, member]) => member);
  if (!stage(unseen)) return { verdict: 'fail', by: NEVER - 1 };
  return { verdict: 'pass', order: withUnconstrained(part, { order, free }, meter) };
}

/** One element: absent, then present, then absent. Adding as late and removing as early as the rest allows. */
function oneElement(part: Part, roles: readonly SetRole[], meter: Meter): Finding | undefined {
  let add = -1;
  let remove = -1;
  const present: number[] = [];
  const absent: number[] = [];
  const free: number[] = [];
  for (const [member, role] of roles.entries()) {
    const certain = part.returned[member] !== NEVER;
    if (role.adds !== undefined) {
      if (add !== -1) return undefined;
      add = member;
    } else if (role.removes !== undefined) {
      // One that nobody saw end may or may not have happened: left to the search.
      if (remove !== -1 || !certain) return undefined;
      remove = member;
    } else if (certain) {
      (role.has !== undefined ? present : role.lacks !== undefined ? absent : free).push(member);
    }
  }
  const fail: Finding = { verdict: 'fail', by: NEVER - 1 };
  if (add === -1 || (part.returned[add] === NEVER && remove === -1 && present.length === 0)) {
    if (present.length > 0) return fail;
    // Removing what was never added changes nothing here.
    return remove === -1 ? everything(part, { absent, free }, meter) : undefined;
  }
  const invoked = (member: number) => part.invoked[member]!;
  const returned = (member: number) => part.returned[member]!;
  // A remove that comes before the add, or finds nothing, is left to the search.
  if (remove !== -1 && invoked(remove) < returned(add) && invoked(add) < returned(remove))
    return undefined;
  if (remove !== -1 && returned(remove) < invoked(add)) return undefined;
  const addBy = present.map(returned).reduce((a, b) => Math.min(a, b), returned(add));
  const keptUntil = present.map(invoked).reduce((a, b) => Math.max(a, b), invoked(add));
  const removeFrom = remove === -1 ? NEVER : Math.max(invoked(remove), keptUntil);
  if (addBy < invoked(add)) return fail;
  if (remove !== -1 && returned(remove) < keptUntil) return fail;
  const early = absent.filter((member) => invoked(member) < addBy);
  const late = absent.filter((member) => invoked(member) >= addBy);
  if (late.some((member) => returned(member) < removeFrom)) return fail;
  const order = [...early, add, ...present, ...(remove === -1 ? [] : [remove]), ...late];
  return { verdict: 'pass', order: withUnconstrained(part, { order, free }, meter) };
}

function everything(
  part: Part,
  { absent, free }: { readonly absent: readonly number[]; readonly free: readonly number[] },
  meter: Meter,
): Finding {
  return { verdict: 'pass', order: withUnconstrained(part, { order: absent, free }, meter) };
}
