import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine } from '#engine';
import { type Pair, quantile, takePairs } from '#pairs';
import { ratioRow, type Row } from '#report';
import { Service } from '#service';
import { type Stage } from '#stage';
import { tell } from '#tell';

const FULL = { windows: 10, creates: 12, reuses: 800 };
const QUICK = { windows: 2, creates: 4, reuses: 100 };
const GOAL = { atMost: 2 };
/** Until the attacker is at work again. */
const UNDER_WAY_MS = 300;

/** Forks, fills memory and disk, and churns its chat's directory, as fast as its limits let it. */
const ATTACK = [
  '(while :; do /busybox true & done) &',
  '(while :; do /busybox dd if=/dev/zero of=/tmp/big bs=1M count=64; /busybox rm -f /tmp/big; done) &',
  '(while :; do /busybox head -c 400m /dev/zero | /busybox tail -c 300m > /dev/null; done) &',
  'n=0; cd /workspace/chat',
  'while :; do n=$((n + 1)); echo $n > f$((n % 500)); /busybox ln -sfn /etc l$((n % 500)); done',
].join('\n');

type Sizes = typeof FULL;

interface Latencies {
  readonly createMs: number;
  readonly reuseMs: number;
}

/**
 * What others wait while one sandbox attacks, against what they wait while it is paused: the slowest hundredth of creates,
 * and of creates of what is there, in windows that take turns.
 */
export async function measureAttack(stage: Stage, isQuick: boolean): Promise<Row[]> {
  const sizes = isQuick ? QUICK : FULL;
  tell(`create while one sandbox attacks, ${sizes.windows} pairs of windows`);
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const attacker = await attackIn(stage, service);
  const reused = randomUUID();
  await service.create(reused);
  const sides = { service: true, floor: false };
  const pairs = await takePairs(
    sizes.windows,
    sides,
    (isAttacking) =>
      isAttacking ? attacker.during(() => p99Of(service, reused, sizes)) : p99Of(service, reused, sizes),
    stage.signal,
  );
  await stage.engine.removeAllOf(stage.instance);
  await service.stop();
  const of = (figure: keyof Latencies): Pair[] =>
    pairs.map(({ service: attacked, floor }) => ({ service: attacked[figure], floor: floor[figure] }));
  return [
    ratioRow('create p99, one sandbox attacking against none', 'ms', of('createMs'), GOAL),
    ratioRow('reuse p99, one sandbox attacking against none', 'ms', of('reuseMs'), GOAL),
  ];
}

/** A sandbox that is paused but for the time of an attack. */
class Attacker {
  private readonly engine: Engine;
  private readonly containerId: string;

  constructor(engine: Engine, containerId: string) {
    this.engine = engine;
    this.containerId = containerId;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    await this.turn('unpause');
    try {
      await sleep(UNDER_WAY_MS);
      return await work();
    } finally {
      await this.turn('pause');
    }
  }

  async turn(action: 'pause' | 'unpause'): Promise<void> {
    await this.engine.http.expect(204, 'POST', `/containers/${this.containerId}/${action}`);
  }
}

async function attackIn({ engine }: Stage, service: Service): Promise<Attacker> {
  const { container_id: containerId } = JSON.parse(await service.create(randomUUID())) as {
    container_id: string;
  };
  const command = JSON.stringify({ Cmd: ['/busybox', 'sh', '-c', ATTACK] });
  const made = await engine.http.expect(201, 'POST', `/containers/${containerId}/exec`, command);
  const { Id } = JSON.parse(made) as { Id: string };
  await engine.http.expect(200, 'POST', `/exec/${Id}/start`, JSON.stringify({ Detach: true }));
  const attacker = new Attacker(engine, containerId);
  await sleep(UNDER_WAY_MS);
  await attacker.turn('pause');
  return attacker;
}

async function p99Of(service: Service, reused: string, { creates, reuses }: Sizes): Promise<Latencies> {
  const times: number[] = [];
  for (let count = 0; count < creates; count += 1) {
    const chatId = randomUUID();
    times.push(await msOf(() => service.create(chatId)));
    await service.delete(chatId);
  }
  const again: number[] = [];
  while (again.length < reuses) again.push(await msOf(() => service.create(reused)));
  return { createMs: quantile(times, 0.99), reuseMs: quantile(again, 0.99) };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
