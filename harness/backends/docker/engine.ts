import Docker from 'dockerode';
import { codeOf, isError, messageOf } from '../../core/thrown.ts';
import { beforeDeadline, hopeless } from '../live/deadline.ts';
import { LiveFailure } from '../live/failure.ts';

/** Where the engine is asked: DOCKER_HOST, else the socket that every client tries. */
export const engineAddress = (): string => process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';

/** The engine, once it has answered. Rejects with a `LiveFailure` that says how to get one. */
export const connectEngine = async (withinMs = 3_000): Promise<Docker> => {
  const docker = new Docker();
  try {
    await beforeDeadline(
      {
        place: 'Docker',
        doing: 'asking the engine',
        withinMs,
        nextStep: 'see whether it is overloaded',
      },
      () => docker.ping() as Promise<unknown>,
    );
    return docker;
  } catch (thrown) {
    throw new LiveFailure(
      {
        place: 'Docker',
        what: `no engine answers at ${engineAddress()} (${messageOf(thrown instanceof Error ? (thrown.cause ?? thrown) : thrown)})`,
        nextStep: isForbidden(thrown)
          ? `it is there and you may not use it: \`${letIn}\`, then log in again`
          : 'start one (`sudo systemctl start docker`), or name another in DOCKER_HOST',
      },
      { cause: thrown },
    );
  }
};

/** The command that lets a user use the engine's socket. */
export const letIn = 'sudo usermod -aG docker "$USER"';

/** An engine's socket is there, and this user may not use it. */
export const isForbidden = (thrown: unknown): boolean =>
  codeOf(thrown) === 'EACCES' || (isError(thrown) && isForbidden(thrown.cause));

/** What the engine answered where it refused; `undefined` where it did not answer at all. */
export const statusOf = (thrown: unknown): number | undefined =>
  (thrown as { readonly statusCode?: number }).statusCode;

/** Longer than anything that an engine does for us takes, also on a loaded machine. */
const engineMs = 60_000;

/** Asks the engine for one thing, once: an engine that hangs must not hang us. Rejects with the engine's own error. */
export const engineDoes = <T>(
  { place, doing }: { readonly place: string; readonly doing: string },
  ask: () => Promise<T>,
): Promise<T> =>
  beforeDeadline(
    { place, doing, withinMs: engineMs, nextStep: 'see whether the Docker engine is overloaded' },
    async () => {
      try {
        return await ask();
      } catch (thrown) {
        throw isError(thrown) ? hopeless(thrown) : thrown;
      }
    },
  );
