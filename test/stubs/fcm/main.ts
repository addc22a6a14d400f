/**
 * `node test/stubs/fcm/main.ts [--host 127.0.0.1] [--port 0] [--control-port 0] [--dir …] [--project …]
 * [--names localhost,127.0.0.1]`
 *
 * Prints one line of JSON when it serves; `environment` in it is what a dispatcher needs.
 */
import { flags, serve, wholeNumber } from '../wire/process.ts';
import { startFcmStub } from './fcm-stub.ts';

const given = flags(['host', 'port', 'control-port', 'dir', 'project', 'names']);
const { host, dir, project, names } = given;
await serve(
  () =>
    startFcmStub({
      ...(host === undefined ? {} : { host }),
      ...(dir === undefined ? {} : { dir }),
      ...(project === undefined ? {} : { projectId: project }),
      ...(names === undefined ? {} : { names: names.split(',') }),
      port: wholeNumber(given.port, 0),
      controlPort: wholeNumber(given['control-port'], 0),
    }),
  ({ url, tokenUrl, controlUrl, environment }) => ({ stub: 'fcm', url, tokenUrl, controlUrl, environment }),
);
