/** The nodes that the contract of backends is about, as programs for the simulator. For tests. */
import type { NodeName } from '../../../core/cluster.ts';
import type { Json } from '../../../core/json.ts';
import type { Target } from '../../../core/target.ts';
import { contractNodes } from '../../testing/contract-nodes.ts';
import { noDevice } from './no-device.ts';
import type {
  Instant,
  NodeEvent,
  SimBoot,
  SimProgram,
  SimTarget,
  WorldEffect,
} from '../program.ts';

type Message = { readonly from: NodeName; readonly number: number };
type Request =
  | { readonly ask: 'name' }
  | { readonly ask: 'keep'; readonly text: string }
  | { readonly ask: 'kept' };
type Words = {
  readonly message: Message;
  readonly request: Request;
  readonly response: Json;
  readonly deviceEffect: never;
  readonly deviceEvent: never;
};
type Effect = WorldEffect<Words>;

const sayEveryMs = 10;
const keptFile = 'kept';
const letters = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const note = (text: string): Effect => ({ type: 'observe', observation: { kind: 'note', text } });

class Chatter implements SimProgram<Words> {
  readonly #name: NodeName;
  readonly #others: readonly NodeName[];
  #kept: string;
  /** Who waits until its text is safe: request by persist. */
  readonly #keeping = new Map<number, { readonly request: number; readonly text: string }>();
  #number = 0;

  constructor({ name, files, settings }: SimBoot) {
    if (settings.broken === name) throw new Error('it is told to be broken');
    this.#name = name;
    this.#others = settings.mute === name ? [] : contractNodes.filter((other) => other !== name);
    this.#kept = String.fromCharCode(...(files.get(keptFile) ?? []));
  }

  handle(event: NodeEvent<Words>, now: Instant): readonly Effect[] {
    switch (event.type) {
      case 'start': {
        const boot = {
          kind: 'boot',
          name: this.#name,
          nodeId: undefined,
          raftId: undefined,
        } as const;
        return [
          { type: 'observe', observation: boot },
          { type: 'wake', at: now.mono },
        ];
      }
      case 'wake':
        return this.#say(now);
      case 'message':
        return [note(`heard ${event.message.from} ${event.message.number}`)];
      case 'request':
        return this.#answer(event.id, event.request);
      case 'persisted': {
        const keeping = this.#keeping.get(event.id);
        if (keeping === undefined) return [];
        this.#keeping.delete(event.id);
        this.#kept = keeping.text;
        return [{ type: 'reply', id: keeping.request, response: { kept: true } }];
      }
      case 'persist-failed':
      case 'request-aborted':
        return [];
    }
  }

  #say(now: Instant): readonly Effect[] {
    this.#number += 1;
    const message = { from: this.#name, number: this.#number };
    return [
      note(`said ${this.#number}`),
      ...this.#others.map((to): Effect => ({ type: 'send', to, message })),
      { type: 'wake', at: now.mono + sayEveryMs },
    ];
  }

  #answer(id: number, request: Request): readonly Effect[] {
    switch (request.ask) {
      case 'name':
        return [{ type: 'reply', id, response: { name: this.#name } }];
      case 'kept':
        return [{ type: 'reply', id, response: { text: this.#kept } }];
      case 'keep':
        this.#keeping.set(id, { request: id, text: request.text });
        return [
          {
            type: 'persist',
            id,
            operations: [{ op: 'write', file: keptFile, bytes: letters(request.text) }],
          },
        ];
    }
  }
}

const target: Target = {
  name: 'chatter',
  title: 'three nodes that chatter',
  nodes: () => contractNodes.map((name) => ({ name, role: 'manager' })),
  talks: () => true,
  operations: [],
  bounds: { electionTimeoutMsMax: 0, leaderReturnsMs: 0, convergeMs: 0, unlockMs: 0 },
  *form() {
    yield { step: 'wait', ms: 0 };
  },
  *revive() {
    yield { step: 'wait', ms: 0 };
  },
  procedures: {},
  *finish() {
    yield { step: 'wait', ms: 0 };
  },
  workload: [],
};

export const chatter: SimTarget<Words> = {
  target,
  boot: (boot) => new Chatter(boot),
  addressOf: (node) => node,
  request: (call) => call as Request,
  response: (response) => response,
  device: noDevice,
  encode: (message) => letters(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(String.fromCharCode(...bytes)) as Message,
  fingerprint: ({ number }) => number,
};
