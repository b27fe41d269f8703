import type { Metrics } from './metrics.ts';
import type { ProxyCollection } from './proxy-collection.ts';
import { asApiError, shown, shownError, shownToxic } from './shown.ts';

/** The version of Toxiproxy whose API this is. */
const spokenVersion = '2.12.0';

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly type?: string;
};

type Handler = (parameters: readonly string[], body: Buffer) => Answer | Promise<Answer>;
export type Route = {
  readonly methods: readonly string[] | 'any';
  /** `*` stands for one part of the path. */
  readonly path: readonly string[];
  readonly handle: Handler;
};

const jsonType = 'application/json';

/** Which request means what (api.go). */
export const routes = (proxies: ProxyCollection, metrics: Metrics): readonly Route[] => {
  const route = (methods: string, path: string, handle: Handler): Route => ({
    methods: methods === 'any' ? methods : methods.split(' '),
    path: path.slice(1).split('/'),
    handle,
  });
  const ok = (body: unknown): Answer => ({ status: 200, body, type: jsonType });
  const gone: Answer = { status: 204 };
  return [
    route('POST', '/reset', async () => {
      await proxies.reset();
      return gone;
    }),
    route('GET', '/proxies', () =>
      ok(
        Object.fromEntries(
          [...proxies.all]
            .sort((a, b) => (a.name < b.name ? -1 : 1))
            .map((one) => [one.name, shown(one)]),
        ),
      ),
    ),
    route('POST', '/proxies', async (_, body) => ({
      ...ok(shown(await proxies.create(body))),
      status: 201,
    })),
    route('POST', '/populate', async (_, body) => {
      const made = await proxies
        .populate(body)
        .catch((failure: unknown) => ({ proxies: [], failure }));
      const told = made.proxies.length === 0 ? null : made.proxies.map(shown);
      if (made.failure === undefined) return { ...ok({ proxies: told }), status: 201 };
      const error = asApiError(made.failure);
      return { ...ok({ ...shownError(error), proxies: told }), status: error.status };
    }),
    route('GET', '/proxies/*', ([name = '']) => ok(shown(proxies.get(name)))),
    route('POST PATCH', '/proxies/*', async ([name = ''], body) =>
      ok(shown(await proxies.update(name, body))),
    ),
    route('DELETE', '/proxies/*', async ([name = '']) => {
      await proxies.remove(name);
      return gone;
    }),
    route('GET', '/proxies/*/toxics', ([name = '']) =>
      ok(proxies.get(name).toxics.all.map(shownToxic)),
    ),
    route('POST', '/proxies/*/toxics', async ([name = ''], body) =>
      ok(shownToxic(await proxies.get(name).toxics.add(body))),
    ),
    route('GET', '/proxies/*/toxics/*', ([name = '', toxic = '']) =>
      ok(shownToxic(proxies.get(name).toxics.find(toxic))),
    ),
    route('POST PATCH', '/proxies/*/toxics/*', async ([name = '', toxic = ''], body) =>
      ok(shownToxic(await proxies.get(name).toxics.update(toxic, body))),
    ),
    route('DELETE', '/proxies/*/toxics/*', async ([name = '', toxic = '']) => {
      await proxies.get(name).toxics.remove(toxic);
      return gone;
    }),
    // Ours alone: Toxiproxy has no such route.
    route('POST', '/schism/probe/*', async ([name = '']) => {
      await proxies.get(name).probe();
      return gone;
    }),
    route('GET', '/version', () => ({
      status: 200,
      text: `{"version": "${spokenVersion}"}\n`,
      type: `${jsonType};charset=utf-8`,
    })),
    route('any', '/metrics', () => ({
      status: 200,
      text: metrics.text(),
      type: 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    })),
  ];
};
