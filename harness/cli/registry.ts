import type { ModuleExport } from '../campaign/module-export.ts';
import type { CampaignSummary } from '../core/campaign.ts';
import type { JsonObject } from '../core/json.ts';
import type { Property } from '../core/property.ts';
import type { Mutant, RunFile } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import type { Target } from '../core/target.ts';
import type { BuiltImages } from '../backends/docker/old-images.ts';
import type { LiveTarget } from '../backends/live/target.ts';

/** Planted bugs on their way into a run: where they are written down, and what makes Node apply them. */
export type Planting = {
  readonly mutants: readonly Mutant[];
  /** Options of Node, for threads and child processes. */
  readonly nodeOptions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

export type TargetEntry = {
  readonly target: Target;
  /** A `SimTarget`. */
  readonly sim: ModuleExport | undefined;
  /** For local processes. */
  process: ((planting: Planting | undefined) => LiveTarget | Promise<LiveTarget>) | undefined;
  /** For containers: makes what they need first, such as an image, and says so in whole sentences. */
  docker:
    | ((given: {
        readonly planting: Planting | undefined;
        say(sentence: string): void;
        /** Aborted when the user wants no more of it. */
        readonly signal: AbortSignal;
      }) => Promise<LiveTarget>)
    | undefined;
  /** Its clients speak Docker's API, so the `docker` command can ask its nodes. */
  readonly speaksDocker?: boolean;
  /** The configuration that its nodes run with under a scenario's settings; for the run file. */
  configuration(settings: JsonObject): JsonObject;
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
  /** Said to whoever names something that nobody knows: that no configuration of one's own was found, and where it was looked for. */
  readonly withoutConfig?: string;
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
  /** Reads a scenario file, for the target that it names or for another one; throws with file, line, column and a frame. */
  readScenario(file: string, target?: string): Scenario;
  /** Draws the schedule of a run: a `DrawSchedule`, for workers. */
  readonly drawModule: ModuleExport;
  /**
   * Reads planted bugs from a file or folder and lays them ready; throws a sentence that says what is wrong, also where an installed
   * package holds JavaScript only.
   */
  plant(path: string): Planting;
  /** The same for the bugs that a run file carries. */
  plantAgain(mutants: readonly Mutant[]): Planting;
  draw(summary: CampaignSummary, runs: readonly RunFile[]): string;
  /** The run files inside a report. */
  runFilesOfReport(text: string): readonly unknown[];
  /** What runs on containers are built into: `clean` removes what earlier sources left. */
  readonly images: BuiltImages;
  /** The topology as a compose file. */
  compose(shape: { readonly managers: number; readonly workers: number }): string;
  /** `schism check`: arguments as given. */
  check(
    args: readonly string[],
    io: { stdout(text: string): void; stderr(text: string): void },
  ): Promise<number>;
};
