import type { FaultRecord, History } from '../../harness/core/history.ts';
import { html, type Html } from './html.ts';

/** What a class of the picture means, by what stands in its markup; the key bears the class as well. */
const keys: readonly (readonly [drawn: string, key: string, words: string])[] = [
  ['bar leader"', 'leader', 'leader'],
  ['bar candidate"', 'candidate', 'candidate'],
  ['bar follower"', 'follower', 'follower'],
  ['bar learner"', 'learner', 'learner'],
  ['bar none"', 'none', 'not yet a member, or no longer'],
  ['bar worker"', 'worker', 'worker'],
  ['bar locked"', 'locked', 'locked'],
  ['bar paused"', 'paused', 'paused'],
  ['bar down"', 'down', 'down'],
  ['class="vote"', 'vote', 'vote'],
  ['class="vote again"', 'voteagain', 'second vote in a term'],
  ['fault bit"', 'faultkey', 'fault'],
  ['fault idle"', 'idlekey', 'fault without effect'],
  ['fault procedure"', 'procedurekey', 'procedure, while it is carried out'],
  ['class="clientshit"', 'hitkey', 'links between clients and nodes are hit'],
  ['op ok"', 'ok', 'operation ok'],
  ['op rejected"', 'rejected', 'rejected'],
  ['op unknown"', 'unknown', 'unknown: the client cannot know'],
  ['class="desired"', 'desiredkey', 'tasks desired'],
  ['class="running"', 'runningkey', 'tasks running'],
];

const modes = {
  drop: 'what is sent vanishes',
  refuse: 'connections are refused',
  reset: 'connections are reset',
} as const;

/** Keys of what is drawn, and of nothing else. */
export const legend = (
  { phases }: History,
  { svg, faults }: { readonly svg: string; readonly faults: readonly FaultRecord[] },
): Html => {
  const used = new Set(faults.flatMap(({ fault }) => ('mode' in fault ? [fault.mode] : [])));
  const words = [
    'heal: every fault that is left is ended',
    ...(phases.quietAt < phases.endAt ? ['quiet: the clients have ended'] : []),
    ...[...used].map((mode) => `(${mode}): ${modes[mode]}`),
  ];
  return html`${keys
    .filter(([drawn]) => svg.includes(drawn))
    .map(([, key, text]) => html`<span class="key ${key}">${text}</span> `)}
    <span class="terms">${words.join(' · ')}</span>`;
};
