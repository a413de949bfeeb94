import { createHash } from 'node:crypto';
import type { NetworkInspectInfo } from 'dockerode';

/** How the name of every isolated network's bridge begins; `config/network-isolation/host-rules.sh` matches it. */
const ISOLATED_BRIDGE_PREFIX = 'sbx-';

const ICC = 'com.docker.network.bridge.enable_icc';
const BRIDGE_NAME = 'com.docker.network.bridge.name';

/** Letters of an interface's name that the kernel leaves us (IFNAMSIZ is 16, with the final zero). */
const DIGEST_LETTERS = 15 - ISOLATED_BRIDGE_PREFIX.length;

/** The same for all replicas: the kernel allows no two bridges of one name, so no two networks either. */
export const isolatedBridgeOf = (networkName: string): string =>
  ISOLATED_BRIDGE_PREFIX + createHash('sha256').update(networkName).digest('hex').slice(0, DIGEST_LETTERS);

/**
 * What makes a network isolated: the engine drops what goes from one port of the bridge to another, and the bridge has
 * a name that rules of the host can match. The engine has no option that keeps containers from the host and lets the
 * host reach them: `internal` leaves the bridge's own address reachable, and `gateway_mode_ipv4=isolated` (engine 28)
 * takes the host's address away, and with it the host's way to the endpoints.
 * https://docs.docker.com/engine/network/drivers/bridge/#options
 */
export const isolationOptions = (networkName: string): Readonly<Record<string, string>> => ({
  [ICC]: 'false',
  [BRIDGE_NAME]: isolatedBridgeOf(networkName),
});

/** What the network lacks for `sandbox.network_isolation`, in the operator's words; nothing when it is isolated. */
export function missingIsolation({ Driver, EnableIPv6, Options }: NetworkInspectInfo): string[] {
  const options = Options ?? {};
  const checks: readonly (readonly [isMet: boolean, need: string])[] = [
    [Driver === 'bridge', 'the driver bridge'],
    [options[ICC] === 'false', `the option ${ICC}=false`],
    [
      options[BRIDGE_NAME]?.startsWith(ISOLATED_BRIDGE_PREFIX) === true,
      `an option ${BRIDGE_NAME} that begins with ${ISOLATED_BRIDGE_PREFIX}`,
    ],
    // Engines before 27 filter IPv6 only where ip6tables was switched on, which they do not tell.
    [!EnableIPv6, 'IPv6 to be off'],
  ];
  return checks.filter(([isMet]) => !isMet).map(([, need]) => need);
}
