import jest from './jest.config.js';

const [unit] = jest.projects;

/** `npm run mutation`: changes the pure core in every small way, and asks whether a unit test notices. */
export default {
  mutate: [
    'src/sandbox/domain/{conflict,container,container-name,reconciliation-plan,sandbox,volume-policy}.ts',
    'src/sandbox/adapters/docker/{container-spec,labels}.ts',
    'src/storage/domain/{attachment-name,quota}.ts',
    'src/system/steady-clock.ts',
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { projectType: 'custom', config: { ...unit, displayName: undefined } },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 20_000,
  tempDirName: 'var/mutation',
  reporters: ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 90, low: 80, break: 80 },
  ignorePatterns: ['var', 'dist', 'docs', 'bench', '.git'],
};
