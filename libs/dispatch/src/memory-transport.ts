import type { Service } from '@push/protocol';
import type { PushRequest, PushTransport, Verdict } from './push-transport.ts';

/** A provider without a network: answers as it is told and keeps what it was sent. For tests and benches. */
export interface MemoryTransport extends PushTransport {
  readonly requests: readonly PushRequest[];
  answer: (request: PushRequest) => Verdict | Promise<Verdict>;
}

export function createMemoryTransport(
  service: Service,
  answer: MemoryTransport['answer'] = () => ({ kind: 'done' }),
): MemoryTransport {
  const requests: PushRequest[] = [];
  const transport: MemoryTransport = {
    service,
    requests,
    answer,
    send: async (request) => {
      requests.push(request);
      return transport.answer(request);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return transport;
}
