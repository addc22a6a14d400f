import type { HeaderView, RelayRequest, Transport } from '../src/index.ts';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, text as it is. */
  readonly body: unknown;
}

type Item = Readonly<Record<string, unknown>>;

export interface FakeRelay extends Transport {
  /** All lists that came, in order. */
  readonly lists: readonly (readonly Item[])[];
  readonly requests: readonly RelayRequest[];
}

/** A relay within reach of a hand. Without `answer` it carries out everything, the first time as new. */
export function fakeRelay(answer: (items: readonly Item[], endpoint: string) => Answer = carryOut): FakeRelay {
  const lists: (readonly Item[])[] = [];
  const requests: RelayRequest[] = [];
  return {
    lists,
    requests,
    send: (request) => {
      const items = JSON.parse(new TextDecoder().decode(request.body)) as readonly Item[];
      lists.push(items);
      requests.push(request);
      const { status = 200, headers = {}, body } = answer(items, request.endpoint);
      const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
      return Promise.resolve({ status, headers: viewOf(headers), body: bytes });
    },
  };
}

export function carryOut(items: readonly Item[], endpoint: string): Answer {
  const verdict = endpoint === '/subscribe' ? { added: true } : { removed: true };
  return { body: items.map(() => ({ success: true, ...verdict, message: 'done' })) };
}

function viewOf(headers: Readonly<Record<string, string>>): HeaderView {
  return new Headers(headers);
}
