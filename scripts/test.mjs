// `npm test`: from a fresh clone through every suite. `npm test -- e2e` runs one of them.
import { runUnderPinnedNode } from './setup/pinned-node.mjs';

await runUnderPinnedNode('test');
