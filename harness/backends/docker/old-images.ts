import type Docker from 'dockerode';
import { messageOf } from '../../core/thrown.ts';
import { statusOf } from './engine.ts';

/** Images that are built for runs. Each is `NAME:DIGEST` and carries the label with that digest as its value: so it is known as ours. */
export type BuiltImages = {
  readonly name: string;
  readonly label: string;
  /** The digest of the image that the present sources make. */
  current(): string;
};

export type OldImages = {
  readonly removed: readonly string[];
  /** In use by a container, or not to be removed for another reason, which is told. */
  readonly spared: readonly { readonly image: string; readonly why: string }[];
};

/** Removes the images of earlier sources that no container uses. A name that somebody else gave to one of them stays, with its image. */
export const removeOldImages = async (
  docker: Docker,
  { name, label, current }: BuiltImages,
): Promise<OldImages> => {
  const images = await docker.listImages({ filters: { label: [label] } });
  const keep = current();
  const used = new Map<string, string>();
  for (const { ImageID, Names } of await docker.listContainers({ all: true }))
    used.set(ImageID, Names[0]?.slice(1) ?? 'without a name');
  const removed: string[] = [];
  const spared: { readonly image: string; readonly why: string }[] = [];
  for (const { Id, RepoTags, Labels } of images) {
    const digest = Labels[label] ?? '';
    if (digest === keep) continue;
    const image = `${name}:${digest}`;
    const tags = (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
    const target = tags.length === 0 ? Id : image;
    if (target === image && !tags.includes(image)) continue;
    const user = used.get(Id);
    const why = user === undefined ? await remove(docker, target) : `the container ${user} uses it`;
    if (why === undefined) removed.push(target);
    else spared.push({ image: target, why });
  }
  return { removed, spared };
};

/** Why it could not be removed, which the engine decides in the end. */
const remove = async (docker: Docker, image: string): Promise<string | undefined> => {
  try {
    await docker.getImage(image).remove();
    return undefined;
  } catch (error) {
    return statusOf(error) === 404 ? undefined : messageOf(error);
  }
};
