// `npm start`: from a fresh clone to a running service.
import { runUnderPinnedNode } from './setup/pinned-node.mjs';

await runUnderPinnedNode('start');
