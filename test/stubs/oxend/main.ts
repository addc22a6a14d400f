/** `node test/stubs/oxend/main.ts [--host 127.0.0.1] [--port 0]` */
import { flags, serve, wholeNumber } from '../wire/process.ts';
import { startOxend } from './oxend.ts';

const { host = '127.0.0.1', port } = flags(['host', 'port']);
await serve(
  () => startOxend({ host, port: wholeNumber(port, 0) }),
  (oxend) => ({ rpcUrl: oxend.rpcUrl, controlUrl: oxend.controlUrl }),
);
