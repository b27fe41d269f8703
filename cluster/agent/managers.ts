/** The managers that an agent knows, in the order in which it tries them. */
import type { ManagerAddress } from './types.ts';

export class Managers {
  #known: readonly ManagerAddress[];
  /** The last list heard, as it came: managers say the same one again and again. */
  #heard: readonly ManagerAddress[] | undefined;

  constructor(known: readonly ManagerAddress[]) {
    this.#known = known;
  }

  get list(): readonly ManagerAddress[] {
    return this.#known;
  }

  get first(): string | undefined {
    return this.#known[0]?.address;
  }

  /** Takes over a list, keeping the order of those it knows. An empty one teaches nothing. */
  learn(list: readonly ManagerAddress[]): void {
    if (list.length === 0 || (this.#heard !== undefined && saySame(list, this.#heard))) return;
    this.#heard = list;
    const kept = this.#known.flatMap((old) => list.filter((next) => next.nodeId === old.nodeId));
    const fresh = list.filter((next) => !this.#known.some((old) => old.nodeId === next.nodeId));
    this.#known = [...kept, ...fresh];
  }

  /** A hint, which may be a node's id or an address, as an address. */
  addressOf(hint: string): string {
    return this.#known.find((manager) => manager.nodeId === hint)?.address ?? hint;
  }

  /** It answered: tried first from now on. */
  prefer(address: string): void {
    if (this.first === address) return;
    const preferred = this.#known.filter((manager) => manager.address === address);
    if (preferred.length === 0) return;
    this.#known = [...preferred, ...this.#known.filter((each) => each.address !== address)];
  }

  /** It did not answer, or does not lead: tried last from now on. */
  avoid(address: string): void {
    if (this.#known.length < 2) return;
    const avoided = this.#known.filter((manager) => manager.address === address);
    if (avoided.length === 0) return;
    this.#known = [...this.#known.filter((each) => each.address !== address), ...avoided];
  }
}

const saySame = (left: readonly ManagerAddress[], right: readonly ManagerAddress[]): boolean =>
  left === right ||
  (left.length === right.length &&
    left.every(
      ({ nodeId, address }, at) => right[at]?.nodeId === nodeId && right[at].address === address,
    ));
