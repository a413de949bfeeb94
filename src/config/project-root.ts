import { resolve } from 'node:path';

/** The checkout's (or the image's) top directory; relative host paths of the configuration start here. */
export const PROJECT_ROOT = resolve(import.meta.dirname, '../..');
