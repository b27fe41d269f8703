/**
 * A harness to be killed, for tests: starts the contract's cluster, pauses one node, tells of it, and lives until it is ended.
 * Arguments: the folder of state, and where runs get their folders.
 */
import { chatterTarget } from '../../live/testing/chatter/target.ts';
import { listRecords } from '../../live/run-record.ts';
import { processBackend } from '../backend.ts';

const [state = '', parentFolder = ''] = process.argv.slice(2);
const cluster = await processBackend({ state, parentFolder }).start(chatterTarget, {
  shape: { managers: 3, workers: 0 },
  onHappening: (happening) => {
    // A stopped process outlives its parent unless somebody takes care of it.
    if (happening.type === 'begun')
      process.stdout.write(`${JSON.stringify(listRecords(state)[0])}\n`);
  },
});
cluster.carryOut({ type: 'begin', id: 1, deed: { deed: 'pause', node: 'm2' } });
setInterval(() => undefined, 1_000);
