/**
 * `node test/stubs/apns/main.ts [--host 127.0.0.1] [--port 0] [--control-port 0] [--dir …] [--topic …]
 * [--names localhost,127.0.0.1] [--max-streams 1000]`
 *
 * Prints one line of JSON when it serves; `environment` in it is what a dispatcher needs.
 */
import { flags, serve, wholeNumber } from '../wire/process.ts';
import { startApnsStub } from './apns-stub.ts';

const given = flags(['host', 'port', 'control-port', 'dir', 'topic', 'names', 'max-streams']);
const { host, dir, topic, names } = given;
await serve(
  () =>
    startApnsStub({
      ...(host === undefined ? {} : { host }),
      ...(dir === undefined ? {} : { dir }),
      ...(topic === undefined ? {} : { topic }),
      ...(names === undefined ? {} : { names: names.split(',') }),
      port: wholeNumber(given.port, 0),
      controlPort: wholeNumber(given['control-port'], 0),
      maxConcurrentStreams: wholeNumber(given['max-streams'], 1_000),
    }),
  ({ url, controlUrl, environment, certificateEnvironment }) => ({
    stub: 'apns',
    url,
    controlUrl,
    environment,
    certificateEnvironment,
  }),
);
