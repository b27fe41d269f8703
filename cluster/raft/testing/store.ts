/** A member's disk in a trial: as the contract describes it, or the real log on a folder that can tear. */
import { openLog } from '../../log/log.ts';
import { createToyCipher } from '../../log/testing/cipher.ts';
import { afterCrash, carryOut, crashPoints } from '../../log/testing/folder.ts';
import type { Folder } from '../../log/testing/folder.ts';
import type { Log } from '../../log/types.ts';
import type { DiskOperation, Random } from '../../ports.ts';
import type { RaftPersist } from '../types.ts';
import type { Dice } from './dice.ts';
import { emptyImage, stagesOf } from './image.ts';
import type { Image } from './image.ts';
import { Violation } from './judge.ts';

export type Store = {
  /** What is durable. */
  readonly image: Image;
  boot(): Image;
  begin(persist: RaftPersist): void;
  finish(): void;
  /** A crash, perhaps with a persist under way. */
  crash(dice: Dice): void;
};

/** Stages of a persist are all that it keeps. */
export const createImageStore = (): Store => {
  let image = emptyImage;
  let stages: readonly Image[] = [];
  const reach = (stage: number): void => {
    image = stages[stage] ?? image;
    stages = [];
  };
  return {
    get image() {
      return image;
    },
    boot: () => image,
    begin(persist) {
      stages = stagesOf(image, persist);
    },
    finish() {
      reach(stages.length - 1);
    },
    crash(dice) {
      reach(dice.below(stages.length));
    },
  };
};

/** Files of the real log; `image` is what they must amount to. */
export const createLogStore = (random: Random): Store => {
  const files: Folder = new Map();
  const cipher = createToyCipher();
  const keys = [{ epoch: 1, key: new Uint8Array(32).fill(7) }];
  let log: Log | undefined;
  let image: Image = emptyImage;
  let stages: readonly Image[] = [emptyImage];
  let operations: readonly DiskOperation[] = [];
  return {
    get image() {
      return image;
    },
    boot() {
      const boot = { files, keys, cipher, random, segmentBytesMax: 1_500 };
      const recovered = openLog(boot);
      if (!recovered.ok) throw new Violation(`the log does not open: ${recovered.message}`);
      const { hardState, snapshot, entries } = recovered;
      for (const repair of recovered.repairs) carryOut(files, repair);
      log = recovered.log;
      image = { hardState, snapshot, entries };
      const text = JSON.stringify(image);
      if (!stages.some((stage) => JSON.stringify(stage) === text))
        throw new Violation('the log gives back what no crash can have left');
      stages = [image];
      return image;
    },
    begin(persist) {
      stages = stagesOf(image, persist);
      operations = log?.persist(persist) ?? [];
    },
    finish() {
      for (const operation of operations) carryOut(files, operation);
      image = stages.at(-1) ?? image;
      stages = [image];
      operations = [];
    },
    crash(dice) {
      const point = dice.pick(crashPoints(operations));
      if (point === undefined) return;
      const left = afterCrash(files, operations, point);
      files.clear();
      for (const [file, bytes] of left) files.set(file, bytes);
      operations = [];
    },
  };
};
