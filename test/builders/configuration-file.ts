import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for what the environment names: configuration files and secrets. */
export class ConfigurationDirectory {
  private readonly path = mkdtempSync(join(tmpdir(), 'sandbox-master-config-'));

  /** @returns the file's path */
  write(name: string, content: string): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** An environment that names a configuration file of this content. */
  environmentOf(yaml: string, variables: Record<string, string> = {}): Record<string, string> {
    return { APP_CONFIG: this.write('app.yaml', yaml), ...variables };
  }

  pathOf(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
