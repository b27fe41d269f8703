import type { Socket } from 'node:net';
import { Channel } from './channel.ts';
import type { PassedBytes } from './metrics.ts';
import { Stage } from './stage.ts';
import type { Direction, RunningToxic, Toxic } from './toxic.ts';
import { letPass, noop } from './toxics/noop.ts';

/** The first place of every chain lets everything pass; its being there makes every toxic removable. */
export const firstOfChain: RunningToxic = { kind: noop, attributes: {}, toxicity: 1 };

export type LinkEnds = {
  readonly direction: Direction;
  readonly source: Socket;
  readonly destination: Socket;
  readonly passed: PassedBytes;
  /** Closes a socket of the connection as its toxics want it closed. */
  close(socket: Socket): void;
};

/** One direction of one connection: from a socket through a chain of stages to another socket. */
export class ToxicLink {
  readonly direction: Direction;
  /** Resolves when nothing more can come through. */
  readonly done: Promise<void>;
  readonly #stages: Stage[] = [];

  /** Starts at once, with the toxics that are there. */
  constructor(ends: LinkEnds, toxics: readonly Toxic[]) {
    this.direction = ends.direction;
    const input = new Channel(1);
    let last = input;
    for (const toxic of [firstOfChain, ...toxics]) {
      const next = new Channel(1);
      const stage = new Stage(last, next);
      stage.state = toxic.kind.newState?.();
      this.#stages.push(stage);
      last = next;
    }
    // A toxic's own queue is the one in front of it.
    toxics.forEach(({ kind }, index) => {
      this.#connect(index, new Channel(kind.capacity ?? 1));
    });
    [firstOfChain, ...toxics].forEach((toxic, index) => {
      this.#stages[index]?.run(toxic, letPass);
    });
    pump(ends, input);
    const tail = this.#stages.at(-1)?.output ?? input;
    this.done = drain(ends, tail);
  }

  /** Puts a toxic at the end of the chain. `previous` is what runs before it. */
  async add(toxic: Toxic, previous: RunningToxic): Promise<void> {
    const before = this.#stages.at(-1);
    if (before === undefined) return;
    const input = new Channel(toxic.kind.capacity ?? 1);
    const stage = new Stage(input, before.output);
    this.#stages.push(stage);
    if (await before.interrupt()) {
      before.output = input;
      stage.state = toxic.kind.newState?.();
      stage.run(toxic, letPass);
      before.run(previous, letPass);
    } else {
      // What came before has ended, and its output with it.
      stage.output = input;
      stage.close();
    }
  }

  async update(index: number, toxic: Toxic): Promise<void> {
    const stage = this.#stages[index];
    if (stage !== undefined && (await stage.interrupt())) stage.run(toxic, letPass);
  }

  /** Takes a toxic out; what waited in front of it moves on at once. `previous` is what runs before it. */
  async remove(index: number, toxic: Toxic, previous: RunningToxic): Promise<void> {
    const stage = this.#stages[index];
    const before = this.#stages[index - 1];
    if (stage === undefined || before === undefined || !(await stage.interrupt())) return;
    if (toxic.kind.closesOnRemoval === true) {
      stage.close();
      return;
    }
    const beforeRuns = await before.interrupt();
    for (let chunk = stage.input.take(); chunk !== undefined; chunk = stage.input.take())
      stage.output.push(chunk);
    if (!beforeRuns) {
      stage.close();
      return;
    }
    before.output = stage.output;
    this.#stages.splice(index, 1);
    before.run(previous, letPass);
  }

  #connect(index: number, channel: Channel): void {
    const before = this.#stages[index];
    const after = this.#stages[index + 1];
    if (before === undefined || after === undefined) return;
    before.output = channel;
    after.input = channel;
  }
}

/** Reads as fast as the first stage takes it. */
const pump = ({ source, passed }: LinkEnds, input: Channel): void => {
  source.on('data', (data: Buffer) => {
    passed.received += data.length;
    input.push({ data, at: performance.now() });
    if (!input.full) return;
    source.pause();
    input.onRoom(() => {
      source.resume();
    });
  });
  for (const end of ['end', 'error', 'close'] as const)
    source.once(end, () => {
      input.close();
    });
  source.resume();
};

/** Writes as fast as the destination takes it, and closes it after the last byte. */
const drain = async (ends: LinkEnds, output: Channel): Promise<void> => {
  const { destination, passed } = ends;
  let gone = destination.destroyed;
  let wake: () => void = () => undefined;
  const onGone = (): void => {
    gone = true;
    wake();
  };
  const onDrain = (): void => {
    wake();
  };
  destination.once('error', onGone);
  destination.once('close', onGone);
  destination.on('drain', onDrain);
  const woken = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      output.onArrival(resolve);
    });
  // The socket and the channel change what they say while we wait.
  const isGone = (): boolean => gone;
  while (!isGone()) {
    const chunk = destination.writableNeedDrain ? undefined : output.take();
    if (chunk !== undefined) {
      passed.sent += chunk.data.length;
      destination.write(chunk.data);
    } else if (output.ended) break;
    else await woken();
  }
  output.onArrival(undefined);
  destination.off('close', onGone);
  destination.off('drain', onDrain);
  ends.close(destination);
};
