import type { AgentMessage, DispatcherMessage } from '../agent/messages.ts';
import type { PeerMessage } from '../wire/messages.ts';
import type { Sender } from './program.ts';

type Turned = { readonly to: string; readonly message: PeerMessage };

/** What an agent hears from a node that does not lead. `leader`: whom it may ask instead, by id or address. */
export const turnedAway = (
  message: AgentMessage,
  from: Sender,
  known: {
    readonly leader: string | undefined;
    readonly managers: (DispatcherMessage & { readonly type: 'not-leader' })['managers'];
  },
): Turned =>
  message.type === 'register'
    ? {
        to: message.address,
        message: {
          type: 'dispatcher',
          message: { type: 'not-leader', nonce: message.nonce, ...known },
        },
      }
    : {
        to: from.address,
        message: {
          type: 'dispatcher',
          message: { type: 'session-invalid', session: message.session, removed: false },
        },
      };
