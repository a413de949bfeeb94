import { forEachBounded } from '#bounded';
import { HttpClient } from '#http-client';

export const DEFAULT_ENGINE_URL = 'unix:///var/run/docker.sock';

/** The path of the engine's socket. @throws for an engine that is reached in another way */
export function socketOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (url.protocol !== 'unix:') throw new Error(`the benchmark needs a unix:// engine, not ${baseUrl}`);
  return decodeURIComponent(url.pathname);
}

/** The Engine API without any library. */
export class Engine {
  readonly http: HttpClient;

  constructor(socketPath: string) {
    this.http = new HttpClient({ socketPath });
  }

  async version(): Promise<string> {
    return (JSON.parse(await this.http.expect(200, 'GET', '/version')) as { Version: string }).Version;
  }

  async hasImage(tag: string): Promise<boolean> {
    return (await this.http.send('GET', `/images/${tag}/json`)).status === 200;
  }

  async inspect(containerId: string): Promise<Inspection> {
    return JSON.parse(await this.http.expect(200, 'GET', `/containers/${containerId}/json`)) as Inspection;
  }

  /** Containers in every state. @param labels as the engine's filter takes them; all must be there */
  async list(labels: readonly string[]): Promise<ListedContainer[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    const body = await this.http.expect(200, 'GET', `/containers/json?all=true&filters=${filters}`);
    return JSON.parse(body) as ListedContainer[];
  }

  async remove(containerId: string): Promise<void> {
    await this.http.expect(204, 'DELETE', `/containers/${containerId}?force=true`);
  }

  /** Every container of the instance, until none is found: a start under way may still have made one. */
  async removeAllOf(instance: string): Promise<void> {
    for (let pass = 0; pass < 5; pass += 1) {
      const found = await this.list([`instance=${instance}`]);
      if (found.length === 0) return;
      await forEachBounded(found, 4, ({ Id }) => this.removeIfThere(Id));
    }
    throw new Error(`containers of ${instance} are left`);
  }

  private async removeIfThere(containerId: string): Promise<void> {
    const { status, body } = await this.http.send('DELETE', `/containers/${containerId}?force=true`);
    // 409: it is being removed already.
    if (![204, 404, 409].includes(status)) throw new Error(`removing ${containerId}: ${status} ${body}`);
  }

  async removeNetwork(name: string): Promise<void> {
    const { status, body } = await this.http.send('DELETE', `/networks/${name}`);
    if (status !== 204 && status !== 404) throw new Error(`removing the network ${name}: ${status} ${body}`);
  }
}

export interface ListedContainer {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
}

export interface Inspection {
  readonly HostConfig: { readonly NetworkMode: string };
  readonly State: { readonly Status: string };
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string } | undefined>>;
  };
}
