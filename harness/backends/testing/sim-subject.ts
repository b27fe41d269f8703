import type { Happening } from '../../core/backend.ts';
import type { Ms } from '../../core/cluster.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ContractCluster, ContractSubject } from './contract.ts';
import { chatter } from '../sim/testing/chatter.ts';
import { hashChoices } from '../sim/hash-choices.ts';
import { Simulation } from '../sim/simulation.ts';

type Happened = { readonly at: Ms; readonly happening: Happening };

/** The contract's subject for the simulator, in the world that a seed draws: virtual time passes only while somebody waits. */
export const simSubject = (seed: number): ContractSubject => {
  const open = (settings: JsonObject) => {
    const happenings: Happened[] = [];
    const simulation = new Simulation({
      target: chatter,
      nodes: chatter.target.nodes({ managers: 3, workers: 0 }),
      settings,
      choices: hashChoices(seed, 0),
      onHappening: (happening, at) => happenings.push({ at, happening }),
    });
    simulation.begin();
    return { simulation, happenings };
  };

  return {
    name: `sim (seed ${seed})`,
    closedPort: 'refuses',
    start: (settings = {}) => {
      const { simulation, happenings } = open(settings);
      let over = false;
      const cluster: ContractCluster = {
        happenings,
        carryOut(command) {
          simulation.carryOut(command);
        },
        now: () => simulation.now,
        until(what, condition, withinMs) {
          const deadline = simulation.now + withinMs;
          while (!condition()) {
            if (simulation.now > deadline || !simulation.step()) {
              return Promise.reject(new Error(`within ${withinMs} ms it was not so: ${what}`));
            }
          }
          return Promise.resolve();
        },
        logs: (node) =>
          happenings.flatMap(({ happening }) =>
            happening.type === 'observed' && happening.observation.node === node
              ? [JSON.stringify(happening.observation)]
              : [],
          ),
        leftovers: () => Promise.resolve(over ? [] : ['a simulation that nobody took away']),
        [Symbol.asyncDispose]() {
          over = true;
          return Promise.resolve();
        },
      };
      return Promise.resolve(cluster);
    },
    startBroken(node) {
      const { thrown } = open({ broken: node }).simulation;
      const error =
        thrown === undefined ? undefined : new Error(`${thrown.node} threw: ${thrown.message}`);
      return Promise.resolve({ error, leftovers: [] });
    },
  };
};
