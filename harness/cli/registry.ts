import type { CampaignSummary } from '../core/campaign.ts';
import type { Property } from '../core/property.ts';
import type { Mutant, RunFile } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Target } from '../core/target.ts';
import type { LiveTarget } from '../backends/live/target.ts';

/** A module that worker threads load, and the name of what it exports. */
export type ModuleExport = { readonly module: string; readonly name: string };

export type TargetEntry = {
  readonly target: Target;
  /** A `SimTarget`. */
  readonly sim: ModuleExport | undefined;
  readonly live: LiveTarget | undefined;
  /** Makes what its containers need, such as an image; progress in whole sentences. `mutants`: applied inside. */
  readonly prepareDocker: ((say: (line: string) => void) => Promise<void>) | undefined;
};

export type Suite = {
  readonly name: string;
  readonly title: string;
  readonly scenarios: readonly string[];
};

export type FaultHelp = { readonly name: string; readonly example: string; readonly what: string };

/** All that the commands know of the world outside `harness`; the one room that sees everything fills it. */
export type Registry = {
  readonly version: string;
  /** How this program was called, to begin a line that works where it is printed: `npx schism`. */
  readonly invocation: string;
  /** Where run files and reports go. */
  readonly outFolder: string;
  readonly targets: ReadonlyMap<string, TargetEntry>;
  readonly scenarios: ReadonlyMap<string, Scenario>;
  readonly suites: ReadonlyMap<string, Suite>;
  /** What `schism run` runs where nothing is named. */
  readonly defaultSuite: string;
  readonly properties: ReadonlyMap<string, Property>;
  /** A `readonly Property[]`, for workers. */
  readonly propertiesModule: ModuleExport;
  readonly faults: readonly FaultHelp[];
  /** Reads a scenario file; throws with file, line, column and a frame. */
  readScenario(file: string): Scenario;
  /** Reads planted bugs from a file or folder; throws with what is wrong. */
  readMutants(path: string): readonly Mutant[];
  /** Where an installed package holds JavaScript, mutants cannot be applied: the sentence that says so. */
  readonly mutantsRefused: string | undefined;
  /** A preload for workers and children that applies planted bugs to the sources as they load. */
  readonly mutantsPreload: string;
  draw(summary: CampaignSummary, runs: readonly RunFile[]): string;
  /** The run files inside a report. */
  runFilesOfReport(text: string): readonly unknown[];
  /** The topology as a compose file. */
  compose(shape: { readonly managers: number; readonly workers: number }): string;
  /** `schism check`: arguments as given. */
  check(
    args: readonly string[],
    io: { stdout(text: string): void; stderr(text: string): void },
  ): Promise<number>;
};
