import { describe, expect, test } from '@jest/globals';
import type { ApiRequest } from '../../../cluster/api/seam.ts';
import type { Json, JsonObject } from '../../../harness/core/json.ts';
import type { CallResult, Memory } from '../../../harness/core/target.ts';
import { referenceSwarm } from './target.ts';

const kind = (name: string) => {
  const found = referenceSwarm.operations.find((operation) => operation.name === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found;
};

const memory = (): Memory => new Map<string, Json>();
const answer = (status: number, body: Json = null): CallResult => ({
  response: { status, headers: {}, body },
});

const ask = (name: string, args: JsonObject, of: Memory, result: CallResult) => {
  const request = kind(name).request(args, of);
  if (request === undefined) return undefined;
  return {
    request: request as ApiRequest,
    intent: kind(name).intent?.(args, request, of),
    reading: kind(name).read(args, request, result, of),
  };
};

const service = (version: number, mark: string): Json => ({
  ID: 'id1',
  Version: { Index: version },
  Spec: {
    Name: 'lighthouse-a',
    Labels: { mark, other: 'kept' },
    TaskTemplate: { ContainerSpec: { Image: 'schism/sleep' } },
    Mode: { Replicated: { Replicas: 2 } },
  },
});

describe('services', () => {
  test('are created under the name of their key, with a value that they can be told by', () => {
    const asked = ask(
      'service.create',
      { key: 'a', value: '7', replicas: 3 },
      memory(),
      answer(201, { ID: 'x' }),
    );
    expect(asked?.request).toMatchObject({
      method: 'POST',
      path: '/services/create',
      body: { Name: 'lighthouse-a', Labels: { mark: '7' }, Mode: { Replicated: { Replicas: 3 } } },
    });
    expect(asked?.intent).toEqual({
      object: 'lighthouse-a',
      act: 'create',
      value: '7: schism/sleep ×3',
    });
    expect(asked?.reading).toMatchObject({ outcome: 'ok', decided: true, output: { id: 'x' } });
  });

  test.each([
    [true, 'schism/crash', 'on-failure'],
    [false, 'schism/sleep', 'any'],
  ])(
    'may have tasks that end by themselves and are started again (in failure: %s)',
    (fails, Image, Condition) => {
      const args = { key: 'x', value: '7', endsAfterMs: 300, fails };
      const asked = ask('service.create', args, memory(), answer(201, { ID: 'x' }));
      expect(asked?.request.body).toMatchObject({
        Labels: { mark: '7', lifetime: '300' },
        TaskTemplate: {
          ContainerSpec: { Image, Args: ['300'] },
          RestartPolicy: { Condition, Delay: 200_000_000 },
        },
      });
    },
  );

  test('may say how their tasks are replaced by others', () => {
    const create = (args: JsonObject) =>
      ask('service.create', { key: 'x', value: '7', ...args }, memory(), answer(201, { ID: 'x' }))
        ?.request.body;
    expect(create({})).not.toHaveProperty('UpdateConfig');
    expect(create({ parallelism: 2 })).toMatchObject({
      UpdateConfig: {
        Parallelism: 2,
        Delay: 0,
        Monitor: 0,
        FailureAction: 'pause',
        Order: 'stop-first',
      },
    });
    const all = { updateDelayMs: 150, monitorMs: 500, startFirst: true, continues: true };
    expect(create({ parallelism: 0, ...all })).toMatchObject({
      UpdateConfig: {
        Parallelism: 0,
        Delay: 150_000_000,
        Monitor: 500_000_000,
        FailureAction: 'continue',
        Order: 'start-first',
      },
    });
  });

  test('may be given tasks that fail, and such as do not, with all else as it was', () => {
    const update = (args: JsonObject, before: Json) => {
      const own = memory();
      ask('service.inspect', { key: 'a' }, own, answer(200, before));
      const asked = { value: '8', environment: true, ...args };
      return ask('service.update', asked, own, answer(200))?.request.body as JsonObject;
    };
    const failing = update({ fails: true, endsAfterMs: 200 }, service(12, '1'));
    expect(failing).toMatchObject({
      Labels: { mark: '8', other: 'kept', lifetime: '200' },
      TaskTemplate: {
        ContainerSpec: { Image: 'schism/crash', Args: ['200'], Env: ['MARK=8'] },
        RestartPolicy: { Condition: 'on-failure' },
      },
      Mode: { Replicated: { Replicas: 2 } },
    });
    const failed = { ...(service(13, '8') as JsonObject), Spec: failing };
    expect(update({ fails: false }, failed)).toEqual({
      Name: 'lighthouse-a',
      Labels: { mark: '8', other: 'kept' },
      TaskTemplate: { ContainerSpec: { Image: 'schism/sleep', Env: ['MARK=8'] } },
      Mode: { Replicated: { Replicas: 2 } },
    });
  });

  test('are updated at the version that this client saw last, with everything else as it was', () => {
    const own = memory();
    ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '1')));
    const asked = ask('service.update', { value: '8' }, own, answer(200));
    expect(asked?.request).toMatchObject({
      path: '/services/lighthouse-a/update',
      query: { version: '12' },
      body: { Name: 'lighthouse-a', Labels: { mark: '8', other: 'kept' } },
    });
    expect(asked?.intent).toEqual({
      object: 'lighthouse-a',
      act: 'update',
      value: '8: schism/sleep ×2 other=kept',
      version: 12,
    });
  });

  test('are not updated by a client that has seen no version, or that has written since', () => {
    const own = memory();
    expect(ask('service.update', { key: 'a', value: '8' }, own, answer(200))).toBeUndefined();
    ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '1')));
    ask('service.update', { key: 'a', value: '8' }, own, answer(200));
    expect(ask('service.update', { key: 'a', value: '9' }, own, answer(200))).toBeUndefined();
  });

  test('may be updated again at a version that a refusal left alone', () => {
    const own = memory();
    ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '1')));
    ask('service.update', { key: 'a', value: '8' }, own, answer(503, { message: 'locked' }));
    expect(ask('service.update', { key: 'a', value: '9' }, own, answer(200))).toBeDefined();
  });

  test('show their value and version; what is not found is seen to be absent', () => {
    const own = memory();
    const found = ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '5')));
    expect(found?.reading.seen).toEqual([
      { object: 'lighthouse-a', value: '5: schism/sleep ×2 other=kept', version: 12 },
    ]);
    const gone = ask('service.inspect', { key: 'a' }, own, answer(404, { message: 'not found' }));
    expect(gone?.reading).toMatchObject({
      outcome: 'rejected',
      decided: true,
      seen: [{ object: 'lighthouse-a', value: undefined }],
    });
  });

  test('a list shows all there are', () => {
    const asked = ask('service.list', {}, memory(), answer(200, [service(12, '5')]));
    expect(asked?.reading).toMatchObject({ complete: true, seen: [{ object: 'lighthouse-a' }] });
  });

  test('are scaled only where they have replicas', () => {
    const own = memory();
    const global = {
      ...(service(12, '1') as JsonObject),
      Spec: { Name: 'lighthouse-a', Mode: { Global: {} } },
    };
    ask('service.inspect', { key: 'a' }, own, answer(200, global));
    expect(ask('service.scale', { value: '2', replicas: 3 }, own, answer(200))).toBeUndefined();
  });

  test('a change of the environment goes into the template, a change of the label does not', () => {
    const own = memory();
    const body = (environment: boolean) => {
      ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '1')));
      return ask('service.update', { value: '8', environment }, own, answer(200))?.request.body;
    };
    expect(body(true)).toMatchObject({ TaskTemplate: { ContainerSpec: { Env: ['MARK=8'] } } });
    expect(body(false)).toMatchObject({
      TaskTemplate: { ContainerSpec: { Image: 'schism/sleep' } },
    });
    expect(JSON.stringify(body(false))).not.toContain('MARK');
  });
});

