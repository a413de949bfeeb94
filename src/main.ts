// Until the application takes the signals over there is nothing to be finished. This comes before all that takes time to
// load, which is why nothing is imported above it.
const leave = (): never => process.exit(0);
process.once('SIGTERM', leave).once('SIGINT', leave);

try {
  const { bootstrap } = await import('./bootstrap.js');
  await bootstrap(process.env);
  process.off('SIGTERM', leave).off('SIGINT', leave);
} catch (error) {
  const isExplained =
    error instanceof Error && ['ConfigurationError', 'StartError'].includes(error.constructor.name);
  process.stderr.write(
    `${error instanceof Error ? (isExplained ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(1);
}

export {};
