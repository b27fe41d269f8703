/** The image `schism/node`, built when it is missing, and named by its content, so that a changed source is never run as it was. */
import type Docker from 'dockerode';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BuiltImages } from '../../../harness/backends/docker/old-images.ts';
import { imageContext } from './image-context.ts';
import type { ImagePatch } from './image-context.ts';
import { tar } from './tar.ts';

export type NodeImageOptions = {
  /** Planted bugs: an image of its own for every set of them. */
  readonly patches?: readonly ImagePatch[];
  /** An image with Node 24 and a user `node`. */
  readonly base?: string;
};

const nodeImageName = 'schism/node';
const nodeImageBase = 'node:24-bookworm-slim';
/** On every image that was built here; its value is the digest of what went in. */
export const nodeImageLabel = 'schism.node-image';

/**
 * The image's full name, `schism/node:DIGEST`. Builds it where the engine does not have it yet: under 15 s, without a network once
 * the base image is there. Rejects with the engine's own words and the end of the build's log.
 */
export const ensureNodeImage = async (
  docker: Docker,
  { patches = [], base = nodeImageBase }: NodeImageOptions = {},
): Promise<string> => {
  const context = tar(imageContext(patches));
  const digest = digestOf(base, context);
  const name = `${nodeImageName}:${digest}`;
  if (!(await hasImage(docker, name))) await build(docker, { name, digest, base, context });
  return name;
};

const digestOf = (base: string, context: Buffer): string =>
  createHash('sha256').update(base).update(context).digest('hex').slice(0, 16);

/** All images that were built here, and which of them the sources make as they are. */
export const nodeImages: BuiltImages = {
  name: nodeImageName,
  label: nodeImageLabel,
  current: () => digestOf(nodeImageBase, tar(imageContext([]))),
};

const hasImage = async (docker: Docker, name: string): Promise<boolean> => {
  const found = await docker.listImages({ filters: { reference: [name] } });
  return found.length > 0;
};

type Build = {
  readonly name: string;
  readonly digest: string;
  readonly base: string;
  readonly context: Buffer;
};

const build = async (docker: Docker, { name, digest, base, context }: Build): Promise<void> => {
  const progress = await docker.buildImage(Readable.from([context]), {
    t: name,
    labels: { [nodeImageLabel]: digest },
    buildargs: { BASE: base },
    forcerm: true,
  });
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      progress,
      (error) => {
        if (error === null) resolve();
        else reject(failure(name, base, [...log, error.message]));
      },
      (event: BuildEvent) => {
        if (event.stream !== undefined) log.push(event.stream);
      },
    );
  });
  if (!(await hasImage(docker, name))) throw failure(name, base, log);
};

/** One line of the engine's answer. */
type BuildEvent = { readonly stream?: string };

const logLinesMax = 20;

const failure = (name: string, base: string, log: readonly string[]): Error =>
  new Error(
    `the image ${name} could not be built on ${base}; \`docker pull ${base}\` gets the base:\n` +
      log
        .map((line) => line.trimEnd())
        .filter((line) => line !== '')
        .slice(-logLinesMax)
        .join('\n'),
  );
