/**
 * The embedded proxy as a process of its own, so that a busy harness does not slow the links down.
 * Says where it listens in one line, and ends when its standard input does: with whoever started it.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { watchStalls } from '../../live/stalls.ts';
import { serveProxies } from './server.ts';

const [port = '0'] = process.argv.slice(2);
// Ctrl-C is for the harness: links that vanish before the nodes do would look like a fault.
process.on('SIGINT', () => undefined);
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
const { url } = await serveProxies(Number(port), (error) => {
  // Connections that fail for want of something here look like faults that nobody ordered: rather none at all.
  writeSync(2, `${error.message}: too little for its connections, see \`ulimit -n\`\n`);
  process.exit(4);
});
process.stdout.write(`${JSON.stringify({ schism: 'proxy', url })}\n`);
// While it stands still, so do all links, and neither the nodes nor the harness notice it in themselves.
watchStalls((forMs) => {
  process.stdout.write(`${JSON.stringify({ schism: 'stalled', forMs })}\n`);
});
// It is killed in the end: what was compiled is kept now, or never.
flushCompileCache();
