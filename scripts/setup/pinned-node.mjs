import { realpathSync } from 'node:fs';
import { COMMANDS } from './commands.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { runEntryPoint } from './entry-point.mjs';
import { startInForeground } from './foreground.mjs';
import { pinnedNode } from './pinned-node-path.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * Installs the dependencies, and with them the project's own Node, then runs the command under it.
 * Up to here any Node from 18 on will do, and only Node's own modules are there.
 */
export async function runUnderPinnedNode(name) {
  await runEntryPoint(async () => {
    await ensureDependencies();
    const node = pinnedNode();
    if (node === null) {
      throw new SetupError(`Node 24 or newer is needed on ${process.platform} ${process.arch}.`);
    }
    if (realpathSync(node) !== realpathSync(process.execPath)) {
      // Once more from the start, which is quick now.
      return startInForeground(node, process.argv.slice(1)).exitCode;
    }
    const { main } = await COMMANDS[name]();
    return main();
  });
}
