import { monitorMessages } from './monitor-messages.ts';
import type { NodeState } from './node-state.ts';
import type { Command } from './omq-listener.ts';
import { STORAGE_METHODS, storageCall } from './storage-call.ts';
import type { Subscriptions } from './subscriptions.ts';

/** The OxenMQ commands of a storage node. Those of operators, and other nodes' but for onion requests, do nothing here. */
export function commandsOf(
  state: NodeState,
  subscriptions: Subscriptions,
  refusesAll: () => boolean,
): ReadonlyMap<string, Command> {
  const commands = new Map<string, Command>();
  commands.set('monitor.messages', {
    access: 'anyone',
    handle: async (route, parts) => {
      const isRefused = refusesAll();
      // In 1970 every signature lies in the future.
      const now = isRefused ? () => 0 : () => state.clock.nowMs();
      return [await monitorMessages(subscriptions, route, parts, now)];
    },
  });
  for (const [name, method] of STORAGE_METHODS) {
    commands.set(`storage.${name}`, {
      access: 'anyone',
      handle: async (_route, parts) => {
        if (parts.length > 1) return ['400', 'Invalid request: expected 1 message part'];
        const { status, text } = await storageCall(state, method, parts[0] ?? Buffer.alloc(0));
        return status === 200 ? [text] : [String(status), text];
      },
    });
  }
  commands.set('sn.onion_request', {
    access: 'service-node',
    handle: async (_route, parts) => {
      const { status, body } = await state.onion.fromNode(parts);
      return [String(status), body];
    },
  });
  const nobody = async (): Promise<null> => null;
  commands.set('sn.ping', { access: 'service-node', handle: nobody });
  commands.set('sn.storage_cc', { access: 'service-node', handle: nobody });
  commands.set('service.get_stats', { access: 'operator', handle: nobody });
  return commands;
}
