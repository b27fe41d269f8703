/** What a worker thread loads by itself: functions do not travel. */
export type ModuleExport = {
  /** A URL. */
  readonly module: string;
  /** Of what the module exports. */
  readonly name: string;
};

/** Rejects where there is no such module, or where it exports nothing of that name. */
export const loadExport = async ({ module, name }: ModuleExport): Promise<unknown> => {
  const loaded = (await import(module)) as Readonly<Record<string, unknown>>;
  if (!(name in loaded)) throw new Error(`${module} exports no ${name}`);
  return loaded[name];
};
