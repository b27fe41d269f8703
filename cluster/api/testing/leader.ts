/** A leader with a store, for the tests of this folder: requests are decided and carried out at once. */
import { found, plainFounding } from '../../node/founding.ts';
import { newNodeObject } from '../../node/new-node.ts';
import { defaultNodeConfig } from '../../node/config.ts';
import { chanceOf, toyCipher } from '../../node/testing/chance.ts';
import type { Random } from '../../ports.ts';
import type { RaftStatus } from '../../raft/types.ts';
import { encodeActions } from '../../store/actions.ts';
import type { TaskObject } from '../../store/objects.ts';
import { createStore } from '../../store/store.ts';
import type { Transaction, Unstamped } from '../../store/types.ts';
import { decideAsLeader } from '../route.ts';
import type { ApiRequest, ApiResponse, Json } from '../seam.ts';
import type { Leading, Local } from '../types.ts';
import { Keyring } from '../../node/keyring.ts';
import { Effects } from '../../node/effects.ts';
import { PersistPipeline } from '../../node/persist-pipeline.ts';

export const localOf = (change: Partial<Local> = {}): Local => ({
  config: { ...defaultNodeConfig, name: 'm1', advertiseAddr: 'm1:2377' },
  state: 'active',
  nodeId: 'node-m1',
  role: 'manager',
  address: 'm1:2377',
  error: '',
  managers: [{ nodeId: 'node-m1', address: 'm1:2377' }],
  now: { mono: 0, wall: Date.UTC(2026, 10, 24) },
  random: chanceOf(1),
  ...change,
});

export const requestOf = (
  method: ApiRequest['method'],
  target: string,
  body?: Json,
): ApiRequest => {
  const [path = '', search = ''] = target.split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  return { method, path, query, headers: {}, body };
};

export class SmallLeader {
  readonly store = createStore();
  readonly random: Random = chanceOf(7);
  /** The ids of voters that are reachable. */
  active: string[] = ['raft-m1'];
  members: RaftStatus['membership']['members'] = [];
  #index = 10;

  constructor() {
    const effects = new Effects();
    const world = {
      config: localOf().config,
      random: this.random,
      cipher: toyCipher,
      effects,
      pipeline: new PersistPipeline(effects, new Map()),
      now: localOf().now,
      send: () => undefined,
    };
    const keyring = new Keyring(world, {
      facts: {
        nodeId: 'node-m1',
        clusterId: 'cluster-1',
        role: 'manager',
        raftId: 'raft-m1',
        advertiseAddr: 'm1:2377',
        managers: [],
        unlockKeyVersion: 1,
      },
      secrets: { peerSecret: new Uint8Array(32), dataKeys: [] },
      seal: undefined,
    });
    this.write((transaction) => {
      found(transaction, plainFounding, { world, keyring });
    });
    this.#addMember('m1');
  }

  /** A node that is up, and a voter where it is a manager. */
  addNode(name: string, role: 'manager' | 'worker', reachable = true): void {
    this.write((transaction) => {
      const node = newNodeObject({
        id: `node-${name}`,
        hostname: name,
        role,
        availability: 'active',
        raftId: role === 'manager' ? `raft-${name}` : undefined,
        address: `${name}:2377`,
      });
      const Status = { ...node.Status, State: 'ready' as const };
      transaction.create('node', { ...node, Status });
    });
    if (role !== 'manager') return;
    this.#addMember(name);
    if (reachable) this.active.push(`raft-${name}`);
  }

  addTask(task: Partial<TaskObject> & { readonly ID: string; readonly ServiceID: string }): void {
    const service = this.store.service(task.ServiceID);
    const whole: Unstamped<TaskObject> = {
      Spec: service?.Spec.TaskTemplate ?? { ContainerSpec: { Image: 'gone' } },
      ServiceName: service?.Spec.Name ?? 'gone',
      Slot: 1,
      NodeID: 'node-m1',
      Status: { Timestamp: '2026-11-24T00:00:00.000Z', State: 'running', Message: 'started' },
      DesiredState: 'running',
      specVersion: 0,
      endpoint: undefined,
      ...task,
    };
    this.write((transaction) => {
      transaction.create('task', whole);
    });
  }

  write(run: (transaction: Transaction) => void): void {
    this.#commit((transaction) => {
      run(transaction);
    });
  }

  ask(method: ApiRequest['method'], target: string, body?: Json): ApiResponse {
    const leading = this.#leading();
    const decision = decideAsLeader(requestOf(method, target, body), leading);
    switch (decision.type) {
      case 'reply':
        return decision.response;
      case 'read':
        return decision.respond(leading);
      case 'write':
        return this.#commit((transaction) => decision.run(transaction, leading));
    }
  }

  #commit<T>(run: (transaction: Transaction) => T): T {
    this.#index += 2;
    const transaction = this.store.begin({ index: this.#index, wall: localOf().now.wall });
    const result = run(transaction);
    if (transaction.actions.length > 0) this.store.apply(encodeActions(transaction.actions));
    return result;
  }

  #addMember(name: string): void {
    const member = { id: `raft-${name}`, nodeId: `node-${name}`, address: `${name}:2377` };
    this.members = [...this.members, { ...member, voter: true }];
  }

  #leading(): Leading {
    const raft: RaftStatus = {
      role: 'leader',
      term: 1,
      leader: 'raft-m1',
      leaderAt: 0,
      commit: this.#index,
      applied: this.#index,
      lastIndex: this.#index,
      firstIndex: 1,
      membershipIndex: 1,
      membership: { members: this.members, removed: [] },
      caughtUp: true,
      active: this.active,
      removed: false,
      lost: undefined,
    };
    return { ...localOf({ random: this.random }), view: this.store, raft };
  }
}
