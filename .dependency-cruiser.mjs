/**
 * Which room may import which. Apps compose adapters, adapters drive domain rooms, domain rooms know only the protocol.
 * tsc does not notice an undeclared import between libs; this does.
 */
const house = (names) => `^libs/(${names.join('|')})/`;
const domain = ['registry', 'watch', 'wakeups', 'sealing', 'dispatch'];
const room = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^(libs|apps|test|tools)/', pathNot: [from, ...(allowed.length > 0 ? [house(allowed)] : [])] },
});
const lib = (name, allowed = []) => room(`${name}-imports`, `^libs/${name}/src/`, allowed);

const driver = (name, packages, owners) => ({
  name: `driver-${name}`,
  severity: 'error',
  comment: `${name} has one owner; everybody else goes through its port.`,
  from: { path: '^(libs|apps)/[^/]+/src', pathNot: owners.map((owner) => `^${owner}/`) },
  to: { path: packages.map((pkg) => `^node_modules/${pkg}/`) },
});

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: { path: '^(libs|apps|tools|test)/' }, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'through-the-index',
      severity: 'error',
      comment: 'A room is entered by its index only.',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: { path: '^(libs|apps)/[^/]+/src/', pathNot: ['^$1/$2/', '^(libs|apps)/[^/]+/src/index.ts$'] },
    },
    lib('protocol'),
    lib('ledger'),
    lib('ops'),
    lib('sealing', ['protocol']),
    lib('registry', ['protocol']),
    lib('watch', ['protocol']),
    lib('wakeups', ['protocol']),
    lib('dispatch', ['protocol', 'registry', 'wakeups']),
    lib('redis', ['ledger', 'ops']),
    lib('registry-redis', ['protocol', 'registry', 'sealing', 'redis', 'ledger', 'ops']),
    lib('wakeups-bullmq', ['protocol', 'wakeups', 'redis', 'ledger', 'ops']),
    lib('link-oxenmq', ['protocol', 'watch', 'ledger', 'ops']),
    lib('directory-oxend', ['protocol', 'watch', 'ledger', 'ops']),
    lib('push-apns', ['protocol', 'dispatch', 'ledger', 'ops']),
    lib('push-fcm', ['protocol', 'dispatch', 'ledger', 'ops']),
    lib('nest-kit', ['ledger', 'ops']),
    lib('client'),
    {
      name: 'client-runs-anywhere',
      severity: 'error',
      comment: 'Browsers and React Native have none of Node; noble is all it needs.',
      from: { path: '^libs/client/src/' },
      to: { pathNot: ['^libs/client/src/', '^node_modules/@noble/'] },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-never-import-tests-or-tools',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/' },
      to: { path: '^(test|tools)/' },
    },
    {
      name: 'stubs-share-no-encoder',
      severity: 'error',
      comment: 'A stub that used our encoders would repeat our mistakes; types only.',
      from: { path: '^test/stubs/' },
      to: { path: '^(libs|apps)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'No sockets, files, timers or frameworks in domain rooms.',
      from: { path: house([...domain, 'protocol']).replace('/$', '/src') + 'src/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer|assert)$' },
    },
    driver('ioredis', ['ioredis'], ['libs/redis', 'libs/registry-redis']),
    driver('bullmq', ['bullmq'], ['libs/wakeups-bullmq', 'apps/dispatcher', 'apps/swarm-watcher']),
    driver('zeromq', ['zeromq'], ['libs/link-oxenmq']),
    driver('node-apn', ['@parse/node-apn'], ['libs/push-apns']),
    driver('firebase-admin', ['firebase-admin'], ['libs/push-fcm']),
    driver('pino', ['pino'], ['libs/ledger']),
    driver('nest', ['@nestjs/[^/]+'], ['libs/nest-kit', 'apps/relay', 'apps/swarm-watcher', 'apps/dispatcher']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.tools)/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@push/source', 'import', 'node', 'default'],
    },
  },
};
