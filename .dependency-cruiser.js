/**
 * Who may import whom: docs/architecture.md has the reasons. `architecture.test.ts` runs this and asserts that it saw files.
 */
const tests = '\\.test\\.ts$|/(fixtures?|testing)/';
const tops = ['harness', 'cluster', 'models', 'properties', 'scenarios', 'reports'];
const others = (...allowed) => `^(${tops.filter((top) => !allowed.includes(top)).join('|')})/`;

/** Rooms without clock, chance or I/O; of the cluster all but `server/`. The workers and whatever writes files are not among them. */
const pure =
  '^(harness/core|harness/conduct|harness/generate|harness/backends/sim|models|properties|reports/page|cluster(?!/server))/';
/** Of packages, pure rooms use these only. */
const purePackages = ['cbor-x', 'fast-check'];

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

export default {
  forbidden: [
    rule(
      'no-cycles',
      'A cycle has no order to be read in; types alone may refer to each other.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'harness-knows-no-target',
      'The harness runs any target; shapes meet in scenarios/targets.',
      { path: '^harness/' },
      { path: others('harness') },
    ),
    rule(
      'cluster-stands-alone',
      'The reference cluster would exist without its tests.',
      { path: '^cluster/' },
      { path: others('cluster') },
    ),
    rule(
      'checkers-see-what-clients-saw',
      'A property that imports the code it judges repeats its mistakes.',
      { path: '^properties/' },
      { path: others('properties', 'models', 'harness') },
    ),
    rule(
      'checkers-know-the-vocabulary-only',
      'Of the harness, properties and models use the vocabulary.',
      { path: '^(properties|models)/', pathNot: tests },
      { path: '^harness/', pathNot: '^harness/core/' },
    ),
    rule(
      'models-stand-alone',
      'A model says what a correct system would answer, whoever asks.',
      { path: '^models/' },
      { path: others('models', 'harness') },
    ),
    rule(
      'reports-draw-saved-runs',
      'A saved run can be drawn again without a cluster.',
      { path: '^reports/', pathNot: '^reports/check/' },
      { path: `${others('reports', 'harness')}|^harness/(?!core/)` },
    ),
    rule(
      'backends-are-strangers',
      'What two backends share is in live/ or behind the contract.',
      { path: '^harness/backends/(sim|process|docker)/', pathNot: tests },
      { path: '^harness/backends/(sim|process|docker)/', pathNot: '^harness/backends/$1/' },
    ),
    rule(
      'the-core-imports-nothing',
      'The vocabulary stands at the bottom.',
      { path: '^harness/core/', pathNot: tests },
      { pathNot: '^harness/core/' },
    ),
    rule(
      'pure-rooms-have-no-world',
      'Time, chance, network and disk arrive as arguments.',
      { path: pure, pathNot: tests },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'pure-rooms-use-few-packages',
      'A package may hide a clock.',
      { path: pure, pathNot: tests },
      { path: '^node_modules/', pathNot: `^node_modules/(${purePackages.join('|')})/` },
    ),
    rule(
      'production-imports-no-test',
      'What only tests use stays with them.',
      { pathNot: `${tests}|^bench/` },
      { path: tests },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|reports/out|node_modules/\\.)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
