import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** An absolute path of something in the checkout. */
export const inProject = (...parts) => resolve(PROJECT_ROOT, ...parts);

/** A module of the built service; only there once the build step has run. */
export const importBuilt = (path) => import(pathToFileURL(inProject('dist', path)).href);
