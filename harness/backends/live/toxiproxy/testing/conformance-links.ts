import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Subject } from './conformance.ts';
import { dial, Listener, until } from './loopback.ts';

/** What happens to connections without any toxic. */
export const linksConform = ({ ask, proxy }: Subject): void => {
  const set = async (name: string, body: object): Promise<void> => {
    expect((await ask('POST', `/proxies/${name}`, body)).status).toBe(200);
  };

  describe('connections', () => {
    test('carry bytes both ways, unchanged, also many of them', async () => {
      await using listener = await Listener.open({ echo: true });
      const { listen } = await proxy(listener.address);
      const client = await dial(listen);
      const sent = randomBytes(4 << 20);
      client.send(sent);
      await until('all of it comes back', () => client.received.length === sent.length);
      const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
      expect(digest(client.received)).toBe(digest(sent));
    });

    test('where nobody listens upstream, the client is let in and closed', async () => {
      const gone = await Listener.open();
      await gone[Symbol.asyncDispose]();
      const { listen } = await proxy(gone.address);
      const client = await dial(listen);
      await client.ended();
      expect(client.text).toBe('');
    });

    test('an end at one side is an end of both', async () => {
      await using listener = await Listener.open();
      const { listen } = await proxy(listener.address);
      const client = await dial(listen);
      client.send('last words');
      client.socket.end();
      const server = await listener.end();
      await server.ended();
      expect([server.text, server.closed]).toEqual(['last words', 'end']);
      await client.ended();
    });

    test('the server’s end reaches the client', async () => {
      await using listener = await Listener.open();
      const { listen } = await proxy(listener.address);
      const client = await dial(listen);
      const server = await listener.end();
      server.socket.end('bye');
      await client.ended();
      expect([client.text, client.closed]).toEqual(['bye', 'end']);
    });

    test('disabling ends live ones and refuses new ones; enabling lets new ones in', async () => {
      await using listener = await Listener.open({ echo: true });
      const { listen, name } = await proxy(listener.address);
      const client = await dial(listen);
      client.send('a');
      await client.got('a');
      await set(name, { enabled: false });
      await client.ended();
      await (await listener.end()).ended();
      await expect(dial(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await set(name, { enabled: true });
      const again = await dial(listen);
      again.send('b');
      await again.got('b');
    });

    test('another upstream ends live ones and serves new ones on the same port', async () => {
      await using one = await Listener.open();
      await using other = await Listener.open();
      const { listen, name } = await proxy(one.address);
      const client = await dial(listen);
      await one.end();
      await set(name, { upstream: other.address });
      await client.ended();
      (await dial(listen)).send('hello');
      await (await other.end()).got('hello');
    });

    test('an update that changes nothing leaves live ones alone', async () => {
      await using listener = await Listener.open({ echo: true });
      const { listen, name, upstream } = await proxy(listener.address);
      const client = await dial(listen);
      client.send('a');
      await client.got('a');
      await set(name, { listen, upstream, enabled: true });
      client.send('b');
      await client.got('ab');
    });

    test('deleting a proxy ends its connections and frees its port', async () => {
      await using listener = await Listener.open();
      const { listen, name } = await proxy(listener.address);
      const client = await dial(listen);
      await listener.end();
      await ask('DELETE', `/proxies/${name}`);
      await client.ended();
      await expect(dial(listen)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    });
  });
};
