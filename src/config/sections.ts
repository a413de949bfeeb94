import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsPositive,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';

const ENDPOINT = { require_tld: false, protocols: ['http', 'https'], require_protocol: true };
const ABSOLUTE = { message: '$property must be an absolute path' };
const MIB = 1024 * 1024;

/** `app`: who this service is. */
export class AppConfig {
  @MinLength(1) name = 'sandbox-master';
  @MinLength(1) env = 'local';
  /** Services that share one engine but not their sandboxes differ in it; replicas share it. Part of container names. */
  @Matches(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/) instance = 'default';
}

/** `http`: where it listens. */
export class HttpConfig {
  @MinLength(1) host = '127.0.0.1';
  /** 0 lets the system choose. */
  @IsInt() @Min(0) @Max(65535) port = 8123;
  /** Requests a second one client may make; 0: no limit. */
  @IsNumber() @Min(0) rateLimitPerSecond = 0;
}

/** `logging` */
export class LoggingConfig {
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) level = 'info';
  @IsIn(['stdout', 'otel']) output = 'stdout';
  @IsIn(['json', 'text']) format = 'json';
}

/** `metrics` */
export class MetricsConfig {
  @IsBoolean() enabled = false;
  @IsBoolean() prometheus = false;
}

/** `tracing` */
export class TracingConfig {
  @IsBoolean() enabled = false;
}

/** `otel`: where the signals go, by OTLP over HTTP. */
export class OtelConfig {
  @MinLength(1) serviceName = 'sandbox-master';
  @IsUrl(ENDPOINT) logsEndpoint = 'http://127.0.0.1:4318/v1/logs';
  @IsUrl(ENDPOINT) metricsEndpoint = 'http://127.0.0.1:4318/v1/metrics';
  @IsUrl(ENDPOINT) tracesEndpoint = 'http://127.0.0.1:4318/v1/traces';
  /** Milliseconds between two exports of the metrics. */
  @IsInt() @Min(100) metricExportInterval = 10_000;
}

/** `docker`: the engine. */
export class DockerConfig {
  /** `unix:///path`, `tcp://host:port` or `https://host:port`. */
  @Matches(/^(unix:\/\/\/.+|(tcp|https):\/\/[^/]+\/?)$/, {
    message: 'baseUrl must be unix:///path, tcp://host:port or https://host:port',
  })
  baseUrl = 'unix:///var/run/docker.sock';
  /** PEM files for TLS; empty: none. */
  @IsString() caFile = '';
  @IsString() certFile = '';
  @IsString() keyFile = '';
  /** Seconds that any one call to the engine may take. */
  @IsNumber() @IsPositive() @Max(600) timeoutSeconds = 30;
  /** Where `npm run engine-proxy` listens, for `baseUrl` to name. */
  @Matches(/^\/./, ABSOLUTE) proxyListenPath = '/run/sandbox-master/engine.sock';
  /** The group that may connect there, besides the proxy's user; 0: the proxy's own. */
  @IsInt() @Min(0) proxySocketGid = 0;
  /** The engine's own socket, which the proxy alone needs. */
  @Matches(/^\/./, ABSOLUTE) proxyEngineSocket = '/var/run/docker.sock';
}

/** `storage`: workspaces, chats and files. */
export class StorageConfig {
  @Matches(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, {
    message: 'databaseUrl must be sqlite:<path> or postgres://…',
  })
  databaseUrl = 'sqlite:var/sandbox-master.db';
  @IsInt() @Min(0) workspaceQuotaBytes = 1024 * MIB;
  @IsInt() @Min(0) maxFileBytes = 256 * MIB;
  @IsInt() @Min(0) maxHistoryBytes = 16 * MIB;
  @IsInt() @Min(1) maxListedFiles = 10_000;
}

/** `security`: who may call. The two secrets come from the environment alone. */
export class SecurityConfig {
  @IsBoolean() requireToken = false;
  @Matches(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { message: 'tokenHeader must be the name of an HTTP header' })
  tokenHeader = 'X-API-Token';
  @IsBoolean() publicDocs = false;
  @IsBoolean() allowUnauthenticatedNetwork = false;
  /** `APP_API_TOKEN`; null when absent. */
  apiToken: string | null = null;
  /** `APP_SIGNING_KEY`; made at random when absent. */
  signingKey = '';
}
