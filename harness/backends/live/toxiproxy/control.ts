import { Proxy as ProxyHandle, Toxic as ToxicHandle, Toxiproxy } from 'toxiproxy-node-client';
import { isError } from '../../../core/thrown.ts';
import { beforeDeadline, hopeless } from '../deadline.ts';
import { LiveFailure } from '../failure.ts';
import { parseCounters, type Counters } from './counters.ts';
import { PatientHttp, ToxiproxyFailure } from './http.ts';

export type Stream = 'upstream' | 'downstream';
export type ProxyBody = {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
};
/** As the server tells it. */
export type ProxyState = ProxyBody & { readonly toxics: readonly ToxicBody[] };
export type ToxicBody = {
  readonly name: string;
  readonly stream: Stream;
} & (
  | { readonly type: 'timeout' | 'reset_peer'; readonly attributes: { readonly timeout: number } }
  | {
      readonly type: 'latency';
      readonly attributes: { readonly latency: number; readonly jitter: number };
    }
);

/** The verbs that a cluster's links need of a Toxiproxy, embedded or real. */
export type ToxiproxyControl = {
  readonly url: string;
  /** Waits until it answers, or until nobody wants to know any more. */
  version(signal?: AbortSignal): Promise<string>;
  /** Creates all of them; rejects where one of them could not listen. They come back with the ports that they got. */
  populate(proxies: readonly ProxyBody[]): Promise<ReadonlyMap<string, ProxyState>>;
  /** Live connections end when `listen`, `upstream` or `enabled` changes. */
  update(proxy: ProxyBody): Promise<ProxyBody>;
  all(): Promise<ReadonlyMap<string, ProxyState>>;
  addToxic(proxy: string, toxic: ToxicBody): Promise<void>;
  /** One that is gone already is no error. */
  removeToxic(proxy: string, toxic: string): Promise<void>;
  /** Enables every proxy and removes every toxic. */
  reset(): Promise<void>;
  counters(): Promise<Counters>;
};

/** The client puts names into paths as they are. */
const nameRule = /^[A-Za-z0-9_.-]+$/;

/** Whether another try may succeed: nobody answered, or a port that was free a moment ago is taken for a moment. */
const passing = (thrown: unknown): boolean =>
  thrown instanceof ToxiproxyFailure &&
  (thrown.status === undefined ||
    thrown.status === 503 ||
    thrown.message.includes('address already in use'));

/** Drives the Toxiproxy at `url` (`http://127.0.0.1:PORT`). Every verb ends within `withinMs`, with the server's own words. */
export const toxiproxyControl = (
  url: string,
  { withinMs = 5_000 }: { readonly withinMs?: number } = {},
): ToxiproxyControl => {
  const client = new Toxiproxy(url);
  client.api = new PatientHttp(withinMs);

  const ask = <T>(doing: string, attempt: () => Promise<T>): Promise<T> =>
    beforeDeadline(
      {
        place: `Toxiproxy at ${url}`,
        doing,
        withinMs,
        nextStep: 'see whether it still runs, and whether the machine is overloaded',
      },
      async () => {
        try {
          return await attempt();
        } catch (thrown) {
          if (passing(thrown) || !isError(thrown)) throw thrown;
          throw hopeless(thrown instanceof ToxiproxyFailure ? refused(doing, thrown) : thrown);
        }
      },
    );

  const refused = (doing: string, failure: ToxiproxyFailure): LiveFailure =>
    new LiveFailure(
      {
        place: `Toxiproxy at ${url}`,
        what: `${doing} was refused (${failure.message})`,
        nextStep: 'see what it lacks',
      },
      { cause: failure },
    );

  const checked = (name: string): string => {
    if (nameRule.test(name)) return name;
    throw new RangeError(
      `"${name}" cannot name a proxy or toxic; letters, digits, "_", "." and "-" can`,
    );
  };

  /** The client's objects are snapshots that carry verbs: only their names matter here. */
  const handle = (name: string): ProxyHandle =>
    new ProxyHandle(client, {
      name: checked(name),
      listen: '',
      upstream: '',
      enabled: true,
      toxics: [],
    });

  return {
    url,
    version: (signal) =>
      ask('asking its version', async () => {
        if (signal?.aborted === true) throw hopeless(new Error('nobody wants to know any more'));
        const answer: unknown = JSON.parse(await client.getVersion());
        return typeof answer === 'object' && answer !== null && 'version' in answer
          ? String(answer.version)
          : 'unknown';
      }),
    async populate(proxies) {
      for (const { name } of proxies) checked(name);
      const body = proxies.map((proxy) => ({ ...proxy }));
      await ask(`creating ${proxies.length} proxies`, () => client.populate(body));
      return this.all();
    },
    async update({ name, ...body }) {
      const proxy = handle(name);
      return ask(`updating proxy ${name}`, async () => {
        const { listen, upstream, enabled } = await proxy.update(body);
        return { name, listen, upstream, enabled };
      });
    },
    all: () =>
      ask('listing the proxies', async () => {
        const { data } = await client.api.get<Record<string, ProxyState>>(`${url}/proxies`);
        return new Map(Object.entries(data));
      }),
    async addToxic(name, toxic) {
      const proxy = handle(name);
      checked(toxic.name);
      let asked = false;
      await ask(`adding toxic ${toxic.name} to ${name}`, async () => {
        try {
          await proxy.addToxic<unknown>({ ...toxic, toxicity: 1 });
        } catch (thrown) {
          // The first request was carried out, only its answer got lost.
          if (!(asked && answered(thrown, 409))) throw thrown;
        } finally {
          asked = true;
        }
      });
    },
    async removeToxic(name, toxic) {
      const path = handle(name).getPath();
      const body = { name: checked(toxic), type: 'timeout', stream: 'upstream' } as const;
      const handled = new ToxicHandle(client.api, path, { ...body, toxicity: 1, attributes: {} });
      await ask(`removing toxic ${toxic} from ${name}`, async () => {
        try {
          await handled.remove();
        } catch (thrown) {
          if (!answered(thrown, 404)) throw thrown;
        }
      });
    },
    reset: () => ask('resetting', () => client.reset()),
    counters: () =>
      ask('reading its counters', async () =>
        parseCounters(await client.api.getText(`${url}/metrics`)),
      ),
  };
};

const answered = (thrown: unknown, status: number): boolean =>
  thrown instanceof ToxiproxyFailure && thrown.status === status;
