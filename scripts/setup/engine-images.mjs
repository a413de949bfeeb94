import { withDeadline } from './deadline.mjs';
import { SetupError } from './setup-error.mjs';

const CALL_MS = 30_000;
const KEPT_LINES = 30;

export const imageExists = async (docker, tag) => (await labelsOf(docker, tag)) !== null;

/** @returns {Promise<Record<string, string> | null>} null when there is no such image */
export const labelsOf = (docker, tag) =>
  withDeadline(`looking for the image ${tag}`, CALL_MS, async (abortSignal) => {
    try {
      const { Config: config } = await docker.getImage(tag).inspect({ abortSignal });
      return config?.Labels ?? {};
    } catch (error) {
      if (error.statusCode === 404) return null;
      throw error;
    }
  });

export const pullImage = (docker, tag, timeoutMs) =>
  withDeadline(`pulling ${tag}`, timeoutMs, async (abortSignal) => {
    await follow(await docker.pull(tag, { abortSignal }));
  });

/**
 * Makes an image of a tar stream with a whole file system.
 * @param options.changes instructions as of a Dockerfile, like `ENV A=b`
 * @returns the image's id
 */
export const importImage = (docker, archive, { timeoutMs, tag, changes = [] }) =>
  withDeadline('importing an image', timeoutMs, async (abortSignal) => {
    const [repo, version] = tag === undefined ? [] : splitTag(tag);
    const options = { ...(repo === undefined ? {} : { repo, tag: version }), changes, abortSignal };
    const events = await follow(await docker.importImage(archive, options));
    const id = events.map(({ status }) => status).findLast((status) => status?.startsWith('sha256:'));
    if (id === undefined) throw new SetupError('The engine imported an image and did not tell its id.');
    return id;
  });

/**
 * Builds an image with the classic builder, which every engine has.
 * @param context tar stream
 * @param options what the Engine API takes: `buildargs`, `networkmode`, ...
 */
export const buildImage = (docker, context, tag, { timeoutMs, ...options }) =>
  withDeadline(`building ${tag}`, timeoutMs, async (abortSignal) => {
    // forcerm: the intermediate containers go also when the build fails.
    await follow(
      await docker.buildImage(context, { t: tag, rm: true, forcerm: true, ...options, abortSignal }),
    );
  });

const splitTag = (tag) => {
  const colon = tag.lastIndexOf(':');
  return colon > tag.lastIndexOf('/') ? [tag.slice(0, colon), tag.slice(colon + 1)] : [tag, 'latest'];
};

/** Reads an answer of the Engine API that reports progress, one JSON object a line, to its end. */
async function follow(answer) {
  const events = [];
  let rest = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    events.push(...lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line)));
  }
  if (rest.trim() !== '') events.push(JSON.parse(rest));
  const failure = events.find(({ error }) => error !== undefined);
  if (failure === undefined) return events;
  const output = events.map(({ stream }) => stream ?? '').join('');
  throw new SetupError(`${output.split('\n').slice(-KEPT_LINES).join('\n')}\n${failure.error}`.trim());
}
