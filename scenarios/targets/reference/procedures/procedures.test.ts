import { describe, expect, test } from '@jest/globals';
import type { Procedure, ProcedureResult } from '../../../../harness/core/target.ts';
import { context, no, nodes, ok, play, type Answer } from '../testing/play.ts';
import { learnUnlockKey } from '../unlock-keys.ts';
import { setAvailability } from './availability.ts';
import { finish } from './finish.ts';
import { form } from './form.ts';
import { lock } from './lock.ts';
import { revive } from './revive.ts';
import { rotateKey } from './rotate-key.ts';
import { setRole } from './role.ts';
import { deployShortLived } from './short-lived.ts';
import { setAutolock } from './turn-autolock.ts';

const shownNodes = nodes.map(({ name, role }) => ({
  name,
  state: 'ready',
  reachability: role === 'manager' ? 'reachable' : '',
}));

describe('formation', () => {
  const answer = ({ operation }: { readonly operation: string }): Answer =>
    operation === 'node.list' ? ok({ nodes: shownNodes }) : ok();

  test('makes a swarm on the first node and lets the others join, one after the other', () => {
    expect(play(form(context()), answer)).toEqual([
      'swarm.init m1',
      'swarm.inspect m1',
      'swarm.join m2',
      'swarm.join w1',
      'node.list m1',
    ]);
  });

  test('learns the unlock key of a swarm that is autolocked from the start', () => {
    const did = play(form(context({ settings: { autolock: true } })), answer);
    expect(did).toContain('swarm.unlockkey m1');
  });

  test('settles an ambiguous join by asking the node itself', () => {
    const did = play(form(context()), (step) => {
      if (step.operation === 'swarm.join' && step.node === 'm2') return { outcome: 'unknown' };
      if (step.operation === 'info') return ok({ info: { state: 'active' } });
      return answer(step);
    });
    expect(did).toContain('info m2');
    expect(did.filter((step) => step.startsWith('swarm.join m2'))).toHaveLength(1);
  });

  test('waits until every node is ready', () => {
    const did = play(form(context()), (step, times) =>
      step.operation === 'node.list' && times < 3
        ? ok({ nodes: shownNodes.slice(1) })
        : answer(step),
    );
    expect(did.filter((step) => step === 'node.list m1')).toHaveLength(4);
  });

  test('gives up with the last answer where a node never gets in', () => {
    const did = play(
      form(context()),
      (step) =>
        step.operation === 'swarm.join'
          ? { outcome: 'rejected', output: { text: 'invalid join token' } }
          : step.operation === 'info'
            ? ok({ info: { state: 'inactive' } })
            : answer(step),
      2_000,
    );
    expect(did.at(-1)).toBe('fails: m2 did not get through swarm.join: "invalid join token"');
  });
});

describe('revival', () => {
  const locked = ok({ info: { state: 'locked' } });

  test('leaves a node alone that is not locked', () => {
    const did = play(revive(context({ selected: ['m2'] })), () =>
      ok({ info: { state: 'active' } }),
    );
    expect(did).toEqual(['info m2']);
  });

  test('tries the newest key first, then the older ones', () => {
    const own = context({ selected: ['m2'] });
    learnUnlockKey(own.memory, 'old');
    learnUnlockKey(own.memory, 'new');
    const keys: unknown[] = [];
    play(revive(own), ({ operation, args }) => {
      if (operation === 'info') return locked;
      keys.push(args.key);
      return args.key === 0 ? ok() : no;
    });
    expect(keys).toEqual([1, 0]);
  });

  test('asks the swarm for a key that nobody knows yet', () => {
    const own = context({ selected: ['m2'] });
    learnUnlockKey(own.memory, 'old');
    const did = play(revive(own), ({ operation, args }) => {
      if (operation === 'info') return locked;
      if (operation === 'swarm.unlockkey') {
        learnUnlockKey(own.memory, 'new');
        return ok();
      }
      return args.key === 1 ? ok() : no;
    });
    expect(did).toEqual([
      'info m2',
      'swarm.unlock m2 ✗',
      'info m2',
      'swarm.unlockkey m1',
      'swarm.unlock m2',
    ]);
  });
});

