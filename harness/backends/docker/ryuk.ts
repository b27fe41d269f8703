import type Docker from 'dockerode';
import { engineDoes } from './engine.ts';

const defaultImage = 'testcontainers/ryuk:0.14.0';
const variable = 'TESTCONTAINERS_RYUK_DISABLED';

/**
 * Ryuk, testcontainers' own reaper, is used where its image is already there. Where it is not, no run waits for a download: the guardian
 * and the labels of a run do the same work. What the user has set stands.
 */
export const useRyukWhereItIs = async (docker: Docker): Promise<void> => {
  if (process.env[variable] !== undefined) return;
  const image = process.env.RYUK_CONTAINER_IMAGE ?? defaultImage;
  const found = await engineDoes({ place: 'Docker', doing: 'listing its images' }, () =>
    docker.listImages({ filters: { reference: [image] } }),
  );
  if (found.length === 0) process.env[variable] = 'true';
};
