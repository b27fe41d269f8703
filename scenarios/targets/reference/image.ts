/** The image `schism/node`, built when it is missing, and named by its content, so that a changed source is never run as it was. */
import type Docker from 'dockerode';
import { createHash } from 'node:crypto';
import type { BuiltImages } from '../../../harness/backends/docker/old-images.ts';
import { buildImage, nodeBase } from '../build-image.ts';
import { imageContext } from './image-context.ts';
import type { ImagePatch } from './image-context.ts';
import { tar } from './tar.ts';

export type NodeImageOptions = {
  /** Planted bugs: an image of its own for every set of them. */
  readonly patches?: readonly ImagePatch[];
  /** An image with Node 24 and a user `node`. */
  readonly base?: string;
  /** Once it is aborted, building ends. */
  readonly signal?: AbortSignal;
};

const nodeImageName = 'schism/node';
/** On every image that was built here; its value is the digest of what went in. */
export const nodeImageLabel = 'schism.node-image';

/**
 * The image's full name, `schism/node:DIGEST`. Builds it where the engine does not have it yet: under 15 s, without a network once
 * the base image is there. Rejects as {@link buildImage} does.
 */
export const ensureNodeImage = async (
  docker: Docker,
  { patches = [], base = nodeBase, signal }: NodeImageOptions = {},
): Promise<string> => {
  const context = tar(imageContext(patches));
  const digest = digestOf(base, context);
  const name = `${nodeImageName}:${digest}`;
  if (!(await hasImage(docker, name))) {
    const labels = { [nodeImageLabel]: digest };
    await buildImage(docker, { name, context, base, labels, signal });
  }
  return name;
};

const digestOf = (base: string, context: Buffer): string =>
  createHash('sha256').update(base).update(context).digest('hex').slice(0, 16);

/** All images that were built here, and which of them the sources make as they are. */
export const nodeImages: BuiltImages = {
  name: nodeImageName,
  label: nodeImageLabel,
  current: () => digestOf(nodeBase, tar(imageContext([]))),
};

const hasImage = async (docker: Docker, name: string): Promise<boolean> => {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.length > 0;
};
