/** What every control loop of one leadership works with. */
import type { NodeConfig } from '../node/config.ts';
import type { Instant, Random } from '../ports.ts';
import type { ManagerAddress } from '../agent/types.ts';
import type { View } from '../store/types.ts';
import type { ManagerBoot } from './types.ts';

export class Desk {
  readonly config: NodeConfig;
  readonly random: Random;
  /** The store as applied. */
  readonly view: View;
  /** Of the input that is being handled. */
  now: Instant = { mono: 0, wall: 0 };
  readonly #managersNow: () => readonly ManagerAddress[];
  #managers: readonly ManagerAddress[] = [];
  #asked: readonly ManagerAddress[] | undefined;

  constructor(boot: ManagerBoot) {
    this.config = boot.config;
    this.random = boot.random;
    this.view = boot.view;
    this.#managersNow = () => boot.managers();
  }

  /** For agents, who may know nobody else: as of now. The same list as before where it says the same. */
  get managers(): readonly ManagerAddress[] {
    const managers = this.#managersNow();
    if (managers !== this.#asked && !sameManagers(managers, this.#managers))
      this.#managers = managers;
    this.#asked = managers;
    return this.#managers;
  }

  /** Milliseconds between an agent's heartbeats. */
  get heartbeatMs(): number {
    const nanoseconds = this.view.cluster?.Spec.Dispatcher.HeartbeatPeriod ?? 0;
    return nanoseconds > 0 ? nanoseconds / 1e6 : this.config.dispatcherHeartbeatMs;
  }
}

const sameManagers = (left: readonly ManagerAddress[], right: readonly ManagerAddress[]): boolean =>
  left.length === right.length &&
  left.every(
    (manager, at) => manager.nodeId === right[at]?.nodeId && manager.address === right[at].address,
  );
