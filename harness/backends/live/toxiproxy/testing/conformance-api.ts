import { describe, expect, test } from '@jest/globals';
import { countOf, parseCounters } from '../counters.ts';
import { toxiproxyControl } from '../control.ts';
import { dial, Listener, until } from './loopback.ts';
import type { ProxyShown, Subject } from './conformance.ts';

/** Routes, codes and bodies where all is well. */
export const apiConforms = ({ ask, name, proxy, toxic, url }: Subject): void => {
  const shown = async (path: string): Promise<ProxyShown> =>
    JSON.parse((await ask('GET', path)).text) as ProxyShown;

  describe('proxies', () => {
    test('one is created on a port of the kernel’s choice, shown, listed and deleted', async () => {
      const own = name();
      const body = { name: own, listen: '127.0.0.1:0', upstream: '127.0.0.1:9' };
      const created = await ask('POST', '/proxies', body);
      expect(created).toMatchObject({ status: 201, type: 'application/json' });
      const one = JSON.parse(created.text) as ProxyShown;
      expect(one).toEqual({
        name: own,
        listen: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d+$/),
        upstream: '127.0.0.1:9',
        enabled: true,
        Logger: {},
        toxics: [],
      });
      expect(await shown(`/proxies/${own}`)).toEqual(one);
      const all = JSON.parse((await ask('GET', '/proxies')).text) as Record<string, unknown>;
      expect(all[own]).toEqual(one);
      expect(await ask('DELETE', `/proxies/${own}`)).toEqual({ status: 204, text: '', type: null });
      expect((await ask('GET', `/proxies/${own}`)).status).toBe(404);
    });

    test('names of fields match in any case, unknown ones and what follows the body are ignored', async () => {
      const own = name();
      const text = `{"NAME":"${own}","Upstream":"a:1","LISTEN":"localhost:0","x":[{}]} and more`;
      const { status } = await ask('POST', '/proxies', text);
      expect(status).toBe(201);
      expect((await shown(`/proxies/${own}`)).listen).toMatch(/^127\.0\.0\.1:/);
    });

    test('a disabled one keeps the address it was given and does not listen', async () => {
      const own = name();
      const body = { name: own, listen: '127.0.0.1:0', upstream: '127.0.0.1:9', enabled: false };
      const { text } = await ask('POST', '/proxies', body);
      expect(JSON.parse(text)).toMatchObject({ enabled: false, listen: '127.0.0.1:0' });
      const enabled = await ask('POST', `/proxies/${own}`, { enabled: true });
      const { listen } = JSON.parse(enabled.text) as ProxyShown;
      expect(enabled.status).toBe(200);
      (await dial(listen)).socket.destroy();
    });

    test.each(['POST', 'PATCH'])('%s changes what it names and leaves the rest', async (method) => {
      const one = await proxy('127.0.0.1:9');
      const { status, text } = await ask(method, `/proxies/${one.name}`, {
        upstream: '127.0.0.1:10',
        name: 'other',
      });
      expect(status).toBe(200);
      expect(JSON.parse(text)).toEqual({ ...one, upstream: '127.0.0.1:10' });
    });

    test('a port that was given up and taken again is the same port', async () => {
      const one = await proxy('127.0.0.1:9');
      await ask('POST', `/proxies/${one.name}`, { enabled: false });
      await ask('POST', `/proxies/${one.name}`, { enabled: true });
      expect(await shown(`/proxies/${one.name}`)).toEqual(one);
    });
  });

  describe('populate', () => {
    test('creates what is missing, replaces what differs, leaves alone what is the same', async () => {
      const same = await proxy('127.0.0.1:9');
      const other = await proxy('127.0.0.1:9');
      await toxic(same, { type: 'latency' });
      await toxic(other, { type: 'latency' });
      const fresh = name();
      const { status, text } = await ask('POST', '/populate', [
        { name: same.name, listen: same.listen, upstream: same.upstream },
        { name: other.name, listen: other.listen, upstream: '127.0.0.1:10' },
        { name: fresh, listen: '127.0.0.1:0', upstream: '127.0.0.1:9' },
      ]);
      expect(status).toBe(201);
      const { proxies } = JSON.parse(text) as { proxies: ProxyShown[] };
      expect(proxies.map((one) => [one.name, one.upstream, one.toxics.length])).toEqual([
        [same.name, '127.0.0.1:9', 1],
        [other.name, '127.0.0.1:10', 0],
        [fresh, '127.0.0.1:9', 0],
      ]);
    });

    test('leaves an existing proxy’s `enabled` alone', async () => {
      const one = await proxy('127.0.0.1:9');
      await ask('POST', `/proxies/${one.name}`, { enabled: false });
      const { text } = await ask('POST', '/populate', [{ ...one, enabled: true }]);
      expect(JSON.parse(text)).toMatchObject({ proxies: [{ enabled: false }] });
    });

    test('nothing makes nothing', async () => {
      expect(await ask('POST', '/populate', [])).toEqual({
        status: 201,
        text: '{"proxies":null}',
        type: 'application/json',
      });
    });
  });

  describe('toxics', () => {
    test('have defaults, are shown, listed upstream first, changed and removed', async () => {
      const { name: own } = await proxy('127.0.0.1:9');
      const path = `/proxies/${own}/toxics`;
      const first = await ask('POST', path, { type: 'latency', attributes: { latency: 10 } });
      expect(first).toMatchObject({ status: 200, type: 'application/json' });
      const down = {
        attributes: { latency: 10, jitter: 0 },
        name: 'latency_downstream',
        type: 'latency',
        stream: 'downstream',
        toxicity: 1,
      };
      expect(JSON.parse(first.text)).toEqual(down);
      const second = { type: 'slicer', name: 's', stream: 'Upstream', toxicity: 0.123456789 };
      await ask('POST', path, second);
      const up = {
        ...second,
        attributes: { average_size: 0, size_variation: 0, delay: 0 },
        toxicity: 0.12345679,
      };
      expect(JSON.parse((await ask('GET', path)).text)).toEqual([up, down]);
      expect(JSON.parse((await ask('GET', `${path}/s`)).text)).toEqual(up);
      const changed = await ask('POST', `${path}/s`, {
        attributes: { delay: 5 },
        toxicity: 0.5,
        type: 'latency',
        stream: 'downstream',
        name: 'other',
      });
      expect(JSON.parse(changed.text)).toEqual({
        ...up,
        attributes: { average_size: 0, size_variation: 0, delay: 5 },
        toxicity: 0.5,
      });
      expect(await ask('DELETE', `${path}/s`)).toEqual({ status: 204, text: '', type: null });
      expect(JSON.parse((await ask('GET', path)).text)).toEqual([down]);
    });

    test.each([
      ['noop', {}],
      ['bandwidth', { rate: 0 }],
      ['slow_close', { delay: 0 }],
      ['timeout', { timeout: 0 }],
      ['reset_peer', { timeout: 0 }],
      ['limit_data', { bytes: 0 }],
      ['latency', { latency: 0, jitter: 0 }],
    ])('%s is known, with what it can be told', async (type, attributes) => {
      const { name: own } = await proxy('127.0.0.1:9');
      const { text } = await ask('POST', `/proxies/${own}/toxics`, { type, attributes: null });
      expect(JSON.parse(text)).toMatchObject({ type, attributes });
    });

    test('reset enables every proxy and removes every toxic', async () => {
      const one = await proxy('127.0.0.1:9');
      await toxic(one, { type: 'timeout' });
      await toxic(one, { type: 'timeout', stream: 'upstream' });
      await ask('POST', `/proxies/${one.name}`, { enabled: false });
      expect(await ask('POST', '/reset')).toEqual({ status: 204, text: '', type: null });
      expect(await shown(`/proxies/${one.name}`)).toEqual(one);
    });
  });

  test('the version is JSON', async () => {
    const { status, text, type } = await ask('GET', '/version');
    expect([status, type]).toEqual([200, 'application/json;charset=utf-8']);
    expect(JSON.parse(text)).toEqual({ version: expect.any(String) });
  });

  test('a browser is turned away', async () => {
    const response = await fetch(`${url()}/version`, { headers: { 'user-agent': 'Mozilla/5.0' } });
    expect([response.status, await response.text()]).toEqual([403, 'User agent not allowed\n']);
  });

  test('the metrics tell the bytes of connections that have ended, by direction', async () => {
    await using listener = await Listener.open();
    const one = await proxy(listener.address);
    const client = await dial(one.listen);
    client.send('four');
    const server = await listener.end();
    await server.got('four');
    server.send('seventeen letters');
    await client.got('seventeen letters');
    client.socket.destroy();
    await until('the bytes are counted', async () => {
      const { text } = await ask('GET', '/metrics');
      const { upstream, downstream } = countOf(parseCounters(text), one.name);
      return (
        upstream.received === 4 &&
        upstream.sent === 4 &&
        downstream.received === 17 &&
        downstream.sent === 17
      );
    });
    const { text, type } = await ask('GET', '/metrics');
    expect(type).toMatch(/^text\/plain; version=0\.0\.4; charset=utf-8/);
    expect(text).toContain('# TYPE toxiproxy_proxy_received_bytes_total counter\n');
    expect(text).toContain(
      `toxiproxy_proxy_sent_bytes_total{direction="upstream",listener="${one.listen}",proxy="${one.name}",upstream="${listener.address}"} 4\n`,
    );
  });

  describe('the client', () => {
    test('keeps the server’s own message', async () => {
      const control = toxiproxyControl(url());
      const missing = { name: name(), listen: '127.0.0.1:0', upstream: 'a:1', enabled: true };
      await expect(control.update(missing)).rejects.toThrow('404 proxy not found');
    });

    test('refuses names that would not be safe in a path', async () => {
      const control = toxiproxyControl(url());
      await expect(control.removeToxic('a/b', 't')).rejects.toThrow('"a/b" cannot name');
    });

    test('drives what a cluster needs', async () => {
      const control = toxiproxyControl(url());
      expect(await control.version()).not.toBe('');
      const body = { name: name(), listen: '127.0.0.1:0', upstream: '127.0.0.1:9', enabled: true };
      const created = (await control.populate([body])).get(body.name);
      expect(created?.enabled).toBe(true);
      const toxicBody = {
        name: 'cut-1',
        type: 'timeout',
        stream: 'upstream',
        attributes: { timeout: 0 },
      } as const;
      await control.addToxic(body.name, toxicBody);
      expect((await control.all()).get(body.name)?.toxics).toMatchObject([toxicBody]);
      await control.removeToxic(body.name, 'cut-1');
      await control.removeToxic(body.name, 'cut-1');
      const listen = created?.listen ?? '';
      const closed = await control.update({ ...body, listen, enabled: false });
      expect(closed).toEqual({ ...body, listen, enabled: false });
      await control.reset();
      expect((await control.all()).get(body.name)).toMatchObject({ enabled: true, toxics: [] });
    });
  });
};
