/** `upload`: a client brought it; `agent`: the sandbox wrote it at the top of its chat's directory. */
type ChatFileOrigin = 'upload' | 'agent';

/** One file of a chat. */
export interface ChatFile {
  readonly fileId: string;
  readonly chatId: string;
  /** No two files of a chat have the same; names are compared as bytes. */
  readonly name: string;
  readonly contentType: string | null;
  readonly sizeBytes: number;
  readonly origin: ChatFileOrigin;
  readonly createdAt: Date;
}
