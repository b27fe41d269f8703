/** Writes `docs/guarantees.md` from the properties, scenarios and planted bugs that there are. */
import { writeFileSync } from 'node:fs';
import { properties } from '../properties/index.ts';
import { guaranteesPage } from '../scenarios/guarantees-page.ts';
import { readMutants } from '../scenarios/mutants/read-mutants.ts';
import { namedScenarios } from '../scenarios/named.ts';

writeFileSync(
  'docs/guarantees.md',
  guaranteesPage({
    properties: [...properties.values()],
    scenarios: [...namedScenarios.values()],
    mutants: readMutants('scenarios/mutants'),
  }),
);
