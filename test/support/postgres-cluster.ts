import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { endOfProcess } from './end-of-process.js';
import { eventually } from './eventually.js';
import { aFreePort } from './free-port.js';

const run = promisify(execFile);

/** Where Debian's packages put the server's programs, one folder a version. */
const VERSIONS = '/usr/lib/postgresql';
const START_MS = 60_000;

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL server of its own, on loopback, in a temporary directory, gone with `stop`. */
export class PostgresCluster {
  private server: ChildProcess | null = null;

  private constructor(
    private readonly directory: string,
    private readonly programs: string,
    private readonly identity: Identity,
    private readonly password: string,
    readonly port: number,
  ) {}

  static async start(): Promise<PostgresCluster> {
    const identity = await unprivileged();
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-postgres-'));
    if (identity.uid !== undefined) await chown(directory, identity.uid, identity.gid ?? identity.uid);
    const password = randomBytes(12).toString('hex');
    const cluster = new PostgresCluster(
      directory,
      await findPrograms(),
      identity,
      password,
      await aFreePort(),
    );
    try {
      await cluster.initialise();
      await cluster.resume();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Makes an empty database. @returns its URL */
  async newDatabase(): Promise<string> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const client = new pg.Client(this.urlOf('postgres'));
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    return this.urlOf(name);
  }

  urlOf(database: string): string {
    return `postgres://tester:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  /** Ends the server at once, as a crash would, and leaves its data. */
  async pause(): Promise<void> {
    // SIGQUIT is PostgreSQL's immediate shutdown; SIGKILL would orphan its workers.
    await endOfProcess(this.server, 'SIGQUIT');
    this.server = null;
  }

  /** Starts the server again. */
  async resume(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      fsync: 'off',
    };
    this.server = spawn(
      join(this.programs, 'postgres'),
      ['-D', this.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...this.identity, cwd: this.directory, stdio: 'ignore' },
    );
    await eventually(() => this.isAnswering(), 'PostgreSQL answers', START_MS);
  }

  /** Ends the server and removes all that it had. */
  async stop(): Promise<void> {
    await this.pause();
    await rm(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  private async initialise(): Promise<void> {
    const passwordFile = join(this.directory, 'password');
    await writeFile(passwordFile, this.password);
    const words = ['-D', this.data, '-U', 'tester', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    await run(join(this.programs, 'initdb'), [...words, '-E', 'UTF8', '--locale=C.UTF-8', '-N'], {
      ...this.identity,
      cwd: this.directory,
      timeout: START_MS,
    });
  }

  private async isAnswering(): Promise<boolean> {
    const client = new pg.Client(this.urlOf('postgres'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }
}

/** The server refuses to run as root. */
async function unprivileged(): Promise<Identity> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (option: string): Promise<number> =>
    Number((await run('id', [option, 'postgres']).catch(() => run('id', [option, 'nobody']))).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

async function findPrograms(): Promise<string> {
  const versions = await readdir(VERSIONS).catch(() => []);
  const newest = versions.sort((one, other) => Number(one) - Number(other)).at(-1);
  if (newest === undefined) throw new Error('PostgreSQL is not installed: npm test installs it on Debian');
  return join(VERSIONS, newest, 'bin');
}
