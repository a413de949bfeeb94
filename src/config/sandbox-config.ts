import {
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  IsPositive,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';

/** A bridge holds 1,023 ports, so these hold 16,000 sandboxes; an engine's own address pools hold some 30 networks. */
const MAX_NETWORKS = 16;
const MIB = 1024 * 1024;
const CONTAINER_PATH = { message: '$property must be an absolute path below the root of the container' };
const ABSOLUTE_CONTAINER_PATH = /^\/[^\0]*[^/\0]$/;

/** `sandbox`: what a sandbox is made of, how long it lives, and what it may use. */
export class SandboxConfig {
  @MinLength(1) image = 'ai-agent:latest';
  @Matches(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/) networkName = 'sandbox';
  /** That one, and further ones for when it is full. */
  @IsInt() @Min(1) @Max(MAX_NETWORKS) maxNetworks = MAX_NETWORKS;
  /** Networks that are kept ready for sandboxes to come; 0: none. In the file `network_pool.size`. */
  @IsInt() @Min(0) @Max(256) networkPoolSize = 0;
  /** No traffic between sandboxes; a bridge whose name the rules of the host know. */
  @IsBoolean() networkIsolation = false;
  @IsInt() @Min(1) @Max(65535) agentServicePort = 8000;

  /** Seconds from a sandbox's creation to its end. */
  @IsNumber() @IsPositive() @Max(315_360_000) ttlSeconds = 300;
  /** Seconds between two sweeps. */
  @IsNumber() @Min(1) @Max(86_400) cleanupIntervalSeconds = 60;
  /** Seconds that an expired sandbox gets between SIGTERM and SIGKILL. */
  @IsInt() @Min(0) @Max(600) stopGraceSeconds = 5;

  /** Absolute once loaded, as are the two below; the same path on the Docker host. */
  @MinLength(1) chatsRoot = 'var/sandbox/chats';
  @MinLength(1) dependenciesHostPath = 'var/sandbox/dependencies';
  @MinLength(1) lambdaToolsHostPath = 'var/sandbox/lambda-tools';
  @Matches(ABSOLUTE_CONTAINER_PATH, CONTAINER_PATH) chatMountPath = '/workspace/chat';
  @Matches(ABSOLUTE_CONTAINER_PATH, CONTAINER_PATH) dependenciesMountPath = '/opt/dependencies';
  @Matches(ABSOLUTE_CONTAINER_PATH, CONTAINER_PATH) lambdaToolsMountPath = '/opt/lambda-tools';
  @Matches(ABSOLUTE_CONTAINER_PATH, CONTAINER_PATH) volumeMountPath = '/workspace/volume';
  /** `volume_host_path` must be one of these or below. */
  @IsArray()
  @Matches(/^\//, { each: true, message: '$property must be a list of absolute paths' })
  volumeAllowedRoots: string[] = ['/srv', '/mnt', '/data', '/tmp'];

  /** Environment of every sandbox; `${NAME}` has been filled in from the service's own. */
  @IsObject() env: Record<string, string> = {};
  /** `name:address`, as `docker run --add-host` takes them. */
  @IsArray()
  @Matches(/^[^:\s]+:\S+$/, { each: true, message: '$property must be a list of name:address' })
  extraHosts: string[] = [];

  /** Seconds to wait for a new sandbox to answer; 0: do not wait. */
  @IsNumber() @Min(0) @Max(3600) readyTimeoutSeconds = 0;
  /** Empty: a TCP connection is enough; else this path must answer 2xx. */
  @Matches(/^(\/[!-~]*)?$/, { message: 'readyHttpPath must be empty or start with /' }) readyHttpPath = '';
  /** Seconds for which a container that was created but not started may be another replica's work. */
  @IsNumber() @Min(0) @Max(3600) createdGraceSeconds = 5;
  /** Active sandboxes at most; 0: no limit. */
  @IsInt() @Min(0) maxActive = 0;
  /** Containers being started at one time at most; how many it is in fact, the engine's latency decides. */
  @IsInt() @Min(1) @Max(1024) maxConcurrentStarts = 8;
  /** Seconds that a create waits for its turn. */
  @IsNumber() @IsPositive() @Max(3600) startQueueTimeoutSeconds = 60;

  /** Capabilities given back after all were dropped. */
  @IsArray()
  @Matches(/^[A-Z_]+$/, { each: true, message: '$property must be a list of capability names, like CHOWN' })
  capAdd: string[] = [];
  /** `uid`, `uid:gid` or a name in the image; empty: the image's own. */
  @IsString() user = '';
  /** OCI runtime (`runsc`, `kata`, `crun`); empty: the engine's default. */
  @IsString() runtime = '';
  @IsBoolean() readOnlyRoot = false;
  /** Size of `/tmp`, a tmpfs, where the root is read-only. */
  @IsInt() @Min(4096) tmpfsBytes = 64 * MIB;
  @IsInt() @Min(1) pidsLimit = 256;
  /** Swap included. The engine's minimum is 6 MiB. */
  @IsInt() @Min(6 * MIB) memoryBytes = 512 * MIB;
  @IsNumber() @Min(0.01) cpus = 1;
  @IsInt() @Min(16) nofileLimit = 4096;
  @IsInt() @Min(4096) logMaxBytes = 10 * MIB;
  @IsInt() @Min(1) logMaxFiles = 3;
}
