import { delimiter } from 'node:path';
import { inProject } from './project.mjs';

/**
 * How to call npm: [command, arguments, environment].
 * Inside `npm run` the project's own Node comes first on the path; npm must not run on the very file that `npm ci`
 * is about to replace, so the npm and the Node that started this script are used, or the path without that folder.
 */
export function npmCall(args, environment = process.env) {
  const { npm_execpath: cli = '', npm_node_execpath: node = '' } = environment;
  const own = inProject('node_modules/.bin');
  const path = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== own);
  const env = { ...environment, PATH: path.join(delimiter) };
  const isOurNode = node.startsWith(inProject('node_modules'));
  return cli.endsWith('npm-cli.js') && node !== '' && !isOurNode
    ? [node, [cli, ...args], env]
    : ['npm', args, env];
}
