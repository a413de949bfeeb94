import { SandboxConfig } from '../../src/config/sandbox-config.js';
import {
  AppConfig,
  DockerConfig,
  HttpConfig,
  SecurityConfig,
  StorageConfig,
} from '../../src/config/sections.js';

const builderOf =
  <T extends object>(section: new () => T) =>
  (overrides: Partial<T> = {}): T =>
    Object.assign(new section(), overrides);

export const anAppConfig = builderOf(AppConfig);
export const aDockerConfig = builderOf(DockerConfig);
export const aSandboxConfig = builderOf(SandboxConfig);
export const aStorageConfig = builderOf(StorageConfig);
export const aSecurityConfig = builderOf(SecurityConfig);
export const anHttpConfig = builderOf(HttpConfig);
