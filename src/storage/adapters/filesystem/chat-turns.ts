/** Work on one chat, one after the other, within this process. */
export class ChatTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  async take<T>(chatId: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.last.get(chatId) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => null);
    this.last.set(chatId, settled);
    try {
      return await turn;
    } finally {
      if (this.last.get(chatId) === settled) this.last.delete(chatId);
    }
  }
}
