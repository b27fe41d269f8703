import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dial, Listener, until } from '../../live/toxiproxy/testing/loopback.ts';
import { startEmbeddedProxy, type EmbeddedProxy } from './start.ts';

/** Whether a connection that stands comes from this port, as the kernel tells it. */
const isHeld = (address: string): boolean => {
  const port = Number(address.split(':')[1]).toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^ *\\d+: 0100007F:${port} \\S+ 01 `, 'm').test(
    readFileSync('/proc/net/tcp', 'latin1'),
  );
};
const linuxTest = process.platform === 'linux' ? test : undefined;

describe('the port of a proxy that is disabled', () => {
  let proxies: EmbeddedProxy | undefined;
  beforeAll(async () => {
    proxies = await startEmbeddedProxy();
  });
  afterAll(async () => {
    await proxies?.[Symbol.asyncDispose]();
  });
  const ask = async (method: string, path: string, body: object = {}): Promise<Response> =>
    fetch(`${proxies?.url ?? ''}${path}`, {
      method,
      ...(method === 'GET' ? {} : { body: JSON.stringify(body) }),
    });
  const create = async (name: string, upstream: string): Promise<string> => {
    const made = await ask('POST', '/proxies', { name, listen: '127.0.0.1:0', upstream });
    return ((await made.json()) as { readonly listen: string }).listen;
  };

  linuxTest?.(
    'is kept from everybody else, and refuses; it is free once the proxy is deleted',
    async () => {
      const listen = await create('kept', '127.0.0.1:9');
      expect(isHeld(listen)).toBe(false);
      await ask('POST', '/proxies/kept', { enabled: false });
      expect(isHeld(listen)).toBe(true);
      await expect(dial(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await ask('DELETE', '/proxies/kept');
      await until('it is free', () => !isHeld(listen));
    },
  );

  linuxTest?.('is held no longer than until it listens again', async () => {
    await using upstream = await Listener.open({ echo: true });
    const listen = await create('back', upstream.address);
    for (let times = 0; times < 3; times++) {
      await ask('POST', '/proxies/back', { enabled: false });
      await ask('POST', '/proxies/back', { enabled: true });
      const client = await dial(listen);
      client.send('a');
      await client.got('a');
      client.socket.destroy();
    }
    await ask('POST', '/proxies/back', { enabled: false });
    await ask('POST', '/reset');
    await until('it is held by nobody', () => !isHeld(listen));
    (await dial(listen)).socket.destroy();
  });

  test('a probe tells whether the upstream is reached through it', async () => {
    const upstream = await Listener.open();
    await create('probed', upstream.address);
    expect((await ask('POST', '/schism/probe/probed')).status).toBe(204);
    await upstream[Symbol.asyncDispose]();
    const gone = await ask('POST', '/schism/probe/probed');
    expect([gone.status, await gone.json()]).toEqual([
      502,
      { error: `${upstream.address} is not reached through probed`, status: 502 },
    ]);
    await ask('POST', '/proxies/probed', { enabled: false });
    const disabled = await ask('POST', '/schism/probe/probed');
    expect([disabled.status, await disabled.json()]).toEqual([
      409,
      { error: 'proxy probed does not listen', status: 409 },
    ]);
  });
});
