import { withDeadline } from './deadline.mjs';
import { say } from './progress.mjs';

const REMOVE_MS = 120_000;
/** What tests make carries this label, or, where the service under test made it, an `instance` of theirs. */
const TEST_LABEL = 'sandbox-master-test';
const TEST_INSTANCE = /^test-/;

/** Removes the containers and networks that tests left behind, because they failed or were interrupted. */
export const removeTestLeftovers = (docker) =>
  withDeadline(
    'removing what tests left behind',
    REMOVE_MS,
    async (abortSignal) => {
      const containers = await docker.listContainers({ all: true, abortSignal });
      for (const { Id } of containers.filter(isOfTests)) {
        await goneIsFine(docker.getContainer(Id).remove({ force: true, v: true, abortSignal }));
      }
      const networks = await docker.listNetworks({ abortSignal });
      for (const { Id, Name } of networks.filter(isOfTests)) {
        await removeNetwork(docker.getNetwork(Id), Name, abortSignal);
      }
    },
    { evenWhenInterrupted: true },
  );

const isOfTests = ({ Labels: labels }) => TEST_LABEL in labels || TEST_INSTANCE.test(labels.instance ?? '');

/**
 * 403: a container that was killed in the middle of its removal has left an endpoint of which only the engine itself can
 * let go, at its next start; it says nothing about the tests.
 */
async function removeNetwork(network, name, abortSignal) {
  try {
    await goneIsFine(network.remove({ abortSignal }));
  } catch (error) {
    if (error.statusCode !== 403) throw error;
    say(`The network ${name} stays, since the engine takes it to be in use.`);
  }
}

/** 404: somebody else removed it; 409: it is being removed. */
async function goneIsFine(removal) {
  try {
    await removal;
  } catch (error) {
    if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
  }
}
