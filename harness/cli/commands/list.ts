import type { Io } from '../io.ts';
import type { Registry } from '../registry.ts';

const column = (names: Iterable<string>): number =>
  Math.max(...[...names].map((name) => name.length)) + 2;

/** `schism list`: scenarios, suites, properties with the guarantee each states, faults. */
export const list = (registry: Registry, io: Io): void => {
  const { colors } = io;
  const section = (title: string, rows: readonly (readonly [string, string])[]): void => {
    const width = column(rows.map(([name]) => name));
    io.out(colors.bold(title));
    for (const [name, text] of rows) io.out(`  ${name.padEnd(width)}${text}`);
    io.out('');
  };
  section(
    'Suites',
    [...registry.suites.values()].map((suite) => [
      suite.name,
      `${suite.title} (${suite.scenarios.length} scenarios)`,
    ]),
  );
  section(
    'Scenarios',
    [...registry.scenarios.values()].map((scenario) => [scenario.name, scenario.title]),
  );
  section(
    'Properties',
    [...registry.properties.values()].map((property) => [
      property.name,
      `${property.guarantee} — ${property.source}`,
    ]),
  );
  section(
    'Faults',
    registry.faults.map((fault) => [fault.name, `${fault.what}  ${colors.dim(fault.example)}`]),
  );
  section(
    'Targets',
    [...registry.targets.values()].map(({ target }) => [target.name, target.title]),
  );
};
