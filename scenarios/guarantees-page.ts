import type { Property } from '../harness/core/property.ts';
import type { Mutant } from '../harness/core/run.ts';
import type { Scenario } from '../harness/core/scenario.ts';

const kinds = {
  safety: 'safety',
  liveness: 'liveness',
  reached: 'condition of a campaign',
} as const;

/** `docs/guarantees.md`: guarantee → source → property → scenarios that put it to the test → planted bugs that break it. */
export const guaranteesPage = (given: {
  readonly properties: readonly Property[];
  readonly scenarios: readonly Scenario[];
  readonly mutants: readonly Mutant[];
}): string => {
  const sections = given.properties.map((property) => {
    const scenarios = given.scenarios.filter(({ properties }) =>
      properties.includes(property.name),
    );
    const mutants = given.mutants.filter(({ expect }) => expect.includes(property.name));
    return [
      `## ${property.name}`,
      '',
      `> ${property.guarantee}`,
      '',
      `- source: ${property.source}`,
      `- kind: ${kinds[property.kind]}`,
      `- put to the test by: ${scenarios.map(({ name }) => `\`${name}\``).join(', ') || 'no named scenario'}`,
      ...(property.kind === 'reached'
        ? []
        : [
            `- planted bugs that break it: ${mutants.map(({ id, title }) => `\`${id}\` (${title})`).join(', ') || 'none in this folder; its tests hold histories that break it'}`,
          ]),
      '',
    ].join('\n');
  });
  return `# Guarantees

What runs are judged by. Each is a pure function of a history, in a file of its own under \`properties/\`, with the words of its source. Written by
\`node scripts/generated-docs.ts\`; a test fails when the two differ.

${sections.join('\n')}`;
};
