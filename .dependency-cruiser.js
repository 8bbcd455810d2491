// The walls of the house (ARCHITECTURE.md): imports point down only, and third-party names stay in one place.

/** What every feature stands on. */
const ground = ['config', 'app/kernel', 'app/database', 'app/inventory'];
const services = [...ground, 'app/audit', 'app/mail', 'app/edge', 'app/identity'];
const calls = [...services, 'app/rooms', 'app/meetings'];

/** Who may import whom, from the ground up. A folder sees itself, and what stands in its list. */
const rooms = {
  config: [],
  'app/kernel': [],
  analytics: ['config'],
  turn: ['config'],
  media: ['config'],
  'app/database': ['app/kernel'],
  'app/inventory': ['app/kernel', 'app/database'],
  'app/edge': ['config', 'app/kernel'],
  'app/audit': ['app/kernel', 'app/database', 'app/inventory'],
  'app/mail': ground,
  'app/identity': [...ground, 'app/audit', 'app/mail', 'app/edge'],
  'app/rooms': services,
  'app/meetings': [
    ...services.filter((each) => each !== 'app/mail'),
    'app/rooms',
    'media/contract.ts',
    'turn/credentials.ts',
  ],
  'app/connection': ['config', 'app/kernel', 'app/edge', 'app/meetings', 'turn/credentials.ts'],
  'app/privacy': calls,
  // What patients read and accept stands in the ledger of consents.
  'app/clinic': [...calls, 'app/privacy/consent', 'app/privacy/public-form-limit.ts'],
  // What a meeting says of itself when it is over.
  'app/statistics': [...ground, 'app/edge', 'app/meetings/tally.ts'],
  'app/attestations': [
    'app/kernel',
    'app/database',
    'app/inventory',
    // What a meeting says of itself when it is over.
    'app/meetings/tally.ts',
  ],
  'app/audience': ['config', 'app/kernel', 'app/inventory', 'app/edge'],
  'app/console': [
    ...calls,
    'app/connection',
    'app/privacy',
    'app/statistics',
    'app/attestations',
    'app/audience',
    'app/clinic',
  ],
  'app/client': [
    'app/meetings/messages.ts',
    'app/meetings/rules.ts',
    // What the pages of waiting rooms are told, and the words for it, which the server writes first.
    'app/clinic/hold-view.ts',
    'app/clinic/hold-words.ts',
    'app/clinic/expected-words.ts',
    'app/clinic/staff-view.ts',
    'app/clinic/visit-words.ts',
    'app/locales',
  ],
};

const literal = (path) => path.replaceAll('.', '\\.');
const wall = ([room, doors]) => ({
  name: `walls of ${room}`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: {
    path: '^(analytics|app|config|media|turn|scripts|tests)/',
    pathNot: [room, ...doors].map((door) => `^${literal(door)}${door.endsWith('.ts') ? '$' : '/'}`),
  },
});

/** Packages with one home each. */
const homes = {
  mediasoup: 'media|tests',
  'mediasoup-client': 'app/client|tests',
  '@peculiar': 'app/edge/tls|tests',
  'acme-client': 'app/edge/tls',
  plist: 'app/edge|tests',
  esbuild: 'app/edge|tests',
  undici: 'app/meetings|tests',
  knex: 'app/database|tests',
  sqlite3: 'app/database|tests',
  'matomo-tracker': 'app/audience',
  pdfkit: 'app/attestations',
  '@fastify/reply-from': 'app/audience',
  nodemailer: 'app/mail|tests',
  'ical-generator': 'app/clinic|app/rooms',
  tar: 'scripts|tests',
  fflate: 'app/privacy|tests',
  'csv-parse': 'app/console|app/identity|tests',
  'csv-stringify': 'app/console|app/privacy|tests',
  'smtp-server': 'tests',
  mailparser: 'tests',
  'ical.js': 'tests',
  tap: 'tests',
  'fast-check': 'tests',
  'axe-core': 'tests',
  'playwright-core': 'tests',
};
const home = ([name, folders]) => ({
  name: `home of ${name}`,
  severity: 'error',
  from: { path: '^(analytics|app|config|media|turn|scripts|tests)/', pathNot: `^(${folders})/` },
  to: { path: `(^|/)node_modules/${name}/` },
});

export default {
  forbidden: [
    ...Object.entries(rooms).map(wall),
    ...Object.entries(homes).map(home),
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no leftovers',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.test\\.ts$', '\\.json$', '\\.d\\.ts$', 'main\\.ts$', '^scripts/', '^app/client/'],
      },
      to: {},
    },
    {
      name: 'only what package.json names',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined', 'npm-optional'] },
    },
    { name: 'everything found', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
