import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Docker from 'dockerode';
import { defaultNodeConfig } from '../cluster/node/config.ts';
import { fromSources, invocation, version } from '../harness/cli/invocation.ts';
import type { Registry, TargetEntry } from '../harness/cli/registry.ts';
import type { Scenario } from '../harness/core/scenario.ts';
import { renderReport, runFilesOfReport } from '../reports/write.ts';
import { compose } from './compose.ts';
import { configIn, readConfig } from './config.ts';
import { faultHelp } from './fault-help.ts';
import { plant, plantAgain } from './mutants/plant.ts';
import { ourScenarios } from './ours.ts';
import { configParameter, withOwn } from './own-properties.ts';
import { guaranteesOf } from './schema/known.ts';
import { readScenario } from './schema/read-scenario.ts';
import { suites } from './suites.ts';
import { primaryBackupEntry } from './targets/primary-backup/entry.ts';
import { configurationOf } from './targets/reference/configuration.ts';
import { ensureNodeImage, nodeImages } from './targets/reference/image.ts';
import { referenceLive } from './targets/reference/live.ts';
import { nodeProgram } from './targets/reference/node-program.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const beside = (module: string): string =>
  new URL(fromSources ? module : module.replace(/\.ts$/, '.js'), import.meta.url).href;

const reference: TargetEntry = {
  target: referenceSwarm,
  speaksDocker: true,
  sim: { module: beside('./targets/reference/sim.ts'), name: 'referenceInSim' },
  process: async (planting) =>
    // A planted bug patches sources.
    referenceLive(planting === undefined ? { program: await nodeProgram() } : { planting }),
  async docker({ planting, say, signal }) {
    const patches = planting?.mutants.flatMap((mutant) => mutant.patches) ?? [];
    const docker = new Docker();
    const before = performance.now();
    const image = await ensureNodeImage(docker, { patches, signal });
    const seconds = (performance.now() - before) / 1000;
    if (seconds > 2) say(`built the image ${image} in ${seconds.toFixed(1)} s`);
    return referenceLive({ image });
  },
  configuration: (settings) => ({ ...defaultNodeConfig, ...configurationOf(settings) }),
};

/** For worker threads: what the package brings, and what the configuration in that file adds. */
const propertiesModule = (config: string | undefined): string => {
  const module = new URL(beside('./all-properties.ts'));
  if (config !== undefined) module.searchParams.set(configParameter, pathToFileURL(config).href);
  return module.href;
};

/** Everything that there is: what the package brings, and what the working folder's own configuration adds, unless that is not to be read. */
export const createRegistry = async ({ withConfig = true } = {}): Promise<Registry> => {
  const folder = process.cwd();
  const ours = [reference, primaryBackupEntry];
  const config = withConfig
    ? await readConfig(
        folder,
        ours.map(({ target }) => target),
      )
    : {};
  const { targets: theirs = [], scenarios: theirScenarios = [], properties: own = [] } = config;
  const entries = [...ours, ...theirs];
  const targets = new Map(entries.map((entry) => [entry.target.name, entry]));
  const byName = new Map(entries.map(({ target }) => [target.name, target]));
  const properties = withOwn(own);
  const ownGuarantees = guaranteesOf({ properties: new Map(own.map((of) => [of.name, of])) });
  const judgedByAll = [...ourScenarios.values()].map((scenario) => ({
    ...scenario,
    properties: [...scenario.properties, ...ownGuarantees],
  }));
  const scenarios = new Map(
    [...judgedByAll, ...theirScenarios].map((scenario): [string, Scenario] => [
      scenario.name,
      scenario,
    ]),
  );
  const found = configIn(folder);
  return {
    version,
    invocation: invocation(),
    ...(found === undefined && {
      withoutConfig: `No schism.config.ts was found in ${folder}, so there are no targets, scenarios and properties of your own.`,
    }),
    outFolder: join('reports', 'out'),
    targets,
    scenarios,
    suites,
    defaultSuite: 'core',
    properties,
    propertiesModule: {
      module: propertiesModule(own.length === 0 ? undefined : found),
      name: 'allProperties',
    },
    drawModule: { module: beside('../harness/generate/draw-schedule.ts'), name: 'drawSchedule' },
    faults: faultHelp,
    readScenario: (file, target) => readScenario(file, { targets: byName, properties }, target),
    plant: (path) => plant(path, fromSources),
    plantAgain: (mutants) => plantAgain(mutants, fromSources),
    draw: renderReport,
    runFilesOfReport,
    images: nodeImages,
    compose,
    async check(args, io) {
      const { runCheck } = await import('./check/command.ts');
      return await runCheck(args, io);
    },
  };
};
