/** What has to be in a run file before anything is judged, drawn or run again from it. */
import {
  figure,
  listOf,
  mapOf,
  maybe,
  oneOf,
  record,
  recordOf,
  text,
  truth,
  word,
  type Shape,
} from './file-shape.ts';

const backend = word('sim', 'process', 'docker');

/** A node or a role, or a list of such. */
const selection: Shape = (value, place) =>
  Array.isArray(value) ? listOf(selection)(value, place) : text(value, place);

const fault = oneOf('kind', {
  cut: { from: selection, to: selection, direction: text, mode: text },
  partition: { groups: listOf(selection), mode: text },
  ring: { mode: text },
  delay: { from: selection, to: selection, delayMs: figure },
  flap: { from: selection, to: selection, periodMs: figure },
  kill: { nodes: selection },
  pause: { nodes: selection },
  procedure: { name: text, nodes: maybe(selection) },
});

const scheduledFault = recordOf({ at: figure, fault, forMs: figure });
const scheduledOperation = recordOf({ at: figure, client: figure, operation: text, args: record });
const entry: Shape = (value, place) =>
  record(value, place) ??
  ('fault' in (value as object) ? scheduledFault : scheduledOperation)(value, place);

const links = listOf(recordOf({ from: text, to: text }));
const deed = oneOf('deed', {
  cut: { links, mode: text },
  delay: { links, delayMs: figure },
  kill: { node: text },
  pause: { node: text },
});

const faultRecord = recordOf({
  entry: figure,
  fault,
  deeds: listOf(deed),
  beginAt: maybe(figure),
  begunAt: maybe(figure),
  endAt: maybe(figure),
  endedAt: maybe(figure),
  evidence: recordOf({ bit: truth, text }),
});

const operation = recordOf({
  id: figure,
  node: text,
  operation: text,
  effect: text,
  args: record,
  intent: maybe(recordOf({ object: text, act: text })),
  invokedAt: figure,
  endedAt: maybe(figure),
  outcome: word('ok', 'rejected', 'unknown'),
  decided: truth,
  seen: listOf(recordOf({ object: text, value: maybe(text), version: maybe(figure) })),
  phase: text,
});

const said = { node: text, boot: text, seq: figure, at: figure };
const task = recordOf({ id: text, service: text, state: text, desired: text });
const observation = oneOf('kind', {
  boot: { ...said, name: text },
  role: { ...said, role: text, term: figure, raftId: text },
  vote: { ...said, term: figure, candidate: text, raftId: text },
  commit: { ...said, index: figure, term: figure, tasks: listOf(task) },
  lock: { ...said, state: text },
  membership: { ...said, voters: listOf(text), learners: listOf(text) },
  manager: { ...said, running: truth, term: figure },
  task: { ...said, id: text, state: text },
  note: { ...said, text },
});

const figures = (...names: readonly string[]): Shape =>
  recordOf(Object.fromEntries(names.map((name) => [name, figure])));

const history = recordOf({
  nodes: listOf(recordOf({ name: text, role: word('manager', 'worker') })),
  settings: record,
  bounds: figures('electionTimeoutMsMax', 'leaderReturnsMs', 'convergeMs', 'unlockMs'),
  phases: figures('injectAt', 'healAt', 'healedAt', 'quietAt', 'endAt'),
  operations: listOf(operation),
  faults: listOf(faultRecord),
  observations: listOf(observation),
  lifecycle: listOf(recordOf({ at: figure, node: text, event: text, text })),
  scans: listOf(
    recordOf({
      at: figure,
      node: text,
      autolock: truth,
      files: figure,
      bytes: figure,
      found: listOf(recordOf({ canary: text, file: text, offset: figure })),
      looked: listOf(text),
    }),
  ),
  stalls: listOf(figures('at', 'forMs')),
});

const titled = { property: text, guarantee: text, source: text };
const verdict = oneOf('verdict', {
  pass: { ...titled, tested: truth, because: text },
  fail: {
    ...titled,
    summary: text,
    moments: listOf(recordOf({ at: figure, node: maybe(text), text })),
  },
  unknown: { ...titled, missing: text },
});

const rate = recordOf({
  backend,
  runs: figure,
  broken: listOf(recordOf({ property: text, runs: figure })),
});

export const runFileShape = recordOf({
  schism: recordOf({ version: text, commit: text, node: text, platform: text }),
  run: recordOf({
    scenario: recordOf({
      name: text,
      target: text,
      shape: figures('managers', 'workers'),
      injectMs: figure,
      properties: listOf(text),
    }),
    seed: figure,
    index: figure,
    backend,
    schedule: listOf(entry),
    chanceSeed: maybe(figure),
    path: maybe(text),
    history,
    verdicts: listOf(verdict),
    digest: text,
    simulatedMs: figure,
  }),
  mutants: listOf(
    recordOf({
      id: text,
      title: text,
      patches: listOf(recordOf({ file: text, find: text, replace: text })),
    }),
  ),
  configuration: record,
  logs: mapOf(listOf(text)),
  shrunkFrom: maybe(recordOf({ entries: figure, injectMs: maybe(figure), attempts: figure })),
  unshrunk: maybe(text),
  elsewhere: maybe(rate),
  again: maybe(rate),
  shownFor: maybe(text),
  scheduleOf: maybe(recordOf({ backend, index: figure })),
  replay: text,
  savedAt: text,
});
