/** What has to be in a run file before anything is judged, drawn or run again from it. What it has besides is let be. */
import { z } from 'zod';
import { inWords, placeOf } from '../shape-words.ts';
import {
  count,
  duration,
  faultMembers,
  operationMembers,
  triggerMembers,
  waitingMembers,
} from './schedule-shape.ts';

const text = z.string();
const figure = z.number();
const truth = z.boolean();
/** With whatever is in it. */
const record = z.record(z.string(), z.unknown());

const maybe = <Shape extends z.ZodType>(shape: Shape) => shape.optional();

/** Records that a word under `key` tells apart. */
const oneOf = (key: string, kinds: Readonly<Record<string, z.ZodRawShape>>) => {
  const [first, ...rest] = Object.entries(kinds).map(([kind, members]) =>
    z.looseObject({ [key]: z.literal(kind), ...members }),
  );
  if (first === undefined) throw new Error('a choice of nothing');
  return z.discriminatedUnion(key, [first, ...rest]);
};

const backend = z.enum(['sim', 'process', 'docker']);

const fault = oneOf('kind', faultMembers);

const trigger = z
  .looseObject({ ...waitingMembers, ...z.object(triggerMembers).partial().shape })
  .refine((value) => Object.keys(triggerMembers).filter((key) => key in value).length === 1);

const scheduledFault = z.looseObject({
  at: duration,
  when: maybe(trigger),
  fault,
  forMs: duration,
});
const scheduledOperation = z.looseObject(operationMembers);
const entry = record.superRefine((value, context) => {
  const { error } = ('fault' in value ? scheduledFault : scheduledOperation).safeParse(
    value,
    inWords,
  );
  for (const { path, message } of error?.issues ?? [])
    context.addIssue({ code: 'custom', path, message });
});

const links = z.array(z.looseObject({ from: text, to: text }));
const deed = oneOf('deed', {
  cut: { links, mode: text },
  delay: { links, delayMs: figure },
  kill: { node: text },
  pause: { node: text },
});

const faultRecord = z.looseObject({
  entry: figure,
  fault,
  deeds: z.array(deed),
  on: maybe(z.array(text)),
  beginAt: maybe(figure),
  begunAt: maybe(figure),
  endAt: maybe(figure),
  endedAt: maybe(figure),
  evidence: z.looseObject({ bit: truth, text }),
});

const operation = z.looseObject({
  id: figure,
  node: text,
  operation: text,
  effect: text,
  args: record,
  intent: maybe(z.looseObject({ object: text, act: text })),
  invokedAt: figure,
  endedAt: maybe(figure),
  outcome: z.enum(['ok', 'rejected', 'unknown']),
  decided: truth,
  seen: z.array(z.looseObject({ object: text, value: maybe(text), version: maybe(figure) })),
  phase: text,
});

const said = { node: text, boot: text, seq: figure, at: figure };
const task = z.looseObject({
  id: text,
  service: text,
  state: text,
  desired: text,
  created: maybe(truth),
});
const service = z.looseObject({
  id: text,
  replicas: maybe(figure),
  created: truth,
  remade: truth,
  restartDelayMs: figure,
  update: maybe(
    z.looseObject({
      state: maybe(text),
      parallelism: figure,
      delayMs: figure,
      startFirst: truth,
      bearsFailures: maybe(truth),
    }),
  ),
  removed: truth,
});
const clusterNode = z.looseObject({
  id: text,
  state: text,
  availability: text,
  remade: truth,
  removed: truth,
});
const observation = oneOf('kind', {
  boot: { ...said, name: text },
  role: { ...said, role: text, term: figure, raftId: text },
  vote: { ...said, term: figure, candidate: text, raftId: text },
  commit: {
    ...said,
    index: figure,
    term: figure,
    tasks: z.array(task),
    services: maybe(z.array(service)),
    nodes: maybe(z.array(clusterNode)),
    restored: maybe(truth),
  },
  state: { ...said, index: figure, digest: text, parts: maybe(z.record(text, text)) },
  lock: { ...said, state: text },
  membership: {
    ...said,
    index: maybe(figure),
    voters: z.array(text),
    learners: z.array(text),
  },
  manager: { ...said, running: truth, term: figure },
  task: { ...said, id: text, state: text },
  executor: { ...said, id: text, state: z.enum(['running', 'ended']) },
  note: { ...said, text },
});

