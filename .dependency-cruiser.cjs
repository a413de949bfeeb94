/** The arrows of docs/architecture.md. Each rule says why it is there. */
const NODE_MODULES = '^node_modules';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea in two places, or two ideas tangled.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kernel-and-domain-are-pure',
      comment: 'What the product is about must not change when a library does.',
      severity: 'error',
      from: { path: '^src/(kernel|[^/]+/domain)/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^src/(kernel|[^/]+/domain)/' },
    },
    {
      name: 'ports-speak-domain',
      comment: 'A port in the words of an adapter has only one possible adapter.',
      severity: 'error',
      from: { path: '^src/([^/]+)/ports/' },
      to: { pathNot: '^src/(kernel|$1/(domain|ports))/' },
    },
    {
      name: 'use-cases-know-no-adapter',
      comment: 'Use cases act through ports; of packages they need Nest for Injectable and Inject alone.',
      severity: 'error',
      from: { path: '^src/([^/]+)/use-cases/', pathNot: '\\.spec\\.ts$' },
      to: {
        pathNot: [
          '^src/kernel/',
          '^src/config/',
          '^src/observability/ports/',
          '^src/$1/(domain|ports|use-cases)/',
          `${NODE_MODULES}/@nestjs/common`,
          '^node:timers/promises$',
          '^timers/promises$',
        ],
      },
    },
    {
      name: 'dockerode-in-its-adapter',
      comment: "The engine's client is one adapter's business.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sandbox/adapters/docker/' },
      to: { path: `${NODE_MODULES}/(@types/)?dockerode` },
    },
    {
      name: 'database-in-its-adapters',
      comment: 'Tables are a concern of those who keep them; drivers, of the connection alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(persistence/|[^/]+/adapters/database/)' },
      to: { path: `${NODE_MODULES}/(kysely|better-sqlite3|pg|@types/(pg|better-sqlite3))/` },
    },
    {
      name: 'drivers-in-persistence',
      comment: 'Queries are written for both kinds of database.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/persistence/' },
      to: { path: `${NODE_MODULES}/(better-sqlite3|pg|@types/(pg|better-sqlite3))/` },
    },
    {
      name: 'features-meet-in-adapters',
      comment:
        'A feature reaches another one through its use cases, from an adapter with its name: the only two arrows ' +
        'between features.',
      severity: 'error',
      from: {
        path: '^src/(sandbox|storage)/',
        pathNot: '^src/(sandbox/adapters/storage|storage/adapters/sandbox)/',
      },
      to: { path: '^src/(sandbox|storage)/', pathNot: '^src/$1/' },
    },
    {
      name: 'features-show-use-cases',
      comment:
        'What such an adapter may see of the other feature: its use cases, and the errors that they throw.',
      severity: 'error',
      from: { path: '^src/(sandbox/adapters/storage|storage/adapters/sandbox)/' },
      to: {
        path: '^src/(sandbox|storage)/',
        pathNot: '^src/[^/]+/(use-cases|domain|ports)/',
      },
    },
    {
      name: 'environment-in-config',
      comment: 'One reader of files and environment: what can be configured is what config/app.yaml says.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/config/' },
      to: { path: `${NODE_MODULES}/yaml` },
    },
    {
      name: 'foundations-know-no-feature',
      comment: 'Arrows go from features to what they stand on, never back.',
      severity: 'error',
      from: { path: '^src/(kernel|config|http|health|observability|persistence|system)/' },
      to: { path: '^src/(sandbox|storage)/' },
    },
    {
      name: 'source-knows-no-test',
      comment: 'What is shipped must not need what is not.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere fails at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: NODE_MODULES },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
