import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type StoredChat } from '#storage-chats';

const CONTENT = 'x';
/** What one byte counts for in the quota. */
const CHARGED_BYTES = 1;

/** Puts files with records where the service, which must not be running, would have put them: in a hundredth of the time. */
export function plantFiles(
  { database, chatsRoot }: { readonly database: string; readonly chatsRoot: string },
  { workspaceId, chatId }: StoredChat,
  count: number,
): void {
  const db = new Sqlite(database);
  const insert = db.prepare(
    'insert into chat_files (file_id, chat_id, name, content_type, size_bytes, origin, created_at, revision) ' +
      "values (?, ?, ?, null, ?, 'upload', ?, 1)",
  );
  const account = db.prepare('update workspaces set used_bytes = used_bytes + ? where workspace_id = ?');
  db.transaction(() => {
    for (let index = 0; index < count; index += 1) {
      const name = `planted-${index}`;
      writeFileSync(join(chatsRoot, chatId, name), CONTENT);
      insert.run(randomUUID(), chatId, name, CONTENT.length, Date.now());
    }
    account.run(count * CHARGED_BYTES, workspaceId);
  })();
  db.close();
}
