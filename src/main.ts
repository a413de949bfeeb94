import { endEarlyNoMore } from './early-end.js';

try {
  const { bootstrap } = await import('./bootstrap.js');
  await bootstrap(process.env);
  endEarlyNoMore();
} catch (error) {
  const isExplained =
    error instanceof Error && ['ConfigurationError', 'StartError'].includes(error.constructor.name);
  process.stderr.write(
    `${error instanceof Error ? (isExplained ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(1);
}
