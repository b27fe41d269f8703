/**
 * What every backend must do, in virtual and in real time alike. One suite: nothing in it reads a clock of its own, it only
 * waits until something is so.
 *
 * The nodes under test chatter: `m1`, `m2` and `m3` each say the next number to both others, again and again, and note
 * `said 7`; a node that gets a number notes `heard m1 7`. Of requests they know
 * `{ask:'name'}` → `{name}`, `{ask:'keep', text}` → `{kept:true}` once the text is safe in the data folder, and `{ask:'kept'}` →
 * `{text}`. Each boot is noted first, by a `boot` observation.
 *
 * Of settings they know `oneBreath` (they open a connection for every number) and `mute` (the name of one that says none).
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Command, Happening } from '../../core/backend.ts';
import { clientSide, type Link, type Ms, type NodeName } from '../../core/cluster.ts';
import type { CutMode, Deed } from '../../core/fault.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { CallResult } from '../../core/target.ts';
import { contractNodes } from './contract-nodes.ts';

/** A cluster of chattering nodes, started. */
export type ContractCluster = AsyncDisposable & {
  carryOut(command: Command): void;
  /** All that has happened so far, in order. */
  readonly happenings: readonly { readonly at: Ms; readonly happening: Happening }[];
  now(): Ms;
  /** Lets time pass until something is so; rejects with `what` where it is not within so many ms of the cluster's clock. */
  until(what: string, condition: () => boolean, withinMs: Ms): Promise<void>;
  logs(node: NodeName): readonly string[];
  /** After its disposal: what of it is left. Processes, folders, open ports, containers, networks. */
  leftovers(): Promise<readonly string[]>;
};

export type ContractSubject = {
  readonly name: string;
  /**
   * What a client meets at a port behind which nobody listens. `refuses`: it surely sent nothing. `accepts-first`: something before
   * the port lets every connection in and ends it then, as Docker's published ports do, so a client cannot tell; what is promised
   * is only that the call fails by itself, without waiting for its own time limit.
   */
  readonly closedPort: 'refuses' | 'accepts-first';
  start(settings?: JsonObject): Promise<ContractCluster>;
  /** Tries to start a cluster in which this node cannot start: the error, and what is left of the attempt. */
  startBroken(
    node: NodeName,
  ): Promise<{ readonly error: Error | undefined; readonly leftovers: readonly string[] }>;
};

/** No test needs this long, on any machine. */
const withinMs: Ms = 20_000;
/** So many numbers said and not heard are no accident. */
const window = 8;
const callTimeoutMs: Ms = 2_000;

const clientCuts: readonly { readonly which: string; readonly links: readonly Link[] }[] = [
  { which: 'one way', links: [{ from: clientSide, to: 'm1' }] },
  { which: 'the other way', links: [{ from: 'm1', to: clientSide }] },
  {
    which: 'both ways',
    links: [
      { from: clientSide, to: 'm1' },
      { from: 'm1', to: clientSide },
    ],
  },
];

type Unnumbered<C = Command> = C extends { readonly id: number } ? Omit<C, 'id'> : never;
type Answer = Extract<Happening, { readonly id: number }>;
type AnswerOf<T extends Answer['type']> = Extract<Answer, { readonly type: T }>;

