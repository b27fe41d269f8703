import Docker from 'dockerode';
import { beforeDeadline } from '../live/deadline.ts';
import { LiveFailure, messageOf } from '../live/failure.ts';

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
        nextStep: 'start one (`sudo systemctl start docker`), or name another in DOCKER_HOST',
      },
      { cause: thrown },
    );
  }
};
