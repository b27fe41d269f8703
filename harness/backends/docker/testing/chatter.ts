import { readFileSync } from 'node:fs';
import { chatterEnv, chatterTarget } from '../../live/testing/chatter/target.ts';
import { programBeside } from '../../live/program.ts';
import type { LiveTarget } from '../../live/target.ts';

/** Any image with Node 24 will do: the program is handed over whole, as an argument. */
const image = 'node:24-bookworm-slim';
export const chatterPorts = { peer: 7000, client: 7001 } as const;
const program = readFileSync(
  programBeside(new URL('../../live/testing/chatter/target.ts', import.meta.url).href, 'node'),
  'utf8',
);

/** The nodes of the backends' contract in containers. */
export const chatterInContainers: LiveTarget = {
  ...chatterTarget,
  container: {
    image,
    ports: chatterPorts,
    dataFolder: '/srv',
    command: () => ['node', '--input-type=module-typescript', '--eval', program],
    env: chatterEnv,
  },
};
