#!/usr/bin/env node
// Plain and old JavaScript up to the check, so that an old Node gets a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  console.error(
    `error: schism needs Node 24.9 or newer, this is ${process.version}; \`npm install node@24\` brings one for npx and npm scripts`,
  );
  process.exit(4);
}
await import('../dist/scenarios/main.js');
