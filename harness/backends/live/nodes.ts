import type { Ms, Node, NodeName } from '../../core/cluster.ts';
import type { Lifecycle, Observation } from '../../core/history.ts';
import { messageOf } from '../../core/thrown.ts';
import { beforeDeadline, hopeless } from './deadline.ts';
import { LiveFailure } from './failure.ts';
import { NodeLog } from './node-log.ts';
import type { LiveTarget } from './target.ts';
import type { World, WorldEvents } from './world.ts';

/** What the harness knows of one node. */
type NodeState = {
  readonly log: NodeLog;
  running: boolean;
  /** An end that we asked for. */
  killing: boolean;
  /** The pause that holds it, by the id of its deed. */
  pausedBy: number | undefined;
  /** When it went on after its last pause. */
  resumedAt: Ms;
  boots: number;
  lines: number;
  /** Starts, kills and pauses of one node follow one another. */
  queue: Promise<unknown>;
};

/** Who is told of what nodes say and of what becomes of them. */
export type NodeListener = {
  now(): Ms;
  observed(observation: Observation): void;
  /** The machine kept a node from running. */
  stalled(forMs: Ms): void;
  lived(node: NodeName, event: Lifecycle['event'], text: string): void;
  failed(thrown: unknown): void;
  /** The cluster is being taken away. */
  over(): boolean;
};

type Given = {
  readonly target: LiveTarget;
  readonly nodes: readonly Node[];
  readonly readyMs: Ms;
  /** Once it is open. */
  world(): World;
};

/** The nodes of a cluster: what is known of each, and what is done to each, one thing after another. */
export class LiveNodes {
  readonly #given: Given;
  readonly #listener: NodeListener;
  readonly #states: ReadonlyMap<NodeName, NodeState>;

