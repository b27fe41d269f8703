import type { Command, Conductor, Happening, LiveCluster } from '../../core/backend.ts';
import type { Ms } from '../../core/cluster.ts';

/** A conductor that can be told to end early. */
export type Interruptible = Conductor & { interrupt?(at: Ms): readonly Command[] };

/** What happened, with the time at which the conductor was told. */
export type Told = { readonly at: Ms; readonly happening: Happening };

/** A conductor at work on a live cluster: it is told what happens there, and what it asks for is carried out. */
export class Conduct {
  /** In order. */
  readonly told: Told[] = [];
  readonly #conductor: Interruptible;
  readonly #isOver: () => boolean;
  readonly #end = Promise.withResolvers<undefined>();
  /** What happens before the cluster stands is told once the conductor has begun. */
  readonly #early: Happening[] = [];
  #cluster: LiveCluster | undefined;

  /** `isOver`: whether there is no more to do; left out, once the conductor has finished. */
  constructor(conductor: Interruptible, isOver = (): boolean => conductor.finished) {
    this.#conductor = conductor;
    this.#isOver = isOver;
    // It may fail before anybody waits for it.
    this.#end.promise.catch(() => undefined);
  }

  /** Something happened. */
  readonly tell = (happening: Happening, at: Ms): void => {
    if (this.#cluster === undefined) this.#early.push(happening);
    else this.#tellNow(this.#cluster, happening, at);
  };

  /** Something of the world has failed: there is no more to conduct. */
  readonly fail = (failure: unknown): void => {
    this.#end.reject(failure);
  };

  /**
   * Conducts a cluster that stands, to the end. `before`: what the conductor is to know of it; left out, what has happened since it was
   * asked for. Rejects with what failed.
   */
  begin(cluster: LiveCluster, before: readonly Happening[] = this.#early): Promise<undefined> {
    this.#cluster = cluster;
    const at = cluster.now();
    this.#carryOut(cluster, this.#conductor.start(at));
    for (const happening of before) this.#tellNow(cluster, happening, at);
    return this.#end.promise;
  }

  /** Ends it early, with the heal where the conductor knows how. To be called once it has begun. */
  interrupt(): void {
    const cluster = this.#cluster;
    if (cluster === undefined || this.#conductor.interrupt === undefined)
      this.#end.resolve(undefined);
    else this.#carryOut(cluster, this.#conductor.interrupt(cluster.now()));
  }

  #tellNow(cluster: LiveCluster, happening: Happening, at: Ms): void {
    if (this.#isOver()) return;
    this.told.push({ at, happening });
    try {
      this.#carryOut(cluster, this.#conductor.handle(happening, at));
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  #carryOut(cluster: LiveCluster, commands: readonly Command[]): void {
    for (const command of commands) cluster.carryOut(command);
    if (this.#isOver()) this.#end.resolve(undefined);
  }
}
