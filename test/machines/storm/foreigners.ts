import { randomUUID } from 'node:crypto';
import { engine, removeContainer } from '../../support/engine.js';
import { ensureTestImage } from '../../support/test-images.js';

/** Containers that look like the service's own and are not: no harm must come to them. */
export class Foreigners {
  private constructor(private readonly known: ReadonlyMap<string, string>) {}

  static async start(instance: string): Promise<Foreigners> {
    const Image = await ensureTestImage('silent');
    const chatId = randomUUID();
    const ours = {
      session_id: randomUUID(),
      chat_id: chatId,
      expires_at: new Date(0).toISOString(),
      agent_id: 'foreign',
      volume_host_path: '/tmp',
      endpoint_port: '8000',
      'managed-by': 'sandbox-master',
      'schema-version': '1',
      created_at: new Date(0).toISOString(),
    };
    const specs = [
      { name: `sandbox-${instance}-${chatId}`, Image },
      { name: `foreign-${chatId}`, Image, Labels: { ...ours, instance: `${instance}-other` } },
    ];
    const known = new Map<string, string>();
    for (const spec of specs) {
      const container = await engine.createContainer(spec);
      await container.start();
      known.set(container.id, (await container.inspect()).State.StartedAt);
    }
    return new Foreigners(known);
  }

  /** @returns what has become of those that are not as they were */
  async harmed(): Promise<string[]> {
    const found: string[] = [];
    for (const [id, startedAt] of this.known) {
      const { State } = await engine.getContainer(id).inspect();
      if (!State.Running || State.StartedAt !== startedAt) found.push(`the foreign ${id} is ${State.Status}`);
    }
    return found;
  }

  async remove(): Promise<void> {
    for (const id of this.known.keys()) await removeContainer(id);
  }
}
