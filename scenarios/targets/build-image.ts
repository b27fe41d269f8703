import type Docker from 'dockerode';
import { Readable } from 'node:stream';
import { LiveFailure } from '../../harness/backends/live/failure.ts';
import { messageOf } from '../../harness/core/thrown.ts';

export type ImageBuild = {
  readonly name: string;
  /** A tar archive with a `Dockerfile` that begins `FROM ${BASE}`. */
  readonly context: Buffer;
  /** Its `BASE`: an image with Node 24 and a user `node`. */
  readonly base?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Once it is aborted, the engine stops building. */
  readonly signal?: AbortSignal | undefined;
};

/** One line of the engine's answer. */
type BuildEvent = { readonly stream?: string; readonly error?: string };

const logLinesMax = 20;

/** What images are built on unless another base is given. */
export const nodeBase = 'node:24-bookworm-slim';

/** Builds an image. Rejects with a {@link LiveFailure} that has the engine's own words and the end of the build's log. */
export const buildImage = async (
  docker: Docker,
  { name, context, base = nodeBase, labels = {}, signal }: ImageBuild,
): Promise<void> => {
  const log: string[] = [];
  try {
    const progress = await docker.buildImage(Readable.from([context]), {
      t: name,
      forcerm: true,
      labels,
      buildargs: { BASE: base },
      ...(signal !== undefined && { abortSignal: signal }),
    });
    await new Promise<void>((resolve, reject) => {
      // Whoever follows an answer that was cut off is told nothing.
      progress.once('close', () => {
        reject(new Error('the engine ended the connection'));
      });
      docker.modem.followProgress(
        progress,
        (error) => {
          if (error === null) resolve();
          else reject(error);
        },
        (event: BuildEvent) => {
          if (event.stream !== undefined) log.push(event.stream);
          // A step that failed is a line like any other, and the answer then ends in peace.
          if (event.error !== undefined) reject(new Error(event.error));
        },
      );
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw failure({ name, base, log: [...log, messageOf(error)] }, error);
  }
};

const failure = (
  { name, base, log }: { readonly name: string; readonly base: string; readonly log: string[] },
  cause: unknown,
): LiveFailure => {
  const lines = log
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-logLinesMax);
  return new LiveFailure(
    {
      place: `the image ${name}`,
      what: `could not be built on ${base}`,
      nextStep: `\`docker pull ${base}\` gets what it is built on. The engine said:\n${lines.join('\n')}`,
    },
    { cause },
  );
};
