// `npm run demo`: a sandbox is created, its agent called, and the sandbox deleted.
import { runUnderPinnedNode } from './setup/pinned-node.mjs';

await runUnderPinnedNode('demo');
