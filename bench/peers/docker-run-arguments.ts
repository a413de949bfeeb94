/** The parts of the service's request for a container that the command line has options for. */
export interface RunSpec {
  readonly Image: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Env: readonly string[];
  readonly HostConfig: {
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
    readonly Init: boolean;
    readonly PidsLimit: number;
    readonly Memory: number;
    readonly MemorySwap: number;
    readonly NanoCpus: number;
    readonly Ulimits: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly NetworkMode: string;
    readonly Mounts: readonly Mount[];
  };
}

interface Mount {
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly BindOptions: { readonly Propagation: string };
}

/** `docker run -d` of the same container. */
export function dockerRunArguments(
  name: string,
  { Image, Labels, Env, HostConfig: host }: RunSpec,
): string[] {
  return [
    'run',
    '-d',
    ...option('name', [name]),
    ...option('label', assignments(Labels)),
    ...option('env', Env),
    ...option('network', [host.NetworkMode]),
    ...(host.Init ? ['--init'] : []),
    ...option('cap-drop', host.CapDrop),
    ...option('security-opt', host.SecurityOpt),
    ...option('pids-limit', [String(host.PidsLimit)]),
    ...option('memory', [String(host.Memory)]),
    ...option('memory-swap', [String(host.MemorySwap)]),
    ...option('cpus', [String(host.NanoCpus / 1e9)]),
    ...option(
      'ulimit',
      host.Ulimits.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`),
    ),
    ...option('log-driver', [host.LogConfig.Type]),
    ...option('log-opt', assignments(host.LogConfig.Config)),
    ...option('mount', host.Mounts.map(toMount)),
    Image,
  ];
}

const option = (name: string, values: readonly string[]): string[] =>
  values.map((value) => `--${name}=${value}`);

const assignments = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(([key, value]) => `${key}=${value}`);

const toMount = ({ Source, Target, ReadOnly, BindOptions }: Mount): string =>
  [
    'type=bind',
    `source=${Source}`,
    `target=${Target}`,
    ...(ReadOnly ? ['readonly'] : []),
    `bind-propagation=${BindOptions.Propagation}`,
  ].join(',');
