/**
 * How many of the planted bugs the simulator finds, and how soon: `node bench/mutants.ts [runs]` hunts for each of them for so many runs at most, as
 * many at a time as there are cores, and writes docs/planted-bugs.md.
 */
import { availableParallelism, cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commitOf } from '../harness/cli/run/saving.ts';
import type { Mutant } from '../harness/core/run.ts';
import { huntFor } from '../scenarios/mutants/hunt-for.ts';
import type { Quarry } from '../scenarios/mutants/hunt.ts';
import { readMutants } from '../scenarios/mutants/read-mutants.ts';

type Hunted = { readonly mutant: Mutant; readonly quarry: Quarry };

/** A planted bug may make the program loop for ever. */
const limitMs = 20 * 60_000;

const folder = fileURLToPath(new URL('../scenarios/mutants/', import.meta.url));
const page = fileURLToPath(new URL('../docs/planted-bugs.md', import.meta.url));

const huntAll = async (mutants: readonly Mutant[], runsMax: number): Promise<readonly Hunted[]> => {
  const hunted: Hunted[] = [];
  const waiting = [...mutants];
  const lane = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const quarry = await huntFor(mutant, { runsMax, limitMs, expected: mutant.expect });
      process.stderr.write(
        `${mutant.id}: ${quarry.property ?? 'not found'}, ${quarry.runs} runs\n`,
      );
      hunted.push({ mutant, quarry });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return hunted.toSorted((a, b) => a.mutant.id.localeCompare(b.mutant.id));
};

const row = ({ mutant, quarry }: Hunted): string => {
  const { id, title, source, expect } = mutant;
  const { property, runs, simulatedMs, cpuMs, scenario } = quarry;
  const found =
    property === undefined
      ? `not found in ${runs} | ${expect.map((name) => `\`${name}\``).join(', ')} expected`
      : `${runs} | \`${property}\` in \`${scenario}\``;
  const cells = [
    `\`${id}\`: ${title}`,
    source,
    found,
    `${(simulatedMs / 60_000).toFixed(1)} min`,
    `${(cpuMs / 1_000).toFixed(1)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
};

const [runsMax = 4_000] = process.argv.slice(2).map(Number);
if (!Number.isInteger(runsMax) || runsMax < 1) {
  process.stderr.write(
    `node bench/mutants.ts: expected a number of runs, such as 4000; this is "${process.argv[2] ?? ''}"\n`,
  );
  process.exit(2);
}
const hunted = await huntAll(readMutants(folder), runsMax);
const found = hunted.filter(({ quarry }) => quarry.property !== undefined);
const soon = found.filter(({ quarry }) => quarry.runs <= 100);
const model = cpus()[0]?.model ?? 'unknown processor';
writeFileSync(
  page,
  `# Planted bugs

How good a harness is shows only on bugs that are known to be there. Each of these is a patch of the reference cluster's sources
(\`scenarios/mutants/\`), most of them after a bug of a real system or a sentence of a paper; the program that runs in the simulator has it, and nothing else knows of it.
\`run SCENARIO --mutants FILE\` plants one. A test hunts for all but the rarest of them; it also looks that every guarantee has one that
breaks it, and that nothing is found where nothing is planted.

${found.length} of ${hunted.length} are found within ${runsMax} runs, ${soon.length} of them within 100. Every second run has drawn faults, the others go through the scenarios
that have a name, with 3 and with 5 managers; the seed is 1. Simulated time and processor time are those until the property was broken,
start of the program included, without making the schedule smaller. Commit ${commitOf('.')}, ${new Date().toISOString().slice(0, 10)}, ${model}, Node ${process.version}; again with \`node bench/mutants.ts\`.

| bug | after | runs | broken | simulated | processor |
| --- | --- | --- | --- | --- | --- |
${hunted.map(row).join('\n')}
`,
);
