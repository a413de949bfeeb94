import { readFileSync } from 'node:fs';
import { Archive } from './archive.mjs';
import { buildImage } from './engine-images.mjs';
import { inProject } from './project.mjs';

const BUILD_MS = 15 * 60_000;

/**
 * Builds the service's own image, as `docker build` does.
 * @param {import('dockerode')} docker
 * @param options.baseImage for the build argument BASE_IMAGE; without it, the Dockerfile's own
 * @param options.network what the build's steps use to reach the npm registry: `default`, the engine's bridge, which
 *   does where the host's DNS server can be reached from it, or `host` where it cannot
 * @param {{ baseImage?: string, tag: string, network?: string }} options
 */
export async function buildServiceImage(docker, { baseImage, tag, network = 'default' }) {
  const context = new Archive();
  for (const name of ['Dockerfile', ...contextOf(readFileSync(inProject('.dockerignore'), 'utf8'))]) {
    context.tree(name, inProject(name));
  }
  await buildImage(docker, context.end(), tag, {
    timeoutMs: BUILD_MS,
    networkmode: network,
    ...(baseImage === undefined ? {} : { buildargs: { BASE_IMAGE: baseImage } }),
  });
}

/** Our .dockerignore shuts everything out and lets some names in. */
const contextOf = (dockerIgnore) => [...dockerIgnore.matchAll(/^!(.+)$/gm)].map(([, name]) => name);
