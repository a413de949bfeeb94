import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EngineRecorder, isContainerInspect, isContainerList } from '#engine-recorder';
import { Service } from '#service';
import { type Stage } from '#stage';

/** Where the containers of a simulation have their addresses: as many as there can be. */
const ADDRESS = (index: number): string => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;

/** A listed container, of which only what makes it this one is known here. */
interface Listed {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** @returns the engine's own entry for one container of the service's, whatever labels the service gives it */
export async function takeTemplate(stage: Stage): Promise<string> {
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const chatId = randomUUID();
  await service.create(chatId);
  const filters = encodeURIComponent(JSON.stringify({ label: [`chat_id=${chatId}`] }));
  const [entry] = JSON.parse(
    await stage.engine.http.expect(200, 'GET', `/containers/json?filters=${filters}`),
  ) as unknown[];
  await service.delete(chatId);
  await service.stop();
  return JSON.stringify(entry);
}

/** The list of so many containers that differ from the template only in what no two have in common. */
export function listOf(template: string, count: number): string {
  const { Id, Labels, NetworkSettings } = JSON.parse(template) as Listed;
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
  const entries = Array.from({ length: count }, (_, index) =>
    template
      .replaceAll(Id, index.toString(16).padStart(64, '0'))
      .replaceAll(Labels.chat_id ?? '', uuidOf(index, 'c'))
      .replaceAll(Labels.session_id ?? '', uuidOf(index, '5'))
      .replaceAll(`"${address}"`, `"${ADDRESS(index + 2)}"`),
  );
  return `[${entries.join(',')}]`;
}

const uuidOf = (index: number, kind: string): string =>
  `${kind}0000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** An engine that has just these containers, and is the real one in everything else: networks, events, version. */
export async function simulateEngine(stage: Stage, list: string): Promise<EngineRecorder> {
  const recorder = new EngineRecorder(
    join(stage.directory, `${randomUUID()}.sock`),
    stage.engineSocket,
    (call) => {
      if (isContainerList(call)) return { status: 200, body: list };
      return isContainerInspect(call) ? { status: 404, body: '{"message":"simulated"}' } : null;
    },
  );
  await recorder.start();
  stage.cleanups.add('simulated engine', () => recorder.stop());
  return recorder;
}
