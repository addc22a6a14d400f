#!/usr/bin/env node
// Runs the built program; in a checkout that was never built it says how to.
try {
  await import('../dist/main.js');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('relay-client: not built yet; run: npm run build\n');
  process.exitCode = 70;
}
