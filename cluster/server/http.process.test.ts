import { afterEach, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import http from 'node:http';
import net from 'node:net';
import { show } from '../api/respond.ts';
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import { startHttp } from './http.ts';

type Answering = (request: ApiRequest) => ApiResponse | undefined;

let opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.map((server) => server.close()));
  opened = [];
});

/** A server that writes down what it is asked, and answers with what `answering` says, or not at all. */
const serve = async (answering: Answering = () => show('ok')) => {
  const asked: ApiRequest[] = [];
  const aborts: number[] = [];
  const server = await startHttp({
    listen: { host: '127.0.0.1', port: 0 },
    bodyBytesMax: 1_000,
    ask: (request, answer) => {
      const place = asked.push(request);
      const response = answering(request);
      if (response !== undefined) answer(response);
      return { abort: () => void aborts.push(place) };
    },
  });
  opened.push(server);
  const { port } = server.bound;
  return { asked, aborts, port, url: `http://127.0.0.1:${port}` };
};

/** The error that a dockerode call ends with. */
const refusal = async (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const service = { ID: 'abc', Version: { Index: 7 } };

test('dockerode as it is lists, inspects, creates, updates and removes through it', async () => {
  const { asked, port } = await serve(({ path, method }) => {
    if (path === '/services/create') return { ...show({ ID: 'new' }), status: 201 };
    if (path === '/services' && method === 'GET') return show([service]);
    return method === 'GET' ? show(service) : { ...show(null), body: undefined };
  });
  const docker = new Docker({ host: '127.0.0.1', port, version: 'v1.41' });
  expect(await docker.listServices({ filters: { name: ['we"b'] } })).toStrictEqual([service]);
  expect(await docker.getService('abc').inspect()).toStrictEqual(service);
  await docker.createService({ Name: 'web', TaskTemplate: {} });
  await docker.getService('abc').update({ Name: 'wéb', version: 7 });
  await docker.getService('abc').remove();
  expect(
    asked.map(({ method, path, query, body }) => ({ method, path, query, body })),
  ).toStrictEqual([
    {
      method: 'GET',
      path: '/services',
      query: { filters: '{"name":["we\\"b"]}' },
      body: undefined,
    },
    { method: 'GET', path: '/services/abc', query: {}, body: undefined },
    {
      method: 'POST',
      path: '/services/create',
      query: {},
      body: { Name: 'web', TaskTemplate: {} },
    },
    {
      method: 'POST',
      path: '/services/abc/update',
      query: { Name: 'wéb', version: '7' },
      body: { Name: 'wéb', version: 7 },
    },
    { method: 'DELETE', path: '/services/abc', query: {}, body: undefined },
  ]);
});

test('dockerode reports the status and the message of an error', async () => {
  const { port } = await serve(() => ({
    status: 503,
    headers: { 'Content-Type': 'application/json' },
    body: { message: 'This node is not part of a swarm' },
  }));
  const docker = new Docker({ host: '127.0.0.1', port });
  expect(await refusal(docker.swarmInspect())).toMatchObject({
    statusCode: 503,
    json: { message: 'This node is not part of a swarm' },
  });
});

test('dockerode pings, and gets plain text as it is', async () => {
  const { port } = await serve(() => ({
    status: 200,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: 'OK',
  }));
  const pong: unknown = await new Docker({ host: '127.0.0.1', port }).ping();
  expect(String(pong)).toBe('OK');
});

test.each([
  ['/v1.12/nodes', 'client version 1.12 is too old. Minimum supported API version is'],
  ['/v1.99/nodes', 'client version 1.99 is too new. Maximum supported API version is'],
  ['/v2.0/nodes', 'client version 2.0 is too new. Maximum supported API version is'],
])('%s is refused with the text of the engine', async (path, message) => {
  const { url, asked } = await serve();
  const response = await fetch(url + path);
  expect(response.status).toBe(400);
  expect(response.headers.get('api-version')).toMatch(/^\d\.\d+$/);
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining(message) as unknown,
  });
  expect(asked).toStrictEqual([]);
});

test('of a repeated query key the last one counts, and paths arrive decoded', async () => {
  const { url, asked } = await serve();
  await fetch(`${url}/v1.41/services/w%C3%A9b%20%2B?force=0&force=1&a=b%26c`);
  expect(asked[0]).toMatchObject({ path: '/services/wéb +', query: { force: '1', a: 'b&c' } });
});

test('an answer to HEAD has the headers of the answer to GET and no body', async () => {
  const { url, asked } = await serve(() => show({ a: 1 }));
  const response = await fetch(`${url}/_ping`, { method: 'HEAD' });
  expect(response.headers.get('content-length')).toBe('8');
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe('');
  expect(asked[0]?.method).toBe('HEAD');
});

const post = (url: string, body: string, type = 'application/json') =>
  fetch(`${url}/services/create`, { method: 'POST', body, headers: { 'Content-Type': type } });

test.each([
  ['a body that is no JSON', '{"Name":x}', 'application/json', 400, 'invalid JSON: '],
  ['half an object', '{"Name":', 'application/json', 400, 'invalid JSON: unexpected EOF'],
  ['half a key', '{"Na', 'application/json', 400, 'invalid JSON: unexpected EOF'],
  ['the beginning of a body', '{', 'application/json', 400, 'invalid JSON: unexpected EOF'],
  ['two bodies', '{}{}', 'application/json', 400, 'unexpected content after JSON'],
  [
    'a key that the log would not keep',
    '{"Labels":{"__proto__":"x"}}',
    'application/json',
    400,
    'invalid JSON: no key may be called "__proto__"',
  ],
  ['a body of another type', 'Name=web', 'text/plain', 400, 'unsupported Content-Type header'],
  ['a body that is too long', `"${'x'.repeat(5_000)}"`, 'application/json', 413, 'too large'],
])('%s is refused without being looked at', async (_what, body, type, status, message) => {
  const { url, asked } = await serve();
  const response = await post(url, body, type);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({
    message: expect.stringContaining(message) as unknown,
  });
  expect(asked).toStrictEqual([]);
});

test('a method that the API does not have and a broken escape are refused', async () => {
  const { url } = await serve();
  expect((await fetch(url, { method: 'PATCH' })).status).toBe(404);
  expect((await fetch(`${url}/nodes/%ff`)).status).toBe(400);
});

test('the node is told when a client goes away before it was answered', async () => {
  const { port, asked, aborts } = await serve(() => undefined);
  const request = http.get({ host: '127.0.0.1', port, path: '/nodes' });
  request.on('error', () => undefined);
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  request.destroy();
  while (aborts.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(aborts).toStrictEqual([1]);
});

test('a client that goes away in the middle of its body is no harm', async () => {
  const { port, url, asked } = await serve();
  const socket = net.connect(port, '127.0.0.1');
  socket.write('POST /services/create HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"a');
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  expect((await fetch(url)).status).toBe(200);
  expect(asked).toHaveLength(1);
});
