import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Engine } from '#engine';
import { makeChatDirectory, type Sample, type Side } from '#sides';
import { dockerRunArguments, type RunSpec } from '#peers/docker-run-arguments';
import { type Stage } from '#stage';

const run = promisify(execFile);

/** Of the client on the PATH. @throws where there is none */
export async function dockerClientVersion(engineSocket: string): Promise<string> {
  const args = ['-H', `unix://${engineSocket}`, 'version', '--format', '{{.Client.Version}}'];
  return (await run('docker', args)).stdout.trim();
}

/** What somebody with a shell would do: one `docker run -d` a sandbox, with the options of the service's own. */
export class DockerRunSide implements Side {
  private readonly engine: Engine;
  private readonly engineSocket: string;
  private readonly sample: Sample;
  private readonly containerIds = new Map<string, string>();

  constructor({ engine, engineSocket }: Stage, sample: Sample) {
    this.engine = engine;
    this.engineSocket = engineSocket;
    this.sample = sample;
  }

  /** Every command opens a connection of its own. */
  warm(): Promise<void> {
    return Promise.resolve();
  }

  prepare(chatId: string): Promise<void> {
    return makeChatDirectory(this.sample, chatId);
  }

  async create(chatId: string): Promise<void> {
    const { path, body } = this.sample.request;
    const name = new URL(path, 'http://engine').searchParams.get('name') ?? '';
    const spec = JSON.parse(body.replaceAll(this.sample.chatId, chatId)) as RunSpec;
    const args = dockerRunArguments(name.replaceAll(this.sample.chatId, chatId), spec);
    const { stdout } = await run('docker', ['-H', `unix://${this.engineSocket}`, ...args]);
    this.containerIds.set(chatId, stdout.trim());
  }

  async delete(chatId: string): Promise<void> {
    await this.engine.remove(this.containerIds.get(chatId) ?? '');
    this.containerIds.delete(chatId);
  }

  discard(chatId: string): Promise<void> {
    return this.delete(chatId);
  }
}
