import { mkdir } from 'node:fs/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigurationError } from '../../../config/configuration.js';
import { SandboxConfig } from '../../../config/sandbox-config.js';

/** The two directories that all sandboxes mount and none can write to. */
@Injectable()
export class SharedDirectories implements OnModuleInit {
  constructor(private readonly sandbox: SandboxConfig) {}

  /** Makes them when they are missing. @throws ConfigurationError where that cannot be */
  async onModuleInit(): Promise<void> {
    await ensure('dependencies_host_path', this.sandbox.dependenciesHostPath);
    await ensure('lambda_tools_host_path', this.sandbox.lambdaToolsHostPath);
  }
}

async function ensure(key: string, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o755 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const variable = `APP_SANDBOX_${key.toUpperCase()}`;
    throw new ConfigurationError([`sandbox.${key} (${variable}): cannot be made ready: ${reason}`]);
  }
}
