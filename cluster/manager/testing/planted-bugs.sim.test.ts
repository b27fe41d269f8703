/**
 * Proves that the trials can fail: each of these bugs, planted into the sources as they load, has to be noticed. They run in
 * processes of their own, because a module hook changes what is loaded there.
 */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

type Bug = {
  readonly title: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
};

const bugs: readonly Bug[] = [
  {
    title: 'a task that ended stays wanted beside its successor',
    file: 'manager/healing.ts',
    find: "setDesired(transaction, task, 'shutdown');\n      if (lost",
    replace: 'if (lost',
  },
  {
    title: 'drained nodes keep their tasks',
    file: 'manager/place.ts',
    find: " || node.Spec.Availability === 'drain'",
    replace: '',
  },
  {
    title: 'tasks are placed on nodes that are not active',
    file: 'manager/filters.ts',
    find: " && node.Spec.Availability === 'active'",
    replace: '',
  },
  {
    title: 'a late report takes a task back',
    file: 'manager/reports.ts',
    find: ' || !agentMayReport(task.Status.State, update.state)',
    replace: ' || task.Status.State === update.state',
  },
  {
    title: 'the last attempt is one too many',
    file: 'manager/place.ts',
    find: 'ends.length <= MaxAttempts',
    replace: 'ends.length <= MaxAttempts + 1',
  },
  {
    title: 'attempts are counted anew with each scaling',
    file: 'manager/place.ts',
    find: 'newestOther = Math.max(newestOther, task.specVersion)',
    replace: 'newestOther = Infinity',
  },
  {
    title: 'a new leader takes nodes that it has not heard of for dead',
    file: 'manager/liveness.ts',
    find: "{ State: 'unknown', Message: leadershipChanged }",
    replace: "{ State: 'down', Message: leadershipChanged }",
  },
  {
    title: 'a node that registers again stays down',
    file: 'manager/liveness.ts',
    find: "this.#become(nodeId, known, 'ready', '');",
    replace: "if (known.state !== 'down') this.#become(nodeId, known, 'ready', '');",
  },
  {
    title: 'a successor does not wait for its predecessor',
    file: 'manager/start-gate.ts',
    find: 'isOccupied(transaction, task)',
    replace: 'false',
  },
  {
    title: 'a successor waits for ever',
    file: 'manager/start-gate.ts',
    find: "setDesired(transaction, task, 'running');\n",
    replace: '\n',
  },
  {
    title: 'tasks of a removed service are forgotten',
    file: 'manager/orchestrator.ts',
    find: 'if (!isFull(transaction)) removePlace(transaction, place);',
    replace: '{}',
  },
  {
    title: 'removed tasks are deleted while they run',
    file: 'manager/reaper.ts',
    find: '} else if (!isAssigned(task.Status.State)) {',
    replace: '} else if (task.ID !== undefined) {',
  },
  {
    title: 'history is kept for ever',
    file: 'manager/reaper.ts',
    find: 'const excess = history.length - limit;',
    replace: 'const excess = 0 * limit;',
  },
  {
    title: 'tasks of a removed node live on',
    file: 'manager/orphans.ts',
    find: "if (node === undefined || node.Status.State === 'down') {",
    replace: "if (node?.Status.State === 'down') {",
  },
  {
    title: 'an update stops half-way',
    file: 'manager/updating.ts',
    find: 'if (free <= 0 || isFull(transaction)) return;',
    replace: 'if (place.slot === 2 || free <= 0 || isFull(transaction)) return;',
  },
  {
    title: 'assignments are sent once and never again',
    file: 'manager/dispatcher.ts',
    find: 'if (now >= this.#nextResend) this.#resend();',
    replace: 'if (now >= this.#nextResend) this.#nextResend = never;',
  },
  {
    title: 'a complete set leaves old tasks running',
    file: 'agent/worker.ts',
    find: 'if (!kept.has(id)) this.remove(id, now);',
    replace: '{}',
  },
  {
    title: 'reports are sent once and never again',
    file: 'agent/reporter.ts',
    find: 'this.#dueAt = now + this.#retryMs;',
    replace: 'this.#unsettled.clear();',
  },
  {
    title: 'what had ended begins again after the restart of an agent',
    file: 'agent/worker.ts',
    find: "local(assigned, isTerminal(state) ? state : 'assigned')",
    replace: "local({ ...assigned, desired: 'running' }, 'assigned')",
  },
  {
    title: 'the log forgets that a field is gone',
    file: 'store/actions.ts',
    find: 'gone.push(key);',
    replace: '{}',
  },
  {
    title: 'a moved task stays in the list of no node',
    file: 'store/state.ts',
    find: 'this.#byNode.put(task, old);',
    replace: 'if (old === undefined) this.#byNode.put(task, old);',
  },
];

const hook = `
import { registerHooks } from 'node:module';
const { file, find, replace } = JSON.parse(process.env.PLANTED_BUG);
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/cluster/' + file)) return loaded;
    const parts = String(loaded.source).split(find);
    if (parts.length !== 2) throw new Error(file + ' has ' + (parts.length - 1) + ' places to plant it');
    return { ...loaded, source: parts.join(replace) };
  },
});
`;

const seedsMax = 60;

const runner = `
const { trial } = await import(process.env.TRIAL);
for (let seed = 1; seed <= ${String(seedsMax)}; seed += 1) {
  let problems;
  try {
    ({ problems } = trial({ seed, steps: 30, faults: seed % 3 !== 0 }));
  } catch (error) {
    problems = [String(error)];
  }
  if (problems.length > 0) {
    console.log('noticed by seed ' + seed + ': ' + problems[0]);
    break;
  }
}
`;

const notice = async (bug: Bug | undefined): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...(bug === undefined
        ? []
        : ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]),
      '--input-type=module',
      '--eval',
      runner,
    ],
    {
      env: {
        ...process.env,
        PLANTED_BUG: JSON.stringify(bug ?? {}),
        TRIAL: pathToFileURL(`${__dirname}/trial.ts`).href,
      },
    },
  );
  return stdout;
};

describe('the trials of the control plane', () => {
  test.each(bugs)('notice that $title', async (bug) => {
    expect(await notice(bug)).toContain('noticed by seed');
  });

  test('notice nothing where nothing is planted', async () => {
    expect(await notice(undefined)).toBe('');
  });

  test('come to rest without the periodic look at everything: no change is missed', async () => {
    const never = {
      title: 'nobody looks at everything again',
      file: 'manager/manager.ts',
      find: 'resyncMs = 5_000',
      replace: 'resyncMs = 1e12',
    };
    expect(await notice(never)).toBe('');
  });
});