/** Defines the suite for one backend. */
export const backendContract = (subject: ContractSubject): void => {
  describe(`the ${subject.name} backend keeps the contract`, () => {
    let shared: ContractCluster | undefined;
    const takeAway = async (): Promise<void> => {
      await shared?.[Symbol.asyncDispose]();
      shared = undefined;
    };
    afterAll(takeAway);

    /** Tests share a cluster and leave it whole; after one that failed, the next begins with another. */
    const check = (what: string, body: (c: Contracted) => Promise<void>): void => {
      test(what, async () => {
        shared ??= await subject.start();
        try {
          await body(new Contracted(shared));
        } catch (thrown) {
          await takeAway();
          throw thrown;
        }
      });
    };

    /** Longer than any test: a call that ends before was ended by what it met. */
    const timeoutMs = 10 * withinMs;
    const turnedAway = async (c: Contracted, node: NodeName): Promise<void> => {
      expect(await c.call(node, { ask: 'name' }, timeoutMs)).toEqual({
        failed: expect.any(String),
        sent: subject.closedPort === 'refuses' ? false : expect.any(Boolean),
      });
    };

    check('every node starts, says who it is, and hears the others', async ({ cluster }) => {
      const c = new Contracted(cluster, 0);
      for (const node of contractNodes) {
        await c.until(`${node} is said to have started`, () => c.lived(node, 'started') > 0);
        await c.until(`${node} says who it is`, () => c.boots(node).length > 0);
        for (const other of contractNodes) if (other !== node) await c.hears(node, other);
      }
    });

    check('what a node wrote is in its log', async (c) => {
      await c.saysMore('m1', 1);
      expect(c.cluster.logs('m1').join('\n')).toMatch(/said \d+/);
      expect(c.cluster.logs('m1').join('\n')).not.toContain('heard m1');
    });

    check('observations carry boot and sequence, and their times never go back', async (c) => {
      await c.saysMore('m1', window);
      const seen = c.observations().filter(({ node }) => node === 'm1');
      expect(new Set(seen.map(({ boot }) => boot)).size).toBe(1);
      const seqs = seen.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      const times = c.happenings.map(({ at }) => at);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });

    check('a call is answered by the node that it asks', async (c) => {
      expect(await c.call('m2', { ask: 'name' })).toEqual({ response: { name: 'm2' } });
    });

    check('calls that are under way at the same time are told apart', async (c) => {
      const answers = await Promise.all(contractNodes.map((node) => c.call(node, { ask: 'name' })));
      expect(answers).toEqual(contractNodes.map((name) => ({ response: { name } })));
    });

    check('the latest wake comes, and no earlier one', async (c) => {
      const wakes = (): number =>
        c.happenings.filter(({ happening }) => happening.type === 'wake').length;
      const begin = c.cluster.now();
      c.cluster.carryOut({ type: 'wake', at: begin + 5 });
      c.cluster.carryOut({ type: 'wake', at: begin + 60 });
      await c.until('it wakes', () => wakes() === 1);
      expect(c.cluster.now()).toBeGreaterThanOrEqual(begin + 60);
      await c.saysMore('m1', window);
      expect(wakes()).toBe(1);
    });

    describe.each<CutMode>(['drop', 'refuse', 'reset'])('a cut by %s', (mode) => {
      const cut = (...links: readonly Link[]): Deed => ({ deed: 'cut', links, mode });

      check('stops one direction of one link, and its end lets it through again', async (c) => {
        await c.hears('m2', 'm1');
        const { id } = await c.begin(cut({ from: 'm1', to: 'm2' }));
        await c.deaf('m2', 'm1');
        await c.hears('m1', 'm2');
        await c.hears('m3', 'm1');
        const { evidence, healed } = await c.end(id);
        expect(evidence).toMatchObject({ bit: true });
        expect(healed).toBe(true);
        await c.hears('m2', 'm1');
      });

      check(
        'of both directions of all links of a node isolates it, and clients still reach it',
        async (c) => {
          const links = ['m2', 'm3'].flatMap((other) => [
            { from: 'm1', to: other },
            { from: other, to: 'm1' },
          ]);
          const { id } = await c.begin(cut(...links));
          await c.deaf('m2', 'm1');
          await c.deaf('m1', 'm3');
          await c.hears('m2', 'm3');
          expect(await c.call('m1', { ask: 'name' })).toEqual({ response: { name: 'm1' } });
          expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
          await c.hears('m2', 'm1');
          await c.hears('m1', 'm3');
        },
      );

      describe.each(clientCuts)('of a client’s link, $which', ({ links }) => {
        check('keeps clients from one node and no other, and nodes from none', async (c) => {
          await c.call('m1', { ask: 'name' });
          const { id } = await c.begin(cut(...links));
          if (mode === 'refuse') await turnedAway(c, 'm1');
          else expect(await c.call('m1', { ask: 'name' }, 300)).toMatchObject({ sent: true });
          expect(await c.call('m2', { ask: 'name' })).toEqual({ response: { name: 'm2' } });
          await c.hears('m2', 'm1');
          await c.hears('m1', 'm2');
          expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
          expect(await c.call('m1', { ask: 'name' })).toEqual({ response: { name: 'm1' } });
        });
      });

      check('of what a client asks keeps it from happening', async (c) => {
        await c.call('m1', { ask: 'keep', text: 'before' });
        const { id } = await c.begin(cut({ from: clientSide, to: 'm1' }));
        expect(await c.call('m1', { ask: 'keep', text: 'lost' }, 300)).toHaveProperty('failed');
        expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
        expect(await c.call('m1', { ask: 'kept' })).toEqual({ response: { text: 'before' } });
      });

      check('that nobody ran into did not bite', async (c) => {
        const { id } = await c.begin(cut({ from: clientSide, to: 'm3' }));
        await c.saysMore('m1', window);
        expect(await c.end(id)).toMatchObject({ evidence: { bit: false }, healed: true });
      });

      check('outlasts a restart of the node at its end', async (c) => {
        const { id } = await c.begin(cut({ from: 'm1', to: 'm2' }));
        await c.ask({ type: 'kill', node: 'm2' }, 'killed');
        await c.ask({ type: 'start', node: 'm2' }, 'started');
        await c.hears('m2', 'm3');
        await c.deaf('m2', 'm1');
        expect(await c.end(id)).toMatchObject({ healed: true });
        await c.hears('m2', 'm1');
      });
    });

    check('what a client asks happens although its answer is dropped', async (c) => {
      const links = [{ from: 'm1', to: clientSide }];
      const { id } = await c.begin({ deed: 'cut', links, mode: 'drop' });
      const asked = { ask: 'keep', text: 'without an answer' };
      expect(await c.call('m1', asked, 300)).toMatchObject({ sent: true });
      expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
      const kept = { response: { text: 'without an answer' } };
      expect(await c.call('m1', { ask: 'kept' })).toEqual(kept);
    });

    check('a refusal ends a call that is under way, which may have been carried out', async (c) => {
      const pause = await c.begin({ deed: 'pause', node: 'm1' });
      const call = c.send({ type: 'call', node: 'm1', request: { ask: 'name' }, timeoutMs });
      await c.saysMore('m2', window);
      const links = [{ from: clientSide, to: 'm1' }];
      const { id } = await c.begin({ deed: 'cut', links, mode: 'refuse' });
      const { result } = await c.answer(call, 'called');
      expect(result).toEqual({ failed: expect.any(String), sent: true });
      expect(await c.end(id)).toMatchObject({ evidence: { bit: true } });
      await c.end(pause.id);
      await c.hears('m2', 'm1');
      expect(await c.call('m1', { ask: 'name' })).toEqual({ response: { name: 'm1' } });
    });

    check('a delay of a client’s link lets every answer through, later', async (c) => {
      const links = [
        { from: clientSide, to: 'm1' },
        { from: 'm1', to: clientSide },
      ];
      const takes = async (): Promise<Ms> => {
        const from = c.cluster.now();
        expect(await c.call('m1', { ask: 'name' })).toEqual({ response: { name: 'm1' } });
        return c.cluster.now() - from;
      };
      const { id } = await c.begin({ deed: 'delay', links, delayMs: 200 });
      expect(await takes()).toBeGreaterThanOrEqual(390);
      await c.hears('m2', 'm1');
      expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
      expect(await takes()).toBeLessThan(390);
    });

    check('of two cuts on one link, each ends by itself', async (c) => {
      const links = [{ from: 'm1', to: 'm2' }];
      const first = await c.begin({ deed: 'cut', links, mode: 'drop' });
      const second = await c.begin({ deed: 'cut', links, mode: 'refuse' });
      await c.end(first.id);
      await c.deaf('m2', 'm1');
      expect(await c.end(second.id)).toMatchObject({ healed: true });
      await c.hears('m2', 'm1');
    });

    check('a delay lets everything through, later', async (c) => {
      await c.hears('m2', 'm1');
      const links = [{ from: 'm1', to: 'm2' }];
      const { id } = await c.begin({ deed: 'delay', links, delayMs: 400 });
      await c.until('a number is heard late', () => c.lags('m2', 'm1').some((ms) => ms >= 350));
      expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
      const before = c.lags('m2', 'm1').length;
      await c.until('one is heard at once', () =>
        c
          .lags('m2', 'm1')
          .slice(before)
          .some((ms) => ms < 350),
      );
    });

    check('a kill ends the node; its end starts it on what its disk kept', async (c) => {
      const before = new Contracted(c.cluster, 0).boots('m2');
      expect(await c.call('m2', { ask: 'keep', text: 'kept text' })).toHaveProperty('response');
      const { id, begun } = await c.begin({ deed: 'kill', node: 'm2' });
      expect(begun.ok).toBe(true);
      await c.until('its end is told', () => c.lived('m2', 'killed') === 1);
      await c.deaf('m1', 'm2');
      expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
      await c.until('its start is told', () => c.lived('m2', 'started') === 1);
      await c.until('it says that it has booted again', () => c.boots('m2').length === 1);
      expect(before).not.toContain(c.boots('m2')[0]);
      expect(await c.call('m2', { ask: 'kept' })).toEqual({ response: { text: 'kept text' } });
      await c.hears('m1', 'm2');
      await c.hears('m2', 'm1');
    });

    check(
      subject.closedPort === 'refuses'
        ? 'a dead node refuses connections: what was asked of it surely did not happen'
        : 'what was asked of a dead node fails at once',
      async (c) => {
        const { id } = await c.begin({ deed: 'kill', node: 'm2' });
        await turnedAway(c, 'm2');
        expect(await c.call('m1', { ask: 'name' })).toEqual({ response: { name: 'm1' } });
        await c.end(id);
      },
    );

    check('a node that is down cannot be killed or paused once more', async (c) => {
      await c.ask({ type: 'kill', node: 'm2' }, 'killed');
      expect((await c.begin({ deed: 'kill', node: 'm2' })).begun.ok).toBe(false);
      expect((await c.begin({ deed: 'pause', node: 'm2' })).begun.ok).toBe(false);
      await c.ask({ type: 'start', node: 'm2' }, 'started');
    });

    check('kill and start without a fault', async (c) => {
      await c.ask({ type: 'kill', node: 'm3' }, 'killed');
      await c.deaf('m1', 'm3');
      const { ok } = await c.ask({ type: 'start', node: 'm3' }, 'started');
      expect(ok).toBe(true);
      await c.hears('m1', 'm3');
    });

    check(
      'a paused node neither speaks nor answers, and goes on afterwards where it was',
      async (c) => {
        const { id } = await c.begin({ deed: 'pause', node: 'm2' });
        await c.until('its pause is told', () => c.lived('m2', 'paused') === 1);
        await c.deaf('m1', 'm2');
        expect(await c.call('m2', { ask: 'name' }, 300)).toMatchObject({ sent: true });
        expect(await c.end(id)).toMatchObject({ evidence: { bit: true }, healed: true });
        await c.until('it is told that it goes on', () => c.lived('m2', 'resumed') === 1);
        await c.hears('m1', 'm2');
        expect(c.boots('m2')).toEqual([]);
        expect(await c.call('m2', { ask: 'name' })).toEqual({ response: { name: 'm2' } });
      },
    );

    check('a paused node can be killed', async (c) => {
      const pause = await c.begin({ deed: 'pause', node: 'm2' });
      const kill = await c.begin({ deed: 'kill', node: 'm2' });
      expect(kill.begun.ok).toBe(true);
      await c.end(pause.id);
      expect(await c.end(kill.id)).toMatchObject({ healed: true });
      await c.hears('m1', 'm2');
    });

    for (const state of ['alive', 'dead'])
      check(`the folder of a node that is ${state} is scanned and read`, async (c) => {
        await c.call('m1', { ask: 'keep', text: 'there is a canary here' });
        if (state === 'dead') await c.ask({ type: 'kill', node: 'm1' }, 'killed');
        const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
        const canaries = [
          { name: 'there', bytes: bytes('canary') },
          { name: 'not there', bytes: bytes('cuckoo') },
        ];
        const { scan } = await c.ask(
          { type: 'scan', node: 'm1', autolock: true, canaries },
          'scanned',
        );
        expect(scan).toMatchObject({ node: 'm1', autolock: true, looked: ['there', 'not there'] });
        expect(scan.found.map(({ canary }) => canary)).toEqual(['there']);
        expect(scan.files).toBeGreaterThan(0);
        expect(scan.bytes).toBeGreaterThan(0);
        const [{ file, offset } = { file: '', offset: 0 }] = scan.found;
        const read = await c.ask({ type: 'read-file', node: 'm1', file }, 'file-read');
        expect([...(read.bytes ?? [])].slice(offset, offset + 6)).toEqual([...bytes('canary')]);
        const none = await c.ask({ type: 'read-file', node: 'm1', file: 'none' }, 'file-read');
        expect(none.bytes).toBeUndefined();
        if (state === 'dead') await c.ask({ type: 'start', node: 'm1' }, 'started');
      });

    describe('where nodes open a connection for every thing that they say', () => {
      let breathing: ContractCluster | undefined;
      afterAll(async () => {
        await breathing?.[Symbol.asyncDispose]();
      });
      const cutting = async (link: Link, mode: CutMode) => {
        await takeAway();
        breathing ??= await subject.start({ oneBreath: true, mute: 'm3' });
        const c = new Contracted(breathing);
        await c.hears('m2', 'm1');
        const { id } = await c.begin({ deed: 'cut', links: [link], mode });
        await c.saysMore('m1', window);
        const ended = await c.end(id);
        await c.hears('m2', 'm1');
        return ended;
      };

      test.each<CutMode>(['drop', 'refuse', 'reset'])(
        'a cut by %s is proven by what enters and does not leave',
        async (mode) => {
          const ended = await cutting({ from: 'm1', to: 'm2' }, mode);
          expect(ended).toMatchObject({ evidence: { bit: true }, healed: true });
          // By chance one of the connections, which are short, is there when a port is closed.
          const words = mode === 'refuse' ? /did not leave|were severed/ : /did not leave/;
          expect(ended.evidence.text).toMatch(words);
        },
      );

      test.each<CutMode>(['drop', 'refuse', 'reset'])(
        'a cut by %s of a link that its node does not use is not',
        async (mode) => {
          const ended = await cutting({ from: 'm3', to: 'm1' }, mode);
          expect(ended).toMatchObject({ evidence: { bit: false }, healed: true });
        },
      );
    });

    test('a cluster that was taken away leaves nothing, also in the middle of faults', async () => {
      await takeAway();
      const c = new Contracted(await subject.start(), 0);
      await c.begin({ deed: 'pause', node: 'm1' });
      await c.begin({ deed: 'kill', node: 'm2' });
      await c.begin({ deed: 'cut', links: [{ from: 'm3', to: 'm1' }], mode: 'refuse' });
      await c.cluster[Symbol.asyncDispose]();
      expect(await c.cluster.leftovers()).toEqual([]);
      await c.cluster[Symbol.asyncDispose]();
    });

    test('a start that fails in the middle names the node and leaves nothing', async () => {
      await takeAway();
      const { error, leftovers } = await subject.startBroken('m2');
      expect(error?.message).toContain('m2');
      expect(leftovers).toEqual([]);
    });
  });
};

