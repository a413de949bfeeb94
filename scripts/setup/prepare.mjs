import { ensureBuild } from './build.mjs';
import { loadServiceConfiguration } from './configuration.mjs';
import { ensureDemoImage } from './demo-image.mjs';
import { ensureDemoVolume } from './demo-volume.mjs';
import { ensureEngine } from './docker-engine.mjs';

/** The steps between installed dependencies and a service that can be started. */
export async function prepare() {
  await ensureBuild();
  const configuration = await loadServiceConfiguration();
  const { docker, daemon } = await ensureEngine(configuration.docker);
  await ensureDemoImage(docker, configuration.sandbox.image);
  ensureDemoVolume();
  return { configuration, docker, daemon };
}
