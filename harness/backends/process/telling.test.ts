import { expect, test } from '@jest/globals';
import { telling } from './telling.ts';

test.each([
  [
    'Node cannot find a module',
    [
      'node:internal/modules/esm/resolve:283',
      '    throw new ERR_MODULE_NOT_FOUND(',
      '          ^',
      '',
      "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/x/server.js'",
      '    at finalizeResolution (node:internal/modules/esm/resolve:283:11) {',
      "  code: 'ERR_MODULE_NOT_FOUND',",
      '}',
      '',
      'Node.js v24.21.0',
    ],
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/x/server.js'",
  ],
  ['a log tells of it', ['starting', 'ERROR cannot bind', 'bye', ''], 'ERROR cannot bind'],
  ['nothing looks like an error', ['a', 'b', 'c', 'd'], 'b'],
])('the lines that say why a program ended: %s', (_what, lines, first) => {
  expect(telling(lines)[0]).toBe(first);
  expect(telling(lines).length).toBeLessThanOrEqual(3);
});
