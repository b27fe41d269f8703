import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { properties } from '../properties/index.ts';
import { faultHelp } from './fault-help.ts';
import { guaranteesPage } from './guarantees-page.ts';
import { ourScenarios } from './ours.ts';
import { scenarioJsonSchema } from './schema/scenario-schema.ts';
import { readMutants } from './mutants/read-mutants.ts';
import type { Known } from './schema/known.ts';
import { parseScenario } from './schema/read-scenario.ts';
import { suites } from './suites.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const known: Known = { targets: new Map([[referenceSwarm.name, referenceSwarm]]), properties };

const blocksOf = (file: string, language: string): readonly string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'),
    ),
  ].map(([, block = '']) => block);

test('docs/guarantees.md says what the properties, scenarios and planted bugs say', () => {
  const page = guaranteesPage({
    properties: [...properties.values()],
    scenarios: [...ourScenarios.values()],
    mutants: readMutants('scenarios/mutants'),
  });
  expect(readFileSync('docs/guarantees.md', 'utf8')).toBe(page);
});

test('the scenario in docs/writing-a-scenario.md is one', () => {
  const blocks = blocksOf('docs/writing-a-scenario.md', 'yaml');
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) {
    expect(parseScenario(block, 'docs/writing-a-scenario.md', known).faults).toHaveLength(2);
  }
});

test('the scenario in docs/adding-a-fault.md is one', () => {
  const blocks = blocksOf('docs/adding-a-fault.md', 'yaml');
  expect(blocks).toHaveLength(1);
  for (const block of blocks)
    expect(parseScenario(block, 'docs/adding-a-fault.md', known).faults).toHaveLength(3);
});

test('the places that docs/adding-a-fault.md names exist', () => {
  const page = readFileSync('docs/adding-a-fault.md', 'utf8');
  const places = [
    ...page.matchAll(/`((?:harness|scenarios|properties|reports|scripts)\/[\w./-]+)`/g),
  ].map(([, place = '']) => place);
  expect(places.length).toBeGreaterThan(10);
  expect(places.filter((place) => !existsSync(place))).toEqual([]);
});

test.each(faultHelp.map(({ name, example }) => [name, example]))(
  'the example of %s in `schism list` is read as a fault',
  (_name, example) => {
    const text = `name: example\nfaults:\n  - ${example}\nproperties: [a-leader-returns]\n`;
    expect(parseScenario(text, 'example.yaml', known).faults).toHaveLength(1);
  },
);

test('every scenario of a suite has a name, and every property of a scenario exists', () => {
  for (const suite of suites.values()) {
    expect(suite.scenarios.filter((name) => !ourScenarios.has(name))).toEqual([]);
  }
  for (const scenario of ourScenarios.values()) {
    expect(scenario.properties.filter((name) => !properties.has(name))).toEqual([]);
  }
});

/** As pages of repositories are given them: a heading in lower case, without signs, hyphens for spaces. */
const anchorsOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

test('the files and headings that the README and the docs lead to exist', () => {
  const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const dead: string[] = [];
  let links = 0;
  for (const page of ['README.md', ...pages]) {
    for (const [, link = ''] of readFileSync(page, 'utf8').matchAll(/\]\(((?!http)[^)\s]+)\)/g)) {
      links += 1;
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), decodeURI(path));
      if (!existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor)))
        dead.push(`${page}: ${link}`);
    }
  }
  expect(dead).toEqual([]);
  expect(links).toBeGreaterThan(20);
});

test('docs/scenario.schema.json, by which editors know scenario files, is that of the sources', () => {
  expect(JSON.parse(readFileSync('docs/scenario.schema.json', 'utf8'))).toEqual(
    scenarioJsonSchema(),
  );
});
