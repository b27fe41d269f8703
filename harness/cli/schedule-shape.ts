/** What the entries of a schedule have, whoever wrote them: of files everything else is let be, of what people write it is refused. */
import { z } from 'zod';
import { cutModes } from '../core/fault.ts';
import { triggerEvents } from '../core/schedule.ts';

export const count = z.int().nonnegative();
/** Milliseconds. */
export const duration = z.number().nonnegative();
const mode = z.enum(cutModes);

/** A node or a role, or a list of such. */
const selection: z.ZodType = z.lazy(() => z.union([z.string(), z.array(selection)]));

/** By the kind of a fault. */
export const faultMembers = {
  cut: { from: selection, to: selection, direction: z.enum(['both', 'forth']), mode },
  partition: { groups: z.array(selection).min(2), mode },
  ring: { mode },
  delay: { from: selection, to: selection, delayMs: duration },
  flap: { from: selection, to: selection, periodMs: z.number().min(1) },
  kill: { nodes: selection },
  pause: { nodes: selection },
  procedure: {
    name: z.string(),
    nodes: selection.optional(),
    args: z.record(z.string(), z.unknown()).optional(),
  },
};

/** One of these is waited for. */
export const triggerMembers = {
  leader: z.enum(triggerEvents.leader),
  vote: z.enum(triggerEvents.vote),
  node: z.enum(triggerEvents.node),
  write: z.enum(triggerEvents.write),
  operation: z.string(),
};

export const waitingMembers = {
  occurrence: z.int().min(1).optional(),
  withinMs: duration.optional(),
  afterMs: duration.optional(),
};

export const operationMembers = {
  at: duration,
  client: count,
  node: z.string().optional(),
  operation: z.string(),
  args: z.record(z.string(), z.unknown()),
};
