import { afterEach, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { Readable } from 'node:stream';
import { removeOldImages } from '../../../harness/backends/docker/old-images.ts';
import { tar } from './tar.ts';

const docker = new Docker();
const name = `schism-old-image-test-${process.pid}`;
const label = `schism.old-image-test-${process.pid}`;
const images = { name, label, current: () => 'current' };

/** An image of one small file. */
const build = async (tag: string, labels: Readonly<Record<string, string>>): Promise<void> => {
  const dockerfile = `FROM scratch\nCOPY Dockerfile /${tag.replace(/\W/g, '-')}\nCMD ["/none"]\n`;
  const context = tar([{ path: 'Dockerfile', content: Buffer.from(dockerfile) }]);
  const progress = await docker.buildImage(Readable.from([context]), { t: tag, labels });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(progress, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
};

const there = async (): Promise<readonly string[]> => {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.flatMap(({ RepoTags }) => RepoTags ?? []).sort();
};

afterEach(async () => {
  for (const { Id } of await docker.listContainers({ all: true, filters: { name: [name] } }))
    await docker.getContainer(Id).remove({ force: true });
  for (const tag of await there()) await docker.getImage(tag).remove();
});

test('images of earlier sources go; what is used, current, or named by somebody else stays', async () => {
  for (const digest of ['old', 'used', 'current', 'renamed'])
    await build(`${name}:${digest}`, { [label]: digest });
  await build(`${name}:foreign`, {});
  await docker.getImage(`${name}:renamed`).tag({ repo: name, tag: 'mine' });
  await docker.createContainer({ name, Image: `${name}:used` });

  const { removed, spared } = await removeOldImages(docker, images);
  expect(removed).toHaveLength(2);
  expect(removed).toEqual(expect.arrayContaining([`${name}:old`, `${name}:renamed`]));
  expect(spared).toEqual([{ image: `${name}:used`, why: `the container ${name} uses it` }]);
  const left = [`${name}:current`, `${name}:foreign`, `${name}:mine`, `${name}:used`];
  expect(await there()).toEqual(left);

  // Of the renamed one nothing is ours any more.
  expect((await removeOldImages(docker, images)).removed).toEqual([]);
  expect(await there()).toEqual(left);
});
