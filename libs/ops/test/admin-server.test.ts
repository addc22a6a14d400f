import { expect, test } from '@jest/globals';
import { listeningServer } from '../../../test/world/listening-server.ts';
import { createMetrics, Readiness, startAdminServer } from '../src/index.ts';

test('readiness follows its dependencies, health does not, metrics count', async () => {
  const readiness = new Readiness(['redis', 'directory']);
  const metrics = createMetrics();
  await using admin = await startAdminServer({ host: '127.0.0.1', port: 0, readiness, metrics });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${admin.port}${path}`);

  expect((await get('/healthz')).status).toBe(200);
  const waiting = await get('/readyz');
  expect(waiting.status).toBe(503);
  expect(await waiting.json()).toEqual({ ready: false, missing: ['redis', 'directory'] });

  readiness.set('redis', true);
  readiness.set('directory', true);
  expect((await get('/readyz')).status).toBe(200);
  readiness.set('redis', false);
  expect(await (await get('/readyz')).json()).toEqual({ ready: false, missing: ['redis'] });

  metrics.count('push_faults_total', {}, 2);
  expect(await (await get('/metrics')).text()).toMatch(/^push_faults_total 2$/m);
  expect(await metrics.read('push_faults_total', {})).toBe(2);
  expect((await get('/nothing')).status).toBe(404);
});

test('a connection that cannot be accepted is counted, and the next one is served', async () => {
  const metrics = createMetrics();
  await using admin = await startAdminServer({ host: '127.0.0.1', port: 0, readiness: new Readiness([]), metrics });
  listeningServer(admin.port).emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
  expect(await metrics.read('push_faults_total', {})).toBe(1);
  expect((await fetch(`http://127.0.0.1:${admin.port}/healthz`)).status).toBe(200);
});
