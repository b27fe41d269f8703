import type { Random } from '../../properties/linearizability/testing/random.ts';

/** One line of a history: process, type, f and value. */
type Line = {
  readonly process: number;
  readonly type: string;
  readonly f: string;
  readonly value: string;
};

/** A Jepsen text log. */
export function jepsenLog(lines: readonly Line[]): string {
  return lines
    .map(
      ({ process, type, f, value }) =>
        `INFO  jepsen.util - ${process}\t:${type}\t:${f}\t${value}\n`,
    )
    .join('');
}

/** Porcupine's key-value log. */
export function keyValueLog(lines: readonly (Line & { readonly key: number })[]): string {
  return lines
    .map(
      ({ process, type, f, key, value }) =>
        `{:process ${process}, :type :${type}, :f :${f}, :key "${key}", :value ${value}}\n`,
    )
    .join('');
}

type Client = {
  process: number;
  f: string;
  value: string;
  step: 'idle' | 'asked' | 'done';
  answer: string;
  unknown: boolean;
};

/**
 * A register with compare-and-set as etcd's was recorded: `clients` ask for one of five values at
 * random, a fifth of what they ask times out and may take effect later or never, after which the client
 * is a new process. With `stale`, some reads answer what was there a while before, as reads without quorum do.
 */
export function etcdLike(
  random: Random,
  {
    clients,
    operations,
    stale,
  }: { readonly clients: number; readonly operations: number; readonly stale: number },
): string {
  let state = 'nil';
  const past: string[] = [];
  let nextProcess = clients;
  let asked = 0;
  const lines: Line[] = [];
  const late: { f: string; value: string }[] = [];
  const all: Client[] = Array.from({ length: clients }, (_, process) => ({
    process,
    f: '',
    value: '',
    step: 'idle',
    answer: '',
    unknown: false,
  }));
  const apply = (f: string, value: string): boolean => {
    const [from, to] = f === 'cas' ? value.slice(1, -1).split(' ') : [state, value];
    if (from !== state) return false;
    past.push(state);
    state = to ?? state;
    return true;
  };
  while (asked < operations || all.some(({ step }) => step !== 'idle')) {
    if (late.length > 0 && random.chance(0.08)) {
      const [one] = late.splice(random.below(late.length), 1);
      if (one !== undefined) apply(one.f, one.value);
    }
    const client = random.pick(all);
    const line = (type: string, value: string) =>
      lines.push({ process: client.process, type, f: client.f, value });
    if (client.step === 'idle') {
      if (asked >= operations) continue;
      asked += 1;
      client.f = random.pick(['read', 'write', 'cas']);
      client.value =
        client.f === 'read'
          ? 'nil'
          : client.f === 'write'
            ? String(random.below(5))
            : `[${random.below(5)} ${random.below(5)}]`;
      client.unknown = random.chance(0.2);
      client.step = 'asked';
      line('invoke', client.value);
    } else if (client.step === 'asked') {
      client.step = 'done';
      if (client.f === 'read')
        client.answer = random.chance(stale) ? (past.at(-6 - random.below(10)) ?? state) : state;
      else if (client.unknown && random.chance(0.5))
        late.push({ f: client.f, value: client.value });
      else client.answer = apply(client.f, client.value) ? 'ok' : 'fail';
    } else {
      client.step = 'idle';
      if (client.f === 'read') {
        line(client.unknown ? 'fail' : 'ok', client.unknown ? ':timed-out' : client.answer);
      } else if (client.unknown) {
        line('info', ':timed-out');
        client.process = nextProcess++;
      } else line(client.answer, client.value);
    }
  }
  return jepsenLog(lines);
}

/** Clients of texts under keys that are appended to; with `lost`, an acknowledged append may be missing. */
export function appending(
  random: Random,
  {
    clients,
    operations,
    keys,
    lost,
  }: {
    readonly clients: number;
    readonly operations: number;
    readonly keys: number;
    readonly lost: number;
  },
): string {
  const state = Array.from({ length: keys }, () => '');
  const lines: (Line & { key: number })[] = [];
  const all = Array.from({ length: clients }, (_, process) => ({
    process,
    step: 'idle',
    f: '',
    key: 0,
    value: '',
    answer: '',
    count: 0,
  }));
  let asked = 0;
  while (asked < operations || all.some(({ step }) => step !== 'idle')) {
    const client = random.pick(all);
    const line = (type: string, value: string) =>
      lines.push({ process: client.process, type, f: client.f, key: client.key, value });
    if (client.step === 'idle') {
      if (asked >= operations) continue;
      asked += 1;
      client.step = 'asked';
      client.key = random.below(keys);
      client.f = random.chance(0.5) ? 'get' : random.chance(0.1) ? 'put' : 'append';
      client.value = client.f === 'get' ? 'nil' : `"x ${client.process} ${client.count++} y"`;
      line('invoke', client.value);
    } else if (client.step === 'asked') {
      client.step = 'done';
      const held = state[client.key] ?? '';
      const text = client.value.slice(1, -1);
      client.answer = client.f === 'get' ? `"${held}"` : client.value;
      if (client.f !== 'get' && !random.chance(lost)) {
        state[client.key] = client.f === 'put' ? text : held + text;
      }
    } else {
      client.step = 'idle';
      line('ok', client.answer);
    }
  }
  return keyValueLog(lines);
}

