/** The name by which the engine itself keeps a chat's containers down to one, also between replicas. */
export const containerNameOf = (chatId: string, instance: string): string =>
  instance === 'default' ? `sandbox-${chatId}` : `sandbox-${instance}-${chatId}`;
