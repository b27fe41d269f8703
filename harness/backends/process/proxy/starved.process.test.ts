import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { programBeside } from '../../live/program.ts';
import { toxiproxyControl } from '../../live/toxiproxy/control.ts';
import { dial, Listener, until } from '../../live/toxiproxy/testing/loopback.ts';

describe('the embedded proxy, where it may open few files', () => {
  const children: ChildProcess[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const started = async () => {
    const program = programBeside(import.meta.url, 'main');
    const child = spawn('sh', ['-c', 'ulimit -n 48; exec "$@"', 'sh', process.execPath, program]);
    children.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (bytes) => (said.out += String(bytes)));
    child.stderr.on('data', (bytes) => (said.err += String(bytes)));
    await until('it listens', () => said.out.endsWith('\n'));
    const { url } = JSON.parse(said.out) as { readonly url: string };
    return { child, said, control: toxiproxyControl(url) };
  };
  const body = { listen: '127.0.0.1:0', enabled: true };

  test('ends and says why, rather than close connections as a fault would', async () => {
    await using upstream = await Listener.open({ echo: true });
    const { child, said, control } = await started();
    const proxies = await control.populate([{ name: 'a', upstream: upstream.address, ...body }]);
    const listen = proxies.get('a')?.listen ?? '';
    for (let count = 0; count < 60 && child.exitCode === null; count += 1) {
      await dial(listen).then(
        ({ socket }) => sockets.push(socket),
        () => undefined,
      );
    }
    await until('it has ended', () => child.exitCode !== null);
    expect(child.exitCode).toBe(4);
    expect(said.err).toMatch(/EMFILE.*ulimit -n/);
  });

  test('refuses more proxies than it can have, which is no bug of ours', async () => {
    const { control } = await started();
    const many = Array.from({ length: 60 }, (_, place) => ({
      name: `p${place}`,
      upstream: '127.0.0.1:9',
      ...body,
    }));
    await expect(control.populate(many)).rejects.toMatchObject({
      name: 'LiveFailure',
      message: expect.stringMatching(/creating 60 proxies was refused .*EMFILE/) as unknown,
    });
  });
});
