import { Injectable } from '@nestjs/common';
import type { ChatFile } from '../domain/chat-file.js';
import type { PlacementMode } from '../ports/attachment-content.js';

export interface FileToStore {
  readonly chatId: string;
  readonly name: string;
  readonly contentType: string | null;
  /** How many bytes the source says that it has; null: it does not say. */
  readonly declaredBytes: number | null;
  readonly mode: PlacementMode;
  readonly source: AsyncIterable<Uint8Array>;
}

export interface StoredFile {
  readonly file: ChatFile;
  readonly isNew: boolean;
}

/** Keeps a file under its name, whole and durably, or leaves everything as it was. */
@Injectable()
export class StoreFile {
  /**
   * The source is read only once all that can be said before has been. What it throws is thrown on.
   * @throws InvalidAttachmentNameError, ReservedAttachmentNameError, ChatNotFoundError, ChatFileExistsError,
   * PayloadTooLargeError, WorkspaceQuotaExceededError, StorageFullError
   */
  execute(_file: FileToStore): Promise<StoredFile> {
    return Promise.reject(new Error('not built yet'));
  }
}
