import { catchSignals, exitCodeOfSignal, interruption } from './interruption.mjs';
import { SetupError } from './setup-error.mjs';

/** Runs a whole command and sets the exit code; `main` gives it as a number. */
export async function runEntryPoint(main) {
  catchSignals();
  try {
    process.exitCode = await main();
  } catch (error) {
    if (interruption.aborted) {
      process.exitCode = exitCodeOfSignal(interruption.reason);
      return;
    }
    process.stderr.write(
      `${error instanceof SetupError ? error.message : (error?.stack ?? String(error))}\n`,
    );
    process.exitCode = 1;
  }
}
