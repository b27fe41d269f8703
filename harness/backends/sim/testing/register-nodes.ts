/**
 * Nodes that keep one register in a log on their disks, `m1` first: enough of a program to see what the simulator does to one.
 * For tests of the simulator and of campaigns.
 */
import type { Node, NodeName } from '../../../core/cluster.ts';
import type { Json } from '../../../core/json.ts';
import type { OperationKind, Target } from '../../../core/target.ts';
import type { Scenario } from '../../../core/scenario.ts';
import type {
  Instant,
  NodeEvent,
  SimBoot,
  SimProgram,
  SimTarget,
  WorldEffect,
} from '../program.ts';

type Message =
  | { readonly type: 'beat' | 'ack'; readonly count: number; readonly name: NodeName }
  | { readonly type: 'store' | 'stored'; readonly put: number; readonly value: number };
type Request = { readonly op: 'put' | 'get' | 'hang' | 'task' | 'crash'; readonly value: number };
type Response = { readonly status: number; readonly values: readonly number[] };
type Words = {
  readonly message: Message;
  readonly request: Request;
  readonly response: Response;
  readonly deviceEffect: { readonly type: 'task-start'; readonly ticket: number };
  readonly deviceEvent: { readonly type: 'task'; readonly ticket: number };
};
type Effect = WorldEffect<Words> | Words['deviceEffect'];

const names: readonly NodeName[] = ['m1', 'm2', 'm3'];
export const registerNodes: readonly Node[] = names.map((name) => ({ name, role: 'manager' }));
const beatMs = 20;
const logFile = 'log';
const nonceLength = 12;
const recordLength = 1 + nonceLength + 4 + 16;
/** What a scan for secrets looks for: it stands in plaintext in every record. */
export const marker = 0x5eed;

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 7);

class RegisterNode implements SimProgram<Words> {
  readonly #boot: SimBoot;
  readonly #values: number[] = [];
  readonly #asked = new Map<number, { acks: number; durable: boolean; readonly value: number }>();
  /** What waits for a persist, by its id. */
  readonly #persists = new Map<number, (effects: Effect[]) => void>();
  #numbers = 0;
  #beats = 0;

  constructor(boot: SimBoot) {
    this.#boot = boot;
  }

  handle(event: NodeEvent<Words>, now: Instant): readonly Effect[] {
    const effects: Effect[] = [];
    switch (event.type) {
      case 'start':
        this.#start(effects, now);
        break;
      case 'wake':
        this.#beats += 1;
        for (const peer of names) {
          if (peer !== this.#boot.name)
            this.#send(effects, peer, { type: 'beat', count: this.#beats, name: this.#boot.name });
        }
        effects.push({ type: 'wake', at: now.mono + beatMs });
        break;
      case 'message':
        this.#message(event.message, event.from.address, effects);
        break;
      case 'persisted': {
        const then = this.#persists.get(event.id);
        this.#persists.delete(event.id);
        then?.(effects);
        break;
      }
      case 'persist-failed':
        effects.push({ type: 'halt', reason: event.error });
        break;
      case 'request':
        this.#request(event.id, event.request, effects);
        break;
      case 'request-aborted':
        this.#asked.delete(event.id);
        effects.push(note(`request aborted`));
        break;
      case 'task':
        effects.push({ type: 'reply', id: event.ticket, response: { status: 200, values: [] } });
        break;
    }
    return effects;
  }

  #start(effects: Effect[], now: Instant): void {
    const { name, files } = this.#boot;
    const nodeId = `id-${name}`;
    const secret = Uint8Array.of(1, 2, 3);
    effects.push({ type: 'observe', observation: { kind: 'boot', name, nodeId, raftId: name } });
    effects.push({ type: 'identity', identity: { nodeId, clusterId: 'c', secret } });
    const log = files.get(logFile) ?? new Uint8Array(0);
    for (let at = 0; at + recordLength <= log.length; at += recordLength)
      this.#recover(log.subarray(at, at + recordLength));
    const rest = log.length % recordLength;
    if (rest > 0) {
      effects.push(note(`cut ${rest} bytes`));
      this.#persist(
        effects,
        [{ op: 'truncate', file: logFile, length: log.length - rest }],
        () => undefined,
      );
    }
    effects.push({
      type: 'observe',
      observation: {
        kind: 'role',
        role: name === 'm1' ? 'leader' : 'follower',
        term: 1,
        leader: 'm1',
        nodeId,
        raftId: name,
      },
    });
    effects.push({ type: 'wake', at: now.mono + 1 });
  }

  #recover(record: Uint8Array): void {
    const nonce = record.subarray(1, 1 + nonceLength);
    const plain = this.#boot.cipher.open(key, nonce, record.subarray(1 + nonceLength));
    if (plain === undefined) throw new Error('a record does not open');
    this.#values.push((plain[2] ?? 0) | ((plain[3] ?? 0) << 8));
  }

  #message(message: Message, from: string, effects: Effect[]): void {
    switch (message.type) {
      case 'beat':
        effects.push({ type: 'send', to: from, message: { ...message, type: 'ack' } });
        return;
      case 'ack':
        return;
      case 'store':
        this.#append(effects, message.value, (then) => {
          then.push({ type: 'send', to: from, message: { ...message, type: 'stored' } });
        });
        return;
      case 'stored': {
        const asked = this.#asked.get(message.put);
        if (asked === undefined) return;
        asked.acks += 1;
        this.#answer(message.put, effects);
      }
    }
  }

  #request(id: number, { op, value }: Request, effects: Effect[]): void {
    switch (op) {
      case 'put':
        this.#asked.set(id, { acks: 0, durable: false, value });
        for (const peer of names) {
          if (peer !== this.#boot.name)
            this.#send(effects, peer, { type: 'store', put: id, value });
        }
        this.#append(effects, value, (then) => {
          const asked = this.#asked.get(id);
          if (asked !== undefined) asked.durable = true;
          this.#answer(id, then);
        });
        return;
      case 'get':
        effects.push({ type: 'reply', id, response: { status: 200, values: [...this.#values] } });
        return;
      case 'task':
        effects.push({ type: 'task-start', ticket: id });
        return;
      case 'crash':
        throw new Error('told to crash');
      case 'hang':
        return;
    }
  }

  #answer(id: number, effects: Effect[]): void {
    const asked = this.#asked.get(id);
    if (asked?.durable !== true || asked.acks === 0) return;
    this.#asked.delete(id);
    effects.push({ type: 'reply', id, response: { status: 200, values: [asked.value] } });
  }

  #append(effects: Effect[], value: number, then: (effects: Effect[]) => void): void {
    const nonce = this.#boot.random.bytes('nonce', nonceLength);
    const plain = Uint8Array.of(marker & 0xff, marker >> 8, value & 0xff, value >> 8);
    const bytes = new Uint8Array(recordLength);
    bytes[0] = recordLength;
    bytes.set(nonce, 1);
    bytes.set(this.#boot.cipher.seal(key, nonce, plain), 1 + nonceLength);
    this.#persist(effects, [{ op: 'append', file: logFile, bytes }], (more) => {
      this.#values.push(value);
      const index = this.#values.length;
      const hash = this.#values.reduce((sum, of) => (sum * 31 + of) >>> 0, 0);
      more.push({
        type: 'observe',
        observation: { kind: 'commit', index, term: 1, hash, tasks: [] },
      });
      then(more);
    });
  }

  #persist(
    effects: Effect[],
    operations: Extract<Effect, { readonly type: 'persist' }>['operations'],
    then: (effects: Effect[]) => void,
  ): void {
    this.#numbers += 1;
    this.#persists.set(this.#numbers, then);
    effects.push({ type: 'persist', id: this.#numbers, operations });
  }

  #send(effects: Effect[], to: NodeName, message: Message): void {
    effects.push({ type: 'send', to: addressOf(to), message });
  }
}

