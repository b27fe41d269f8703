import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { toxiproxyControl } from '../../live/toxiproxy/control.ts';
import {
  toxiproxyConforms,
  type ToxiproxyServer,
} from '../../live/toxiproxy/testing/conformance.ts';
import { startEmbeddedProxy } from './start.ts';

toxiproxyConforms('the embedded proxy', startEmbeddedProxy);

/** The real one cannot say which port it was given, so it gets one that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });

const startReal = async (binary: string): Promise<ToxiproxyServer> => {
  const port = await freePort();
  const child = spawn(binary, ['-host', '127.0.0.1', '-port', String(port), '-proxy-metrics'], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await toxiproxyControl(url).version();
  return {
    url,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
};

// CGO_ENABLED=0 go install github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 makes the binary.
const binary = process.env.SCHISM_TOXIPROXY_BIN;
if (binary !== undefined) toxiproxyConforms('the real Toxiproxy', () => startReal(binary));
