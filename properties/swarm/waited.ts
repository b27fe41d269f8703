/** Whether somebody waited for a delay, as far as those can tell who hear of both its ends. */
import type { Ms } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import { stallWithin } from '../liveness/stalls.ts';

/** Clocks drift: what came in less than this part of the delay came too soon. `tooSoonFor` says it in words. */
const surely = 1 / 2;

/**
 * How much later than others some words may arrive. In virtual time none do. Live, a node's lines come in bundles where the machine is
 * loaded: up to 0.7 s late at a load of 22 on 2 cores.
 */
const latenessMs = ({ backend }: History): Ms => (backend === 'sim' ? 0 : 1_000);

/** `since` and `at`: when it was heard that the delay began, and that it was over. */
type Wait = { readonly since: Ms; readonly at: Ms; readonly delayMs: Ms };

export const hasWaited = ({ since, at, delayMs }: Wait): boolean => at - since >= delayMs * surely;

/** Why a wait was found too short: what is between this and the whole delay is let pass. */
export const tooSoonFor = (delayMs: Ms, what: string): string =>
  `less than half of ${what} of ${seconds(delayMs)}, which no drift of clocks explains`;

/** The same also where the machine stood still in between, or what was heard does not tell. */
export const mayHaveWaited = (history: History, { since, at, delayMs }: Wait): boolean =>
  hasWaited({ since, at: at + latenessMs(history), delayMs }) ||
  stallWithin(history, since, at) !== undefined;