test('a lock restarts the manager, knocks, tries a wrong key and then the right one', () => {
  const own = context({ selected: ['m2'] });
  learnUnlockKey(own.memory, 'key');
  let open = false;
  const did = play(lock(own), ({ operation, args }) => {
    if (operation === 'info') return ok({ info: { state: open ? 'active' : 'locked' } });
    if (operation === 'swarm.unlock') open = args.key === 0;
    return open ? ok() : no;
  });
  expect(did).toEqual([
    'kill m2',
    'start m2',
    'info m2',
    'service.list m2 ✗',
    'node.list m2 ✗',
    'service.create m2 ✗',
    'swarm.inspect m2 ✗',
    'swarm.unlock m2 ✗',
    'service.list m2 ✗',
    'swarm.unlock m2',
    'service.list m2',
  ]);
});

test('a lock turns autolock on where it is off', () => {
  const did = play(lock(context()), ({ operation }) =>
    operation === 'swarm.inspect' ? ok({ autolock: false }) : ok(),
  );
  expect(did).toEqual([
    'swarm.inspect m1',
    'swarm.inspect m1',
    'swarm.update m1',
    'swarm.unlockkey m1',
    'fails: there was no node to do it to',
  ]);
});

test('autolock is turned off where it is on, and left alone where it is off', () => {
  const turnOff = (autolock: boolean) =>
    play(setAutolock(false)(context()), ({ operation }) =>
      operation === 'swarm.inspect' ? ok({ autolock }) : ok(),
    );
  expect(turnOff(true)).toEqual(['swarm.inspect m1', 'swarm.inspect m1', 'swarm.update m1']);
  expect(turnOff(false)).toEqual(['swarm.inspect m1', 'fails: autolock was off already']);
});

test('a rotation asks for the new key at once, also where its own answer was lost', () => {
  const own = context();
  learnUnlockKey(own.memory, 'key');
  const did = play(rotateKey(own), ({ operation }, times) =>
    operation === 'swarm.rotate' && times === 0 ? { outcome: 'unknown' } : ok(),
  );
  expect(did.at(-1)).toBe('swarm.unlockkey m1');
});

test('an availability is set at the version of a moment ago, and tried again where that moved on', () => {
  const did = play(
    setAvailability('drain')(context({ selected: ['w1'] })),
    ({ operation, node }) => (operation === 'node.update' && node === 'm1' ? no : ok()),
  );
  expect(did).toEqual(['node.inspect m1', 'node.update m1 ✗', 'node.inspect m2', 'node.update m2']);
});

describe('what nobody says yes to has no effect, and says so', () => {
  const without = (procedure: Procedure, refused: string) =>
    play(
      procedure,
      ({ operation }) => (operation === refused ? no : ok({ autolock: false })),
      2_000,
    ).at(-1);

  test.each([
    ['node.update', setAvailability('drain')(context({ selected: ['w1'] })), 'w1: node.update'],
    ['swarm.update', setAutolock(true)(context()), 'swarm.update'],
    ['swarm.inspect', setAutolock(true)(context()), 'swarm.inspect'],
    ['service.create', deployShortLived(context()), undefined],
  ])('%s', (operation, procedure, where) => {
    const why = 'no manager took it';
    expect(without(procedure, operation)).toBe(
      `fails: ${where === undefined ? why : `${where}: ${why}`}`,
    );
  });

  test('a rotation', () => {
    const own = context();
    learnUnlockKey(own.memory, 'key');
    expect(without(rotateKey(own), 'swarm.rotate')).toBe('fails: swarm.rotate: no manager took it');
  });

  test('a manager that does not come back locked, while the others are locked all the same', () => {
    const own = context({ selected: ['m1', 'm2'] });
    learnUnlockKey(own.memory, 'key');
    const did = play(lock(own), ({ operation, node }) =>
      operation === 'info' ? ok({ info: { state: node === 'm1' ? 'active' : 'locked' } }) : ok(),
    );
    expect(did).toContain('swarm.unlock m2');
    expect(did.at(-1)).toBe('fails: m1: it did not come back locked');
  });
});

