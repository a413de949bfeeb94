import jest from './jest.config.js';

const [unit] = jest.projects;

const core = [
  'src/sandbox/domain/conflict',
  'src/sandbox/domain/container',
  'src/sandbox/domain/container-name',
  'src/sandbox/domain/reconciliation-plan',
  'src/sandbox/domain/sandbox',
  'src/sandbox/domain/volume-policy',
  'src/sandbox/adapters/docker/container-spec',
  'src/sandbox/adapters/docker/labels',
  'src/storage/domain/attachment-name',
  'src/storage/domain/quota',
  'src/system/steady-clock',
];

/** `npm run mutation`: changes the pure core in every small way, and asks whether the specs beside it notice. */
export default {
  mutate: core.map((file) => `${file}.ts`),
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    projectType: 'custom',
    config: {
      ...unit,
      displayName: undefined,
      // Stryker would else take all suites of jest.config.js beside this one.
      projects: [],
      // Not all unit specs that reach the core: each mutant loads every one of them anew.
      // Nor the property specs: fixed examples have to notice, so that the score is the same each time.
      testMatch: core.map((file) => `<rootDir>/${file}.spec.ts`),
      roots: ['<rootDir>/src', '<rootDir>/test/builders'],
      // In Stryker's copy of the project, so that it goes with it.
      cacheDirectory: '<rootDir>/jest-cache',
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'var/mutation',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
  ignorePatterns: ['var', 'dist', 'docs', 'bench', '.git'],
};
