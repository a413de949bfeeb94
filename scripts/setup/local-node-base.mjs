import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Archive } from './archive.mjs';
import { addBusyboxUserland } from './busybox-userland.mjs';
import { findProgram } from './debian.mjs';
import { importImage, labelsOf } from './engine-images.mjs';
import { librariesOf } from './host-libraries.mjs';
import { pinnedNode } from './pinned-node-path.mjs';
import { SetupError } from './setup-error.mjs';

const IMPORT_MS = 5 * 60_000;
const CONTENT_LABEL = 'content-sha256';
/** With which the service looks through and removes what sandboxes leave. They come before busybox's, which know less. */
const GNU_TOOLS = ['env', 'find', 'rm', 'mv', 'chmod'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Makes a base image for the Dockerfile where no registry is reachable, out of what this machine has: busybox, the
 * pinned Node with its libraries, npm, tini and the certificates that this machine trusts.
 * @param {import('dockerode')} docker
 * @param {string} tag
 */
export async function buildLocalNodeBase(docker, tag) {
  const archive = new Archive();
  await addBusyboxUserland(archive);
  // Folders are links to /bin in this userland, but not /usr/local.
  const tools = GNU_TOOLS.map((name) => [`usr/local/bin/${name}`, findTool(name)]);
  await addPrograms(archive, [
    ['usr/local/bin/node', realpathSync(pinnedNode())],
    ['bin/tini', findInit()],
    ...tools,
  ]);
  archive.tree('usr/local/lib/node_modules/npm', findNpm());
  archive.link('usr/local/bin/npm', '../lib/node_modules/npm/bin/npm-cli.js');
  const trust = existsSync(CERTIFICATES);
  if (trust) archive.file(CERTIFICATES, { from: CERTIFICATES });
  await importOnce(docker, tag, await buffer(archive.end()), [
    'ENV PATH=/usr/local/bin:/usr/bin:/bin',
    // Node has certificates of its own and does not read the system's unless it is told to.
    ...(trust ? [`ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES} SSL_CERT_FILE=${CERTIFICATES}`] : []),
    'CMD ["/bin/sh"]',
  ]);
}

/** An image of the same content stays: with a new one the builder would find nothing in its cache, `npm ci` included. */
async function importOnce(docker, tag, archive, changes) {
  const digest = createHash('sha256').update(archive).update(changes.join('\n')).digest('hex');
  if ((await labelsOf(docker, tag))?.[CONTENT_LABEL] === digest) return;
  await importImage(docker, Readable.from([archive]), {
    timeoutMs: IMPORT_MS,
    tag,
    changes: [...changes, `LABEL ${CONTENT_LABEL}=${digest}`],
  });
}

/** @param {[string, string][]} programs name in the image and path here; libraries that they share are added once */
async function addPrograms(archive, programs) {
  const libraries = new Set();
  for (const [name, from] of programs) {
    archive.file(name, { from, mode: 0o755 });
    for (const library of await librariesOf(from)) libraries.add(library);
  }
  for (const library of libraries) archive.file(library, { from: library, mode: 0o755 });
}

function findTool(name) {
  const found = findProgram(name);
  if (found === null) throw new SetupError(`no ${name} for the service's image is on this machine`);
  return realpathSync(found);
}

/** tini itself, or the engine's own copy of it. */
function findInit() {
  const found = ['tini-static', 'docker-init', 'tini']
    .map((name) => findProgram(name))
    .find((path) => path !== null);
  if (found === undefined)
    throw new SetupError('Neither tini nor docker-init is here; Debian has it in tini.');
  return realpathSync(found);
}

/** The folder of the npm that runs this, of the one on the path, or of the one that came with the present Node. */
function findNpm() {
  const { npm_execpath: running } = process.env;
  const onPath = findProgram('npm');
  const candidates = [
    ...[running, onPath]
      .filter((path) => path && existsSync(path))
      .map((path) => join(dirname(realpathSync(path)), '..')),
    join(dirname(process.execPath), '../lib/node_modules/npm'),
  ];
  const found = candidates.find(isNpm);
  if (found === undefined)
    throw new SetupError('npm is not found; it is needed in the image that builds the service.');
  return found;
}

function isNpm(folder) {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'npm';
}