const node = (version: number, spec: JsonObject): Json => ({
  ID: 'n1',
  Version: { Index: version },
  Spec: { Role: 'worker', Availability: 'active', Labels: { zone: 'a' }, ...spec },
  Description: { Hostname: 'w1' },
});

describe('nodes', () => {
  test('are objects by their host names and ids, told by what clients write of them and by who wrote it last', () => {
    const own = memory();
    const plain = ask('node.inspect', { name: 'w1' }, own, answer(200, node(12, {})));
    expect(plain?.reading.seen).toEqual([
      { object: 'node w1 (n1)', value: 'active worker', version: 12 },
    ]);
    const drained = node(13, { Availability: 'drain', Labels: { mark: 'own-1' } });
    const listed = ask('node.list', {}, own, answer(200, [drained]));
    expect(listed?.reading.seen).toEqual([
      { object: 'node w1 (n1)', value: 'drain worker, by own-1', version: 13 },
    ]);
    // It lists what operations do not create.
    expect(listed?.reading.complete).toBe(false);
  });

  test('are updated at the version seen last, each time with a mark of its own', () => {
    const own = memory();
    const drain = (mark: string) => {
      ask('node.inspect', { name: 'w1' }, own, answer(200, node(12, {})));
      const args = { name: 'w1', availability: 'drain' };
      const asked = ask('node.update', args, own, answer(500, { message: 'no' }));
      expect(asked?.request).toMatchObject({
        path: '/nodes/n1/update',
        query: { version: '12' },
        body: { Role: 'worker', Availability: 'drain', Labels: { zone: 'a', mark } },
      });
      expect(asked?.intent).toEqual({
        object: 'node w1 (n1)',
        act: 'update',
        value: `drain worker, by ${mark}`,
        version: 12,
      });
    };
    drain('own-1');
    drain('own-2');
  });

  test('that are not found for an update are seen to be absent', () => {
    const own = memory();
    ask('node.inspect', { name: 'w1' }, own, answer(200, node(12, {})));
    const args = { name: 'w1', availability: 'drain', value: '7' };
    const asked = ask('node.update', args, own, answer(404, { message: 'node w1 not found' }));
    expect(asked?.intent).toMatchObject({ value: 'drain worker, by 7' });
    expect(asked?.reading.seen).toEqual([{ object: 'node w1 (n1)', value: undefined }]);
  });

  test('that are no members yet are there, although they are not found among those', () => {
    const own = memory();
    ask('node.inspect', { name: 'm1' }, own, answer(200, node(12, {})));
    const message = "rpc error: code = NotFound desc = can't find manager in raft memberlist";
    const asked = ask('node.update', { name: 'm1', role: 'worker' }, own, answer(404, { message }));
    expect(asked?.reading).toMatchObject({ outcome: 'rejected', decided: false });
    expect(asked?.reading.seen ?? []).toEqual([]);
  });
});