const note = (text: string): Effect => ({ type: 'observe', observation: { kind: 'note', text } });
const addressOf = (name: NodeName): string => `${name}:1`;
const typeNumber = { beat: 1, ack: 2, store: 3, stored: 4 } as const;

const operation = (name: Request['op']): OperationKind => ({
  name,
  effect: name === 'get' ? 'read' : 'write',
  request: (args) => ({ op: name, value: args.value ?? 0 }),
  read: (_args, _request, result) =>
    'failed' in result
      ? { outcome: result.sent ? 'unknown' : 'rejected', output: result.failed }
      : { outcome: 'ok', output: (result.response as { readonly values: Json }).values },
});

export const registerTarget: Target = {
  name: 'register',
  title: 'a register on three nodes',
  nodes: () => registerNodes,
  talks: () => true,
  operations: (['put', 'get', 'hang', 'task', 'crash'] as const).map(operation),
  bounds: { electionTimeoutMsMax: 100, leaderReturnsMs: 1_000, convergeMs: 200, unlockMs: 1_000 },
  *form() {
    yield { step: 'call', node: 'm1', operation: 'get', args: {} };
  },
  *revive() {
    yield { step: 'wait', ms: 1 };
  },
  procedures: {
    *rest() {
      yield { step: 'wait', ms: 100 };
    },
  },
  *finish(context) {
    for (const node of context.managers()) yield { step: 'call', node, operation: 'get', args: {} };
  },
  workload: [
    { operation: 'put', weight: 2, args: (draw) => ({ value: draw % 60_000 }) },
    { operation: 'get', weight: 3, args: () => ({}) },
  ],
};

export const registerProgram: SimTarget<Words> = {
  target: registerTarget,
  boot: (boot) => new RegisterNode(boot),
  addressOf,
  request: (call) => call as Request,
  response: (response) => response,
  device: (_name, random) => ({
    carryOut({ ticket }, later) {
      later(random.integer('task', 10), ticket);
    },
    due: (ticket) => ({ type: 'task', ticket }),
  }),
  encode: (message) => Uint8Array.from(JSON.stringify(message), (letter) => letter.charCodeAt(0)),
  decode: (bytes) => JSON.parse(String.fromCharCode(...bytes)) as Message,
  fingerprint: (message) => typeNumber[message.type],
};

export const registerScenario: Scenario = {
  name: 'register',
  title: 'a register',
  target: 'register',
  shape: { managers: 3, workers: 0 },
  workload: { clients: 2, perSecond: 10 },
  faults: [],
  injectMs: 2_000,
  settleMs: 400,
  settings: {},
  properties: [],
};