describe('a change of role', () => {
  const shown = (role: string, reachability: string) => ok({ node: { role, reachability } });

  test('is asked for at the version of a moment ago, and waited for until it has taken hold', () => {
    let asked = false;
    const did = play(
      setRole('manager')(context({ selected: ['w1'] })),
      ({ operation, args }, times) => {
        if (operation === 'node.inspect')
          return asked
            ? shown('manager', times < 3 ? 'unknown' : 'reachable')
            : shown('worker', '');
        expect(args).toEqual({ name: 'w1', role: 'manager' });
        asked = true;
        return ok();
      },
    );
    expect(did).toEqual([
      'node.inspect m1',
      'node.inspect m1',
      'node.update m1',
      'node.inspect m1',
      'node.inspect m1',
    ]);
  });

  test('of a node that has the role already asks for nothing', () => {
    const did = play(setRole('worker')(context({ selected: ['w1'] })), () => shown('worker', ''));
    expect(did).toEqual(['node.inspect m1', 'fails: w1: it is a worker already']);
  });

  test('of several nodes is made one after the other', () => {
    const workers = new Set<unknown>();
    const did = play(
      setRole('worker')(context({ selected: ['m1', 'm2'] })),
      ({ operation, args }) => {
        if (operation === 'node.update') workers.add(args.name);
        return workers.has(args.name) ? shown('worker', '') : shown('manager', 'reachable');
      },
    );
    expect(did.filter((step) => step.startsWith('node.update'))).toHaveLength(2);
    expect(did.at(-1)).toBe('node.inspect m1');
  });

  test('that the swarm refuses fails with its text, and is not asked for again', () => {
    const text = "can't remove member from the raft: this would result in a loss of quorum";
    const refusal: Answer = { outcome: 'rejected', output: { status: 400, text } };
    const updates: unknown[] = [];
    const did = play(setRole('worker')(context({ selected: ['m2'] })), ({ operation, args }) => {
      if (operation === 'node.inspect') return shown('manager', 'reachable');
      updates.push(args);
      return refusal;
    });
    expect(did.at(-1)).toBe(`fails: m2: node.update: ${text}`);
    expect(updates).toHaveLength(1);
  });
});

test('services whose tasks end by themselves are asked for once, each under a name of its own', () => {
  const own = context({ args: { endsAfterMs: 300, fails: true, replicas: 2 } });
  const asked: unknown[] = [];
  for (const answer of [{ outcome: 'unknown' } as const, ok()]) {
    const did = play(deployShortLived(own), ({ args }) => {
      asked.push(args);
      return answer;
    });
    expect(did.slice(1)).toEqual(answer.outcome === 'ok' ? [] : ['fails: nobody saw how it ended']);
  }
  const rest = { endsAfterMs: 300, fails: true, replicas: 2 };
  expect(asked).toEqual([
    { key: 'mayfly-1', value: 'mayfly-1', ...rest },
    { key: 'mayfly-2', value: 'mayfly-2', ...rest },
  ]);
  const nobody = context({ leader: () => undefined, managers: () => [] });
  expect(play(deployShortLived(nobody), () => ok())).toEqual(['fails: no manager ran to ask']);
  const wrong = context({ args: { endsAfterMs: '300ms' } });
  expect(play(deployShortLived(wrong), () => ok())).toEqual([
    expect.stringContaining('not {"endsAfterMs":"300ms"}'),
  ]);
});

describe('the end of a run', () => {
  test('asks every live manager for everything, and the swarm for its spec and its key', () => {
    const did = play(finish(context()), () => ok());
    expect(did).toEqual([
      ...['m1', 'm2'].flatMap((node) =>
        ['service.list', 'task.list', 'node.list'].map((what) => `${what} ${node}`),
      ),
      'swarm.inspect m1',
      'swarm.unlockkey m1',
    ]);
  });

  test('scans the folders of an autolocked swarm twice: locked, and with autolock off', () => {
    let autolock = true;
    const own = context({ settings: { scanFolders: true } });
    const scans: boolean[] = [];
    const procedure = finish(own);
    const spied = (function* (): Procedure {
      let result: ProcedureResult = { step: 'done' };
      for (let step = procedure.next(result); step.done !== true; step = procedure.next(result)) {
        if (step.value.step === 'scan') scans.push(step.value.autolock);
        result = yield step.value;
      }
    })();
    play(spied, ({ operation, args }) => {
      if (operation === 'swarm.update') autolock = args.autolock === true;
      return ok({ autolock });
    });
    expect(scans).toEqual([true, true, false, false]);
  });
});
