export const say = (text) => process.stdout.write(`${text}\n`);

/** Runs a step that may take long: one line when it starts, one with the seconds when it has ended. */
export async function step(title, action) {
  say(`${title} ...`);
  const startMs = performance.now();
  const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
  try {
    const result = await action();
    say(`${title}: done in ${seconds()} s`);
    return result;
  } catch (error) {
    say(`${title}: failed after ${seconds()} s`);
    throw error;
  }
}
