import { asRecord } from '../bytes.ts';
import { RelayError } from '../relay-error.ts';
import type { OnionPath } from './onion-path.ts';

const NODES = 3;

/**
 * What an app gave as a path, which need not be what its type says. A node that came twice would know both who asks and
 * what is asked for, so three keys of each kind are needed.
 *
 * Throws {@link RelayError} (`path-failed`).
 */
export function readPath(given: unknown): OnionPath {
  const nodes = Array.isArray(given) ? Array.from(given, (node: unknown) => asRecord(node) ?? {}) : [];
  const keys = (name: 'ed25519' | 'x25519'): readonly string[] =>
    nodes.flatMap(({ [name]: key }) => (typeof key === 'string' ? [key.toLowerCase()] : []));
  const all = [keys('ed25519'), keys('x25519')];
  if (nodes.length !== NODES || all.some(({ length }) => length !== NODES)) {
    throw unusable('the path must be three nodes, each with its ed25519 and x25519 key');
  }
  if (all.some((each) => new Set(each).size !== NODES)) throw unusable('the path must be three different nodes');
  if (typeof nodes[0]?.['url'] !== 'string') throw unusable('the first node of the path must have a url');
  return given as OnionPath;
}

function unusable(message: string): RelayError {
  return new RelayError('path-failed', message);
}
