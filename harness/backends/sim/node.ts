import type { Choices, Stream } from '../../core/choices.ts';
import type { Node, NodeName } from '../../core/cluster.ts';
import type { Call } from './clients.ts';
import { Clock } from './clock.ts';
import type { Doom } from './crash-points.ts';
import { Disk } from './disk.ts';
import type { Pending } from './event-queue.ts';
import type { Link } from './network.ts';
import type { Profile } from './profile.ts';
import type { Cipher, Device, PeerIdentity, SimProgram } from './program.ts';

/** One node: what outlives its process (disk, clock, the cipher's memory) and what does not. */
export class SimNode {
  readonly index: number;
  readonly name: NodeName;
  readonly disk = new Disk();
  readonly clock: Clock;
  /** How long each of its syncs takes. */
  readonly syncTimes: Stream;
  readonly cipher: Cipher;
  /** Advertised address → the link to whoever advertises it. */
  readonly routes = new Map<string, Link>();

  /** `undefined` while it does not run. */
  program: SimProgram | undefined = undefined;
  device: Device | undefined = undefined;
  /** Goes up with every end of the process: what belongs to an earlier one is void. */
  era = 0;
  boots = 0;
  /** Observations of this boot so far. */
  said = 0;
  /** How often on end it asked to be woken at a time that has passed. */
  hurries = 0;
  identity: PeerIdentity | undefined = undefined;
  /** How many pauses lie on it. */
  pauses = 0;
  /** What came while it was paused, in order. */
  held: Pending[] = [];
  heldWake = Infinity;
  /** Requests that it has and has not answered, by their id. */
  calls = new Map<number, Call>();
  doom: Doom | undefined = undefined;
  /** Who waits for the boot that is under way; `undefined` where none is. */
  starting: ((ok: boolean) => void)[] | undefined = undefined;

  constructor(
    { name }: Node,
    index: number,
    given: { readonly profile: Profile; readonly choices: Choices; readonly cipher: Cipher },
  ) {
    this.index = index;
    this.name = name;
    this.clock = new Clock(name, given);
    this.syncTimes = given.choices.stream('sync-time', name);
    this.cipher = given.cipher;
  }

  get running(): boolean {
    return this.program !== undefined;
  }

  get bootLabel(): string {
    return String(this.boots);
  }
}
