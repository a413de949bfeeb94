/** What runs under the project's own Node, loaded only there: `main` gives the exit code. */
export const COMMANDS = {
  start: () => import('../commands/start.mjs'),
  test: () => import('../commands/test.mjs'),
  demo: () => import('../commands/demo.mjs'),
};