describe('the swarm itself', () => {
  const swarm = (version: number, on: boolean): Json => ({
    Version: { Index: version },
    Spec: { Name: 'default', Labels: {}, EncryptionConfig: { AutoLockManagers: on } },
    JoinTokens: {},
  });
  const updated = (was: boolean, name: string, args: JsonObject = {}) => {
    const own = memory();
    const seen = ask('swarm.inspect', {}, own, answer(200, swarm(3, was)))?.reading.seen;
    return { seen, asked: ask(name, args, own, answer(200)) };
  };
  const renews = (to: string) => ({ object: 'unlock key', to });

  test('is an object with a version, told by its lock and by who wrote it last', () => {
    const { seen, asked } = updated(false, 'swarm.update', { autolock: true });
    expect(seen).toEqual([{ object: 'swarm', value: 'autolock off', version: 3 }]);
    expect(asked?.intent).toMatchObject({
      object: 'swarm',
      act: 'update',
      value: 'autolock on, by own-1',
      version: 3,
    });
  });

  test.each([
    [false, 'swarm.update', { autolock: true }, renews('a new value')],
    [true, 'swarm.update', { autolock: true }, undefined],
    [true, 'swarm.update', { autolock: false }, renews('nothing')],
    [true, 'swarm.rotate', {}, renews('a new value')],
    [false, 'swarm.rotate', {}, renews('nothing')],
  ])('locked: %s, %s %j means for its key: %j', (was, name, args, expected) => {
    expect(updated(was, name, args).asked?.intent?.renews).toEqual(expected);
  });

  test('shows its key by a mark that is the same for whoever learns it, and is not the key', () => {
    const shown = (UnlockKey: string, own = memory()) =>
      ask('swarm.unlockkey', {}, own, answer(200, { UnlockKey }))?.reading.seen;
    const own = memory();
    const first = shown('SWMKEY-1-secret', own);
    expect(first).toEqual([
      { object: 'unlock key', value: expect.stringMatching(/^key #[0-9a-f]{8}$/) },
    ]);
    const other = shown('SWMKEY-1-other', own);
    expect(other).not.toEqual(first);
    expect(shown('SWMKEY-1-other')).toEqual(other);
    expect(shown('')).toEqual([{ object: 'unlock key', value: undefined }]);
  });
});

describe('secrets', () => {
  const tokens = { Worker: 'SWMTKN-1-worker', Manager: 'SWMTKN-1-manager' };
  const swarm: Json = {
    ID: 's',
    Version: { Index: 3 },
    Spec: { Name: 'default' },
    JoinTokens: tokens,
  };
  const own = memory();
  const inspected = ask('swarm.inspect', {}, own, answer(200, swarm));
  const learnt = ask('swarm.unlockkey', {}, own, answer(200, { UnlockKey: 'SWMKEY-1-secret' }));

  test('tokens are remembered and used, and stand in no output and in no shown request', () => {
    const args = { name: 'm2', role: 'manager', through: 'm1' };
    const asked = ask('swarm.join', args, own, answer(200));
    expect(JSON.stringify(asked?.request)).toContain('SWMTKN-1-manager');
    const shown = kind('swarm.join').shown?.(asked?.request as unknown as Json);
    expect(JSON.stringify([shown, inspected?.reading, asked?.reading])).not.toContain('SWMTKN');
  });

  test('unlock keys are known by their place', () => {
    expect(learnt?.reading.output).toMatchObject({ key: 0 });
    const again = ask('swarm.unlockkey', {}, own, answer(200, { UnlockKey: 'SWMKEY-1-other' }));
    expect(again?.reading.output).toMatchObject({ key: 1 });
    const asked = ask('swarm.unlock', { key: 0 }, own, answer(200));
    expect(asked?.request.body).toEqual({ UnlockKey: 'SWMKEY-1-secret' });
    const shown = kind('swarm.unlock').shown?.(asked?.request as unknown as Json);
    expect(JSON.stringify(shown)).not.toContain('secret');
  });

  test('a key that nobody knows cannot be tried, a wrong one can', () => {
    expect(ask('swarm.unlock', { key: 7 }, own, answer(200))).toBeUndefined();
    const wrong = ask(
      'swarm.unlock',
      { key: 'wrong' },
      own,
      answer(401, { message: 'invalid key' }),
    );
    expect(wrong?.reading).toMatchObject({ outcome: 'rejected', decided: false });
  });
});

test.each(referenceSwarm.operations.map(({ name }) => name))(
  '%s reads whatever it is answered, and failures too',
  (name) => {
    const own = memory();
    ask('service.inspect', { key: 'a' }, own, answer(200, service(12, '1')));
    ask('node.inspect', { name: 'w1' }, own, answer(200, service(12, '1')));
    ask('swarm.inspect', {}, own, answer(200, { Version: { Index: 1 }, Spec: {}, JoinTokens: {} }));
    ask('swarm.unlockkey', {}, own, answer(200, { UnlockKey: 'SWMKEY-1-k' }));
    const args = {
      key: name === 'swarm.unlock' ? 0 : 'a',
      value: '1',
      name: 'w1',
      id: 'n1',
      replicas: 1,
      through: 'm1',
      availability: 'drain',
      autolock: true,
    };
    const results: readonly CallResult[] = [
      answer(200, []),
      answer(200, null),
      answer(200, 'text'),
      answer(500, { message: 'context deadline exceeded' }),
      answer(599, 3),
      { failed: 'connection reset', sent: true },
    ];
    for (const result of results) {
      const asked = ask(name, args, new Map(own), result);
      expect(['ok', 'rejected', 'unknown']).toContain(asked?.reading.outcome);
    }
  },
);

test('a node is given an availability or a role at the version that was seen last, with everything else as it was', () => {
  const own = memory();
  const node: Json = {
    ID: 'id1',
    Version: { Index: 7 },
    Spec: { Role: 'worker', Availability: 'drain', Labels: { kept: 'yes' } },
  };
  const body = (args: JsonObject) => {
    ask('node.inspect', { name: 'w1' }, own, answer(200, node));
    const asked = ask('node.update', { name: 'w1', ...args }, own, answer(200));
    expect(asked?.request.query).toEqual({ version: '7' });
    return asked?.request.body;
  };
  const kept = (mark: string) => ({ Labels: { kept: 'yes', mark } });
  expect(body({ role: 'manager' })).toEqual({
    ...kept('own-1'),
    Role: 'manager',
    Availability: 'drain',
  });
  expect(body({ availability: 'active' })).toEqual({
    ...kept('own-2'),
    Role: 'worker',
    Availability: 'active',
  });
});

test('every node talks to every other, because a worker may become a manager', () => {
  const nodes = referenceSwarm.nodes({ managers: 3, workers: 2 });
  const pairs = nodes.flatMap((from) =>
    nodes.filter((to) => referenceSwarm.talks(from, to)).map((to) => `${from.name}-${to.name}`),
  );
  expect(pairs).toHaveLength(5 * 4);
  expect(pairs).toContain('w1-w2');
});
