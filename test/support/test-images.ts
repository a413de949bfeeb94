import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { engine } from './engine.js';

const BUSYBOX = '/bin/busybox';

/** What the container of each test image does. */
const SCRIPTS = {
  /** Answers `/health` and `/` on port 8000. */
  agent: 'exec /bin/busybox httpd -f -p 8000 -h /www',
  /** Ends at once, with a code of its own. */
  exits: 'echo last words; exit 3',
  /** Tells what it was given, so that a cut at 4,096 characters goes through it, then once more; and ends. */
  tells: 'printf "%s %04039d\\n" "$MODEL_KEY" 0; echo "given $MODEL_KEY"; exit 3',
  /** Runs and never listens. */
  silent: 'exec /bin/busybox sleep 3600',
  /** Runs, and does not care for SIGTERM. */
  stubborn: 'trap "" TERM; while true; do /bin/busybox sleep 1; done',
} as const;

export type TestImage = keyof typeof SCRIPTS;

/** Makes the image from the local static busybox when it is missing, so that no registry is needed. @returns its tag */
export async function ensureTestImage(kind: TestImage): Promise<string> {
  const version = createHash('sha256').update(SCRIPTS[kind]).digest('hex').slice(0, 12);
  const tag = `sandbox-master-test-${kind}:${version}`;
  if ((await engine.listImages({ filters: { reference: [tag] } })).length > 0) return tag;
  const archive = pack();
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX));
  archive.entry({ name: 'bin/sh', type: 'symlink', linkname: 'busybox' });
  archive.entry({ name: 'main', mode: 0o755 }, `#!/bin/sh\n${SCRIPTS[kind]}\n`);
  archive.entry({ name: 'www/health', mode: 0o644 }, 'ok\n');
  archive.entry({ name: 'www/index.html', mode: 0o644 }, 'agent\n');
  for (const directory of ['tmp', 'proc', 'sys', 'dev', 'etc'])
    archive.entry({ name: directory, type: 'directory' });
  archive.finalize();
  const options = { repo: `sandbox-master-test-${kind}`, tag: version, changes: 'CMD ["/main"]' };
  const progress = await engine.importImage(Readable.from(archive), options);
  await text(progress);
  return tag;
}
