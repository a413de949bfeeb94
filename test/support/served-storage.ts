import type { AddressInfo } from 'node:net';
import { Module, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ErrorFilter } from '../../src/http/error.filter.js';
import { RequestPipe } from '../../src/http/request-pipe.js';
import { BoundedExpressAdapter } from '../../src/http/server-limits.js';
import { cutStalled } from '../../src/http/stalled-connections.js';
import { strictExpress } from '../../src/http/strict-express.js';
import { LOGGER } from '../../src/observability/ports/logger.js';
import { METRICS } from '../../src/observability/ports/metrics.js';
import { TRACER } from '../../src/observability/ports/tracer.js';
import { attachmentNameInPath } from '../../src/storage/adapters/http/attachment-name-in-path.js';
import { FileContentController } from '../../src/storage/adapters/http/file-content.controller.js';
import { FileController } from '../../src/storage/adapters/http/file.controller.js';
import { HistoryController } from '../../src/storage/adapters/http/history.controller.js';
import { UploadController } from '../../src/storage/adapters/http/upload.controller.js';
import { ClearFiles } from '../../src/storage/use-cases/clear-files.js';
import { DeleteFile } from '../../src/storage/use-cases/delete-file.js';
import { GetFile } from '../../src/storage/use-cases/get-file.js';
import { GetHistory } from '../../src/storage/use-cases/get-history.js';
import { ListFiles } from '../../src/storage/use-cases/list-files.js';
import { StoreFile } from '../../src/storage/use-cases/store-file.js';
import { WriteHistory } from '../../src/storage/use-cases/write-history.js';
import { CHAT } from '../builders/ids.js';
import { RecordingLogger, RecordingMetrics, RecordingTracer } from '../fakes/observability.js';
import { FakeStorage } from '../fakes/storage-use-cases.js';
import { RawConnection } from './raw-connection.js';

@Module({
  controllers: [HistoryController, UploadController, FileController, FileContentController],
})
class StorageHttp {}

/** The routes of files and histories on a real server, with fakes of their use cases behind them. */
export class ServedStorage {
  readonly logger = new RecordingLogger();
  readonly metrics = new RecordingMetrics();
  readonly tracer = new RecordingTracer();
  readonly storage = new FakeStorage();
  private readonly connections: RawConnection[] = [];
  private app: NestExpressApplication | null = null;

  static async start(stallMs = 60_000): Promise<ServedStorage> {
    const served = new ServedStorage();
    served.app = await NestFactory.create<NestExpressApplication>(
      { module: StorageHttp, global: true, providers: served.providers },
      new BoundedExpressAdapter(strictExpress()),
      { bodyParser: false, logger: false },
    );
    served.app.use(cutStalled(stallMs), attachmentNameInPath);
    await served.app.listen(0, '127.0.0.1');
    return served;
  }

  private get providers(): Provider[] {
    const { storage } = this;
    return [
      { provide: LOGGER, useValue: this.logger },
      { provide: METRICS, useValue: this.metrics },
      { provide: TRACER, useValue: this.tracer },
      { provide: APP_FILTER, useClass: ErrorFilter },
      { provide: APP_PIPE, useClass: RequestPipe },
      { provide: StoreFile, useValue: storage.storeFile },
      { provide: ListFiles, useValue: storage.listFiles },
      { provide: GetFile, useValue: storage.getFile },
      { provide: DeleteFile, useValue: storage.deleteFile },
      { provide: ClearFiles, useValue: storage.clearFiles },
      { provide: GetHistory, useValue: storage.getHistory },
      { provide: WriteHistory, useValue: storage.writeHistory },
    ];
  }

  get port(): number {
    return (this.app?.getHttpServer().address() as AddressInfo).port;
  }

  /** @param path behind the chat's own */
  request(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}/api/v1/chats/${CHAT}${path}`, init);
  }

  /** Bytes in and bytes out, as no well-behaved client would send them. */
  raw(): RawConnection {
    const connection = new RawConnection(this.port, `/api/v1/chats/${CHAT}`);
    this.connections.push(connection);
    return connection;
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    await this.app?.close();
  }
}