/**
 * Always-busy clients of one register, half of them reading. `values: 'unique'` writes no value twice;
 * with `staleAt`, one read after that many operations answers what was there long before. That may still be right. With
 * `wrongAt` the history is wrong by construction: while nobody is writing a value, one read shows another value, and a
 * later one shows that one.
 */
export function busy(
  random: Random,
  {
    clients,
    operations,
    values,
    staleAt,
    wrongAt,
  }: {
    readonly clients: number;
    readonly operations: number;
    readonly values: number | 'unique';
    readonly staleAt?: number;
    readonly wrongAt?: number;
  },
): string {
  let state = '0';
  const lie = new Lie(wrongAt);
  const past: string[] = ['0'];
  const lines: Line[] = [
    { process: 0, type: 'invoke', f: 'write', value: '0' },
    { process: 0, type: 'ok', f: 'write', value: '0' },
  ];
  let next = 1;
  let asked = 0;
  let stale = staleAt;
  const all = Array.from({ length: clients }, (_, process) => ({
    process,
    step: 'idle',
    f: '',
    value: '',
  }));
  const active = [...all];
  while (active.length > 0) {
    const at = random.below(active.length);
    const client = active[at];
    if (client === undefined) break;
    const line = (type: string, value: string) =>
      lines.push({ process: client.process, type, f: client.f, value });
    const ask = () => {
      if (asked >= operations) {
        active.splice(at, 1);
        return;
      }
      asked += 1;
      client.f = random.chance(0.5) ? 'read' : 'write';
      client.value =
        client.f === 'read' ? 'nil' : String(values === 'unique' ? next++ : random.below(values));
      lie.asked(client, { asked, state, all });
      client.step = 'asked';
      line('invoke', client.value);
    };
    if (client.step === 'idle') ask();
    else if (client.step === 'asked') {
      client.step = 'done';
      if (client.f === 'write') past.push((state = client.value));
      else {
        client.value = state;
        if (stale !== undefined && asked > stale) {
          const old = past.slice(-6 * clients, -4 * clients).filter((value) => value !== state);
          if (old.length > 0) {
            client.value = random.pick(old);
            stale = undefined;
          }
        }
      }
    } else {
      client.value = lie.answered(client);
      line('ok', client.value);
      ask();
    }
  }
  return jepsenLog(lines);
}

type Busy = { readonly f: string; value: string };

/** One answer that cannot be right, for every write of its value surely came before another answer, or after it. */
class Lie {
  readonly #at: number | undefined;
  /** A value that nobody writes from `#at` on until it was told. */
  #value: string | undefined;
  #step: 'waiting' | 'told' = 'waiting';
  #other: Busy | undefined;
  #otherEnded = false;
  #liar: Busy | undefined;

  constructor(at: number | undefined) {
    this.#at = at;
  }

  asked(
    client: Busy,
    {
      asked,
      state,
      all,
    }: { asked: number; state: string; all: readonly (Busy & { step: string })[] },
  ): void {
    if (this.#at === undefined || asked < this.#at || this.#step === 'told') return;
    this.#value ??= state;
    const avoided = this.#value;
    if (client.f === 'write') {
      if (client.value === avoided) client.value = String((Number(avoided) + 1) % 5);
      return;
    }
    const isWritten = all.some(
      ({ f, value, step }) => f === 'write' && value === avoided && step !== 'idle',
    );
    if (this.#other === undefined && !isWritten && state !== avoided) this.#other = client;
    else if (this.#otherEnded) this.#liar ??= client;
  }

  /** What a client is told: nearly always what was there. */
  answered(client: Busy): string {
    if (client === this.#liar && this.#step === 'waiting') {
      this.#step = 'told';
      return this.#value ?? client.value;
    }
    if (client === this.#other) this.#otherEnded = true;
    return client.value;
  }
}
