import { chmodSync, mkdirSync } from 'node:fs';

export const DEMO_VOLUME = '/tmp/master-volume';

/** Makes the directory of the printed example, writable for any sandbox; one that is there stays as it is. */
export function ensureDemoVolume() {
  try {
    mkdirSync(DEMO_VOLUME);
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw error;
  }
  // mkdir's own mode is subject to the umask.
  chmodSync(DEMO_VOLUME, 0o777);
}