  constructor(given: Given, listener: NodeListener) {
    this.#given = given;
    this.#listener = listener;
    this.#states = new Map(
      given.nodes.map(({ name }) => [
        name,
        {
          log: new NodeLog(),
          running: false,
          killing: false,
          pausedBy: undefined,
          resumedAt: -Infinity,
          boots: 0,
          lines: 0,
          queue: Promise.resolve(),
        },
      ]),
    );
  }

  readonly events: Pick<WorldEvents, 'line' | 'spawned' | 'exited'> = {
    line: (node, line, stream) => {
      this.#line(node, line, stream);
    },
    spawned: (node, text) => {
      const state = this.#state(node);
      state.running = true;
      state.killing = false;
      state.boots += 1;
      state.lines = 0;
      this.#listener.lived(node, 'started', text);
    },
    exited: (node, text) => {
      const state = this.#state(node);
      const wanted = state.killing;
      state.running = false;
      state.pausedBy = undefined;
      this.#listener.lived(node, wanted ? 'killed' : 'exited', text);
      // Nobody waits for this one: whoever dials the dead node until then is closed on, as by a node that is just dying.
      if (!wanted && !this.#listener.over())
        this.#given
          .world()
          .links.closeTo(node)
          .catch((thrown: unknown) => {
            this.#listener.failed(thrown);
          });
    },
  };

  logs(node: NodeName): readonly string[] {
    return this.#state(node).log.lines;
  }

  /** All at once; rejects with the first failure when all have come to an end. */
  async bootAll(): Promise<void> {
    const boots = await Promise.allSettled(this.#given.nodes.map(({ name }) => this.boot(name)));
    const failed = boots.find((boot) => boot.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Starts a node unless it runs. Resolves when it is up. */
  boot(node: NodeName): Promise<void> {
    return this.#queued(node, () => this.#boot(node));
  }

  /** Rejects where it does not run. What was ended, in words. */
  kill(node: NodeName): Promise<string> {
    return this.#queued(node, () => this.#kill(node));
  }

  /** Rejects where it does not run, or stands still already. */
  pause(node: NodeName, by: number): Promise<string> {
    return this.#queued(node, () => this.#pause(node, by));
  }

  /** Ends this very pause: where the node was killed and started since, another one may hold it by now. */
  resume(node: NodeName, by: number): Promise<void> {
    return this.#queued(node, () => this.#resume(node, by));
  }

  /** It is up when it listens, its links lead to it, and it says that it is ready. */
  async #boot(node: NodeName): Promise<void> {
    const state = this.#state(node);
    if (state.running) return;
    const world = this.#given.world();
    const { boots } = state;
    // It has run before: where it is not even spawned now, or not reached, the cluster is not to be judged by that.
    const ours = (thrown: unknown): never => {
      if (boots > 0) this.#listener.failed(thrown);
      throw thrown;
    };
    const addresses = await world.start(node, this.#given.readyMs).catch((thrown: unknown) => {
      if (state.boots === boots) ours(thrown);
      throw thrown;
    });
    await world.links.leadTo(node, addresses).catch(ours);
    const { ready } = this.#given.target;
    if (ready === undefined) return;
    await beforeDeadline(
      {
        place: node,
        doing: 'becoming ready',
        withinMs: this.#given.readyMs,
        nextStep: `see what it wrote: ${this.logs(node).slice(-3).join(' | ')}`,
      },
      (signal) =>
        this.#listener.over()
          ? Promise.reject(hopeless(new Error('the cluster is being taken away')))
          : ready(world.endpoint(node), signal),
    );
  }

  async #kill(node: NodeName): Promise<string> {
    const state = this.#state(node);
    if (!state.running) throw new Error(`${node} does not run`);
    state.killing = true;
    const world = this.#given.world();
    const what = await world.kill(node);
    // It is dead either way: a kill that was not told of would never be ended.
    await world.links.closeTo(node).catch((thrown: unknown) => {
      this.#listener.failed(thrown);
    });
    return `${what} of ${node} was alive and has ended`;
  }

  async #pause(node: NodeName, by: number): Promise<string> {
    const state = this.#state(node);
    if (!state.running) throw new Error(`${node} does not run`);
    if (state.pausedBy !== undefined) throw new Error(`${node} stands still already`);
    const what = await this.#given.world().pause(node);
    state.pausedBy = by;
    this.#listener.lived(node, 'paused', what);
    return `${what} of ${node} was running and stands still`;
  }

  async #resume(node: NodeName, by: number): Promise<void> {
    const state = this.#state(node);
    if (state.pausedBy !== by) return;
    await this.#given.world().resume(node);
    state.pausedBy = undefined;
    state.resumedAt = this.#listener.now();
    this.#listener.lived(node, 'resumed', '');
  }

  #line(node: NodeName, line: string, stream: 'out' | 'err'): void {
    const state = this.#state(node);
    state.log.add(line);
    if (stream === 'err') return;
    state.lines += 1;
    try {
      const stalledMs = this.#given.target.stalled?.(line);
      if (stalledMs !== undefined) {
        this.#stalled(state, stalledMs);
        return;
      }
      const said = this.#given.target.observe(line);
      if (said === undefined) return;
      const observation: Observation = {
        boot: `${node}-${state.boots}`,
        seq: state.lines,
        ...said,
        node,
        at: this.#listener.now(),
      };
      this.#listener.observed(observation);
    } catch (thrown) {
      this.#listener.failed(
        new LiveFailure(
          {
            place: node,
            what: `target ${this.#given.target.name} could not read the line ${JSON.stringify(line.slice(0, 200))}: ${messageOf(thrown)}`,
            nextStep: 'let its observe() answer undefined for lines that it does not know',
          },
          { cause: thrown },
        ),
      );
    }
  }

  /** A node that was paused notices it too; that was the harness, not the machine. */
  #stalled(state: NodeState, forMs: Ms): void {
    if (state.pausedBy !== undefined || this.#listener.now() - forMs <= state.resumedAt) return;
    this.#listener.stalled(forMs);
  }

  #queued<T>(node: NodeName, change: () => Promise<T>): Promise<T> {
    const state = this.#state(node);
    const done = state.queue.then(change);
    state.queue = done.catch(() => undefined);
    return done;
  }

  #state(node: NodeName): NodeState {
    const state = this.#states.get(node);
    if (state === undefined)
      throw new RangeError(
        `there is no node ${node}; there are ${[...this.#states.keys()].join(', ')}`,
      );
    return state;
  }
}
