import { connectEngine } from './docker/engine.ts';
import { toxiproxyImage } from './docker/toxiproxy-image.ts';
import { toxiproxyConforms, type ToxiproxyServer } from './live/toxiproxy/testing/conformance.ts';
import { toxiproxyControl } from './live/toxiproxy/control.ts';
import { freeAddresses } from './process/ports.ts';

/** The image that clusters of containers use, on the host's own network: it reaches 127.0.0.1 there. */
const startImage = async (): Promise<ToxiproxyServer> => {
  const docker = await connectEngine();
  const [address = ''] = await freeAddresses(1);
  const [host, port] = address.split(':');
  const container = await docker.createContainer({
    Image: toxiproxyImage,
    Cmd: [`-host=${host ?? ''}`, `-port=${port ?? ''}`, '-proxy-metrics'],
    HostConfig: { NetworkMode: 'host', AutoRemove: true },
  });
  await container.start();
  const url = `http://${address}`;
  await toxiproxyControl(url).version();
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await container.kill();
    },
  };
};

toxiproxyConforms(toxiproxyImage, startImage);
