/**
 * Writes what is generated under `docs/`: `guarantees.md` from the properties, scenarios and planted bugs that there are, and
 * `scenario.schema.json`, by which editors complete and check scenario files.
 */
import { writeFileSync } from 'node:fs';
import { properties } from '../properties/index.ts';
import { guaranteesPage } from '../scenarios/guarantees-page.ts';
import { readMutants } from '../scenarios/mutants/read-mutants.ts';
import { ourScenarios } from '../scenarios/ours.ts';
import { scenarioJsonSchema } from '../scenarios/schema/scenario-schema.ts';

writeFileSync(
  'docs/guarantees.md',
  guaranteesPage({
    properties: [...properties.values()],
    scenarios: [...ourScenarios.values()],
    mutants: readMutants('scenarios/mutants'),
  }),
);
writeFileSync(
  'docs/scenario.schema.json',
  `${JSON.stringify(scenarioJsonSchema(), undefined, 2)}\n`,
);
