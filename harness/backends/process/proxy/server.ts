import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { shortestFloat32 } from './go-struct.ts';
import { loopback } from './listen-address.ts';
import { Metrics } from './metrics.ts';
import { ProxyCollection } from './proxy-collection.ts';
import type { Proxy } from './proxy.ts';
import type { Toxic } from './toxic.ts';

/** The version of Toxiproxy whose API this is. */
export const spokenVersion = '2.12.0';

type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly type?: string;
};

type Handler = (parameters: readonly string[], body: Buffer) => Answer | Promise<Answer>;
type Route = {
  readonly methods: readonly string[] | 'any';
  /** `*` stands for one part of the path. */
  readonly path: readonly string[];
  readonly handle: Handler;
};

const jsonType = 'application/json';

/** Listens on 127.0.0.1, on a port of the kernel's choice unless one is given, and serves Toxiproxy's API. */
export const serveProxies = async (port = 0): Promise<{ readonly url: string }> => {
  const metrics = new Metrics();
  const table = routes(new ProxyCollection(metrics), metrics);
  const server = createServer((request, response) => {
    void answer(table, request, response).then(({ status, body, text, type }) => {
      const content = text ?? (body === undefined ? '' : JSON.stringify(body));
      response.statusCode = status;
      // As Go's `http.Error` sends it, also where the text is JSON.
      if (type === undefined && content !== '') plain(response);
      else if (type !== undefined) response.setHeader('content-type', type);
      response.end(content);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { url: `http://${loopback}:${address.port}` };
};

const plain = (response: ServerResponse): void => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
};

const routes = (proxies: ProxyCollection, metrics: Metrics): readonly Route[] => {
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

const answer = async (
  table: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> => {
  const parts = pathOf(request.url ?? '/');
  const matching = table.filter(({ path }) => matches(path, parts));
  if (matching.length === 0) return { status: 404, text: '404 page not found\n' };
  const route = matching.find(
    ({ methods }) => methods === 'any' || methods.includes(request.method ?? ''),
  );
  if (route === undefined) return { status: 405 };
  response.setHeader('x-toxiproxy-request-id', randomBytes(10).toString('hex'));
  // A page in a browser must not drive the proxies of the machine that it is shown on.
  if (request.headers['user-agent']?.startsWith('Mozilla/') === true)
    return { status: 403, text: 'User agent not allowed\n' };
  try {
    const parameters = parts.filter((_, index) => route.path[index] === '*');
    return await route.handle(parameters, await bodyOf(request));
  } catch (thrown) {
    const error = asApiError(thrown);
    return { status: error.status, text: `${JSON.stringify(shownError(error))}\n` };
  }
};

const pathOf = (url: string): readonly string[] => {
  const [path = ''] = url.split('?');
  try {
    return decodeURIComponent(path).slice(1).split('/');
  } catch {
    return [];
  }
};

const matches = (path: readonly string[], parts: readonly string[]): boolean =>
  path.length === parts.length &&
  path.every((part, index) => (part === '*' ? parts[index] !== '' : part === parts[index]));

const bodyBytesMax = 1 << 20;

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new ApiError('request body too large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const asApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError
    ? thrown
    : new ApiError(String(thrown instanceof Error ? thrown.message : thrown), 500);

const shownError = ({ message, status }: ApiError): object => ({ error: message, status });

const shown = ({ name, listen, upstream, enabled, toxics }: Proxy): unknown => ({
  name,
  listen,
  upstream,
  enabled,
  Logger: {},
  toxics: toxics.all.map(shownToxic),
});

const shownToxic = ({ attributes, name, kind, stream, toxicity }: Toxic): unknown => ({
  attributes,
  name,
  type: kind.type,
  stream,
  toxicity: shortestFloat32(toxicity),
});