/** Commands of one cluster have numbers of their own, whatever test gives them. */
let ids = 0;

/** A cluster with the questions that the tests ask of it. */
class Contracted {
  readonly cluster: ContractCluster;
  readonly #from: number;

  /** Sees what happens from now on, or from another point of the cluster's life on. */
  constructor(cluster: ContractCluster, from = cluster.happenings.length) {
    this.cluster = cluster;
    this.#from = from;
  }

  get happenings(): ContractCluster['happenings'] {
    return this.cluster.happenings.slice(this.#from);
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return this.cluster.until(what, condition, withinMs);
  }

  /** Carries a command out and waits for the happening that answers it. */
  async ask<T extends Answer['type']>(command: Unnumbered, type: T): Promise<AnswerOf<T>> {
    return this.answer(this.send(command), type);
  }

  /** Carries a command out, under the number that it returns. */
  send(command: Unnumbered): number {
    const id = ids;
    ids += 1;
    this.cluster.carryOut({ ...command, id });
    return id;
  }

  async call(node: NodeName, request: Json, timeoutMs = callTimeoutMs): Promise<CallResult> {
    return (await this.ask({ type: 'call', node, request, timeoutMs }, 'called')).result;
  }

  async begin(deed: Deed): Promise<{ readonly id: number; readonly begun: AnswerOf<'begun'> }> {
    const begun = await this.ask({ type: 'begin', deed }, 'begun');
    return { id: begun.id, begun };
  }

  async end(id: number): Promise<AnswerOf<'ended'>> {
    this.cluster.carryOut({ type: 'end', id });
    return this.answer(id, 'ended');
  }

  async answer<T extends Answer['type']>(id: number, type: T): Promise<AnswerOf<T>> {
    const found = (): AnswerOf<T> | undefined =>
      this.happenings
        .map(({ happening }) => happening)
        .find((one): one is AnswerOf<T> => one.type === type && 'id' in one && one.id === id);
    await this.until(`command ${id} is answered: ${type}`, () => found() !== undefined);
    const answer = found();
    if (answer === undefined) throw new Error('it has just been there');
    return answer;
  }

  observations(): readonly Extract<Happening, { readonly type: 'observed' }>['observation'][] {
    return this.happenings.flatMap(({ happening }) =>
      happening.type === 'observed' ? [happening.observation] : [],
    );
  }

  lived(node: NodeName, event: string): number {
    return this.happenings.filter(
      ({ happening }) =>
        happening.type === 'lifecycle' &&
        happening.lifecycle.node === node &&
        happening.lifecycle.event === event,
    ).length;
  }

  /** The boots that a node told of. */
  boots(node: NodeName): readonly string[] {
    return this.observations()
      .filter((one) => one.kind === 'boot' && one.node === node)
      .map(({ boot }) => boot);
  }

  /** The node has noted something new of what the other says. */
  async hears(node: NodeName, other: NodeName): Promise<void> {
    const before = this.#heard(node, other);
    await this.until(`${node} hears ${other}`, () => this.#heard(node, other) > before);
  }

  /** While a third one says many numbers, and the other too if it can, nothing of the other comes. */
  async deaf(node: NodeName, other: NodeName): Promise<void> {
    const third = contractNodes.find((one) => one !== node && one !== other) ?? node;
    // What was on its way may still come.
    await this.saysMore(third, 3);
    const before = this.#heard(node, other);
    await this.saysMore(third, window);
    expect(this.#heard(node, other)).toBe(before);
  }

  async saysMore(node: NodeName, times: number): Promise<void> {
    const before = this.#said(node);
    await this.until(`${node} says ${times} more`, () => this.#said(node) >= before + times);
  }

  /** For each number that was heard, how long after it was said. */
  lags(node: NodeName, other: NodeName): readonly Ms[] {
    const said = new Map(
      this.observations()
        .filter((one) => one.kind === 'note' && one.node === other)
        .map((one) => [one.kind === 'note' ? one.text : '', one.at]),
    );
    return this.observations().flatMap((one) => {
      if (one.kind !== 'note' || one.node !== node) return [];
      const [, from, number] = /^heard (\S+) (\d+)$/.exec(one.text) ?? [];
      const at = from === other ? said.get(`said ${number ?? ''}`) : undefined;
      return at === undefined ? [] : [one.at - at];
    });
  }

  #notes(node: NodeName, pattern: RegExp): number {
    return this.observations().filter(
      (one) => one.kind === 'note' && one.node === node && pattern.test(one.text),
    ).length;
  }

  #said(node: NodeName): number {
    return this.#notes(node, /^said /);
  }

  #heard(node: NodeName, other: NodeName): number {
    return this.#notes(node, new RegExp(`^heard ${other} `));
  }
}
