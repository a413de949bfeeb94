import { Archive } from './archive.mjs';
import { addBusyboxUserland } from './busybox-userland.mjs';
import { buildImage, imageExists, importImage, pullImage } from './engine-images.mjs';
import { exclusively } from './exclusively.mjs';
import { interruption } from './interruption.mjs';
import { say, step } from './progress.mjs';
import { inProject } from './project.mjs';

const DEMO_IMAGE = 'ai-agent:latest';
/** The default of examples/agent/Dockerfile. */
const PUBLIC_BASE = 'busybox:1.37.0';
const PULL_MS = 30_000;
const IMPORT_MS = 60_000;
const BUILD_MS = 120_000;

/** Builds the demo agent where the default image is wanted and missing. Any other image is its owner's business. */
export async function ensureDemoImage(docker, image) {
  if (await imageExists(docker, image)) return;
  if (image !== DEMO_IMAGE) {
    say(
      `The engine has no image ${image} (sandbox.image), and the service never pulls one: sandboxes cannot start ` +
        `until it is there, e.g. by docker pull ${image}`,
    );
    return;
  }
  await exclusively('demo-image', PULL_MS + IMPORT_MS + BUILD_MS, async () => {
    // Another run may have built it meanwhile.
    if (!(await imageExists(docker, image))) await buildDemoImage(docker, image, await findBase(docker));
  });
}

/** @param base an image with busybox in it */
async function buildDemoImage(docker, tag, base) {
  const context = new Archive();
  for (const name of ['Dockerfile', 'agent']) context.tree(name, inProject('examples/agent', name));
  await step(`Building the demo agent (${tag})`, () =>
    buildImage(docker, context.end(), tag, {
      timeoutMs: BUILD_MS,
      buildargs: { BASE_IMAGE: base },
      // It needs no network, so it depends on none.
      networkmode: 'none',
    }),
  );
}

async function findBase(docker) {
  if (await imageExists(docker, PUBLIC_BASE)) return PUBLIC_BASE;
  try {
    await step(`Pulling ${PUBLIC_BASE}`, () => pullImage(docker, PUBLIC_BASE, PULL_MS));
    return PUBLIC_BASE;
  } catch (error) {
    interruption.throwIfAborted();
    say(`No registry can be used (${error.message}); a local busybox will do.`);
    return importBusyboxBase(docker);
  }
}

/** @returns the id of an image made of this machine's static busybox */
async function importBusyboxBase(docker) {
  const archive = new Archive();
  await addBusyboxUserland(archive);
  return importImage(docker, archive.end(), { timeoutMs: IMPORT_MS });
}
