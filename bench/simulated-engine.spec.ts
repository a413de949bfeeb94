import { describe, expect, it } from '@jest/globals';
import { listOf } from '#simulated-engine';

const CHAT = '11111111-1111-4111-8111-111111111111';
const SESSION = '22222222-2222-4222-8222-222222222222';
const ID = 'a'.repeat(64);

const TEMPLATE = JSON.stringify({
  Id: ID,
  Names: [`/sandbox-bench-${CHAT}`],
  Labels: { chat_id: CHAT, session_id: SESSION, agent_id: 'bench' },
  NetworkSettings: { Networks: { bench: { IPAddress: '172.18.0.2' } } },
});

interface Entry {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Labels: { readonly chat_id: string; readonly session_id: string; readonly agent_id: string };
  readonly NetworkSettings: { readonly Networks: { readonly bench: { readonly IPAddress: string } } };
}

describe('the list of a simulated engine', () => {
  const entries = JSON.parse(listOf(TEMPLATE, 300)) as Entry[];

  it('has containers that have nothing in common that must be their own', () => {
    const own = [
      ({ Id }: Entry) => Id,
      ({ Names }: Entry) => Names[0],
      ({ Labels }: Entry) => Labels.chat_id,
      ({ Labels }: Entry) => Labels.session_id,
      ({ NetworkSettings }: Entry) => NetworkSettings.Networks.bench.IPAddress,
    ];
    for (const valueOf of own) expect(new Set(entries.map(valueOf)).size).toBe(300);
  });

  it('has them as the engine tells of them otherwise', () => {
    for (const { Id, Names, Labels } of entries) {
      expect(Id).toMatch(/^[0-9a-f]{64}$/);
      expect(Names).toEqual([`/sandbox-bench-${Labels.chat_id}`]);
      expect(Labels.chat_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Labels.agent_id).toBe('bench');
    }
  });
});
