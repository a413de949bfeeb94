import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { engine } from './engine.js';
import { eventually } from './eventually.js';

/** Ports of a Linux bridge (BR_MAX_PORTS, without the 0 that none has). */
const BRIDGE_PORTS = 1023;
const BRIDGE_NAME = 'com.docker.network.bridge.name';

/** A bridge on which no port is left. */
export interface FullBridge {
  /** Gives the ports back. */
  release(): Promise<void>;
}

/**
 * Takes every port of a network's bridge that is left, as a thousand sandboxes would. The far ends of the ports are in
 * a network namespace that a process holds: when that ends, also because this one did, the kernel removes them.
 */
export async function fillBridge(networkName: string): Promise<FullBridge> {
  const bridge = await bridgeOf(networkName);
  // It ends when its input does.
  const holder = spawn('unshare', ['--net', 'cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write('ready\n');
  await once(holder.stdout, 'data');
  const prefix = `t${randomBytes(2).toString('hex')}-`;
  const commands = Array.from(
    { length: BRIDGE_PORTS },
    (_, port) =>
      `link add ${prefix}${port} master ${bridge} type veth peer name p${port} netns ${String(holder.pid)}\n`,
  );
  // The last ones fail, as many as there were ports in use.
  spawnSync('ip', ['-force', '-batch', '-'], { input: commands.join('') });
  const release = async (): Promise<void> => {
    holder.stdin.end();
    await eventually(() => portsOf(bridge, prefix) === 0, 'the ports are given back');
  };
  if (portsOf(bridge) === BRIDGE_PORTS) return { release };
  await release();
  throw new Error(`${bridge} is not full; taking its ports needs root, and iproute2`);
}

async function bridgeOf(networkName: string): Promise<string> {
  const { Id, Options } = (await engine.getNetwork(networkName).inspect()) as {
    Id: string;
    Options?: Readonly<Record<string, string>>;
  };
  return Options?.[BRIDGE_NAME] ?? `br-${Id.slice(0, 12)}`;
}

/** 0 as well where the bridge is gone, and its ports with it. */
function portsOf(bridge: string, prefix = ''): number {
  const interfaces = readdirSync('/sys/class/net');
  if (!interfaces.includes(bridge))
    return interfaces.filter((name) => prefix && name.startsWith(prefix)).length;
  return readdirSync(`/sys/class/net/${bridge}/brif`).filter((name) => name.startsWith(prefix)).length;
}
