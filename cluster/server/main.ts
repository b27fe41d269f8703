/** One node of a cluster: `node cluster/server/main.ts --help`. */
import { createNode } from '../node/node.ts';
import { runNode } from './run.ts';

void runNode(createNode);