const figures = (...names: readonly string[]) =>
  z.looseObject(Object.fromEntries(names.map((name) => [name, figure])));

const history = z.looseObject({
  nodes: z.array(z.looseObject({ name: text, role: z.enum(['manager', 'worker']) })),
  settings: record,
  bounds: figures('electionTimeoutMsMax', 'leaderReturnsMs', 'convergeMs', 'unlockMs'),
  phases: figures('injectAt', 'healAt', 'healedAt', 'quietAt', 'endAt'),
  operations: z.array(operation),
  faults: z.array(faultRecord),
  observations: z.array(observation),
  lifecycle: z.array(z.looseObject({ at: figure, node: text, event: text, text })),
  scans: z.array(
    z.looseObject({
      at: figure,
      node: text,
      autolock: truth,
      files: figure,
      bytes: figure,
      found: z.array(z.looseObject({ canary: text, file: text, offset: figure })),
      looked: z.array(text),
    }),
  ),
  stalls: z.array(figures('at', 'forMs')),
});

const titled = { property: text, guarantee: text, source: text };
const verdict = oneOf('verdict', {
  pass: { ...titled, tested: truth, because: text },
  fail: {
    ...titled,
    summary: text,
    moments: z.array(z.looseObject({ at: figure, node: maybe(text), text })),
  },
  unknown: { ...titled, missing: text },
});

const rate = z.looseObject({
  backend,
  runs: figure,
  broken: z.array(z.looseObject({ property: text, runs: figure })),
});

const runFileShape = z.looseObject({
  schism: z.looseObject({ version: text, commit: text, node: text, platform: text }),
  run: z.looseObject({
    scenario: z.looseObject({
      name: text,
      title: text,
      target: text,
      shape: z.looseObject({ managers: count, workers: count }),
      workload: z.looseObject({ clients: count, perSecond: duration }),
      faults: z.union([z.literal('drawn'), z.array(entry)]),
      injectMs: duration,
      settleMs: duration,
      settings: record,
      properties: z.array(text),
    }),
    seed: figure,
    index: figure,
    backend,
    schedule: z.array(entry),
    chanceSeed: maybe(figure),
    path: maybe(text),
    history,
    verdicts: z.array(verdict),
    digest: text,
    simulatedMs: figure,
  }),
  mutants: z.array(
    z.looseObject({
      id: text,
      title: text,
      source: text,
      expect: z.array(text),
      patches: z.array(z.looseObject({ file: text, find: text, replace: text })),
    }),
  ),
  configuration: record,
  logs: z.record(text, z.array(text)),
  shrunkFrom: maybe(z.looseObject({ entries: figure, injectMs: maybe(figure), attempts: figure })),
  unshrunk: maybe(text),
  elsewhere: maybe(rate),
  again: maybe(rate),
  shownFor: maybe(text),
  scheduleOf: maybe(z.looseObject({ backend, index: figure })),
  replay: text,
  savedAt: text,
});

/** What is read, drawn and compared by functions that call themselves must not exhaust the stack. */
const depthMax = 200;

/** Where a document is deeper than that; looks level by level. */
const tooDeep = (value: unknown): string | undefined => {
  let level: readonly { readonly value: unknown; readonly under: string }[] = [
    { value, under: 'it' },
  ];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > depthMax) return level[0]?.under;
    level = level.flatMap(({ value: of, under }) =>
      typeof of !== 'object' || of === null
        ? []
        : Object.entries(of).map(([key, member]: [string, unknown]) => ({
            value: member,
            under: depth < 3 ? placeOf(depth === 0 ? [key] : [under, key]) : under,
          })),
    );
  }
  return undefined;
};

/** What is wrong with it and where, such as `run.digest is missing, expected a string`; `undefined`: nothing. */
export const damageOf = (value: unknown): string | undefined => {
  const deep = tooDeep(value);
  if (deep !== undefined) return `${deep} is nested too deeply`;
  const [first] = runFileShape.safeParse(value, inWords).error?.issues ?? [];
  return first && `${placeOf(first.path)} ${first.message}`;
};
