import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';
import { createApplication } from '../../src/application.js';
import { loadConfiguration } from '../../src/config/load-configuration.js';
import type { ServerLimits } from '../../src/http/server-limits.js';
import { RawConnection } from './raw-connection.js';

/** The whole service in the process of the test, with a database and directories of its own and no engine. */
export class WholeService {
  private readonly connections: RawConnection[] = [];

  private constructor(
    readonly app: NestExpressApplication,
    private readonly directory: string,
  ) {}

  static async start(
    environment: Readonly<Record<string, string>> = {},
    limits?: ServerLimits,
  ): Promise<WholeService> {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-test-'));
    const { configuration } = loadConfiguration({
      APP_LOGGING_LEVEL: 'silent',
      APP_DOCKER_BASE_URL: `unix://${join(directory, 'no-engine.sock')}`,
      APP_SANDBOX_CHATS_ROOT: join(directory, 'chats'),
      APP_SANDBOX_DEPENDENCIES_HOST_PATH: join(directory, 'dependencies'),
      APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: join(directory, 'tools'),
      APP_STORAGE_DATABASE_URL: `sqlite:${join(directory, 'test.db')}`,
      ...environment,
    });
    const app = await createApplication(configuration, limits);
    await app.listen(0, '127.0.0.1');
    return new WholeService(app, directory);
  }

  get express(): Express {
    return this.app.getHttpAdapter().getInstance();
  }

  get port(): number {
    return (this.app.getHttpServer().address() as AddressInfo).port;
  }

  request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { method, ...init });
  }

  raw(): RawConnection {
    const connection = new RawConnection(this.port);
    this.connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await this.app.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
