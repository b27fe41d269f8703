/**
 * `node:http`. An `import` of it loads a whole web client too, since a few of its names lead there, and that is a third of a node's
 * start.
 */
export const http = process.getBuiltinModule('node:http');
