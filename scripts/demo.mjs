// `npm run demo`: a file is put into a chat, an agent in a sandbox answers it, and the answer is downloaded.
import { runUnderPinnedNode } from './setup/pinned-node.mjs';

await runUnderPinnedNode('demo');
