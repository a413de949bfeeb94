import type { History, Life, Request } from './chronicle.js';

/** How long a sandbox may outlive its time while faults hold up the sweeps. */
const MOST_OVERDUE_MS = 20_000;
/** Two events of one moment, and labels that are cut to milliseconds. */
const SAME_MS = 2;

/** What must never be, whatever went wrong on the way. @returns what was, all the same */
export function faultsOf(history: History): string[] {
  return [
    ...overlapsOf(history),
    ...history.requests.flatMap((request) => falseAnswer(request, history)),
    ...[...history.lives.values()].flatMap((life) => [...wrongEnd(life, history), ...overdue(life)]),
  ];
}

/** Running containers of one chat. */
function overlapsOf({ lives }: History): string[] {
  const byChat = Map.groupBy(lives.values(), ({ chatId }) => chatId);
  return [...byChat].flatMap(([chatId, ofChat]) => {
    const runs = ofChat
      .flatMap(({ containerId, runs, endedAt }) => {
        const [first] = runs;
        // A paused container holds its place, too.
        return first === undefined ? [] : [{ containerId, from: first.from, to: endedAt }];
      })
      .sort((one, other) => one.from - other.from);
    return runs.flatMap((run, index) => {
      const next = runs[index + 1];
      return next === undefined || next.from >= run.to - SAME_MS
        ? []
        : [`chat ${chatId}: ${next.containerId} began before ${run.containerId} had ended`];
    });
  });
}

/** A 200 names a container that ran at some moment of the call, at its own address. */
function falseAnswer(request: Request, { lives }: History): string[] {
  const { kind, status, containerId, ip, beganAt, endedAt, chatId } = request;
  if (kind !== 'create' || status !== 200) return [];
  const life = lives.get(containerId ?? '');
  if (life === undefined) return [`chat ${chatId}: was told of ${String(containerId)}, which never was`];
  const told = `chat ${chatId}: was told of ${life.containerId}`;
  const isOfChat = life.chatId === chatId ? [] : [`${told}, which is of ${life.chatId}`];
  const didRun = life.runs.some(({ from, to }) => from <= endedAt + SAME_MS && to >= beganAt - SAME_MS);
  const isAtIp = life.ip === null || life.ip === ip;
  return [
    ...isOfChat,
    ...(didRun ? [] : [`${told}, which did not run during the call`]),
    ...(isAtIp ? [] : [`${told} at ${String(ip)}, where it has ${String(life.ip)}`]),
  ];
}

/** What was handed out ends by its time, by a delete, or by what was done to it; by nothing else. */
function wrongEnd(life: Life, { requests, harms }: History): string[] {
  const { containerId, chatId, endedAt, expiresAt, createdAt } = life;
  const wasHandedOut = requests.some(
    (request) => request.kind === 'create' && request.containerId === containerId,
  );
  if (!wasHandedOut || endedAt === Infinity || endedAt >= expiresAt - SAME_MS) return [];
  const isHarmed = harms.some((harm) => harm.containerId === containerId && harm.at <= endedAt + SAME_MS);
  const isDeleted = requests.some(
    (request) =>
      request.kind === 'delete' &&
      request.chatId === chatId &&
      request.beganAt <= endedAt + SAME_MS &&
      // One that failed is carried out by the next sweep, against all that was asked for before it.
      request.endedAt >= createdAt - SAME_MS,
  );
  // Another replica may find a container by its name and hand it out while the one that starts it has still to fail.
  const isUndone = requests.some(
    ({ kind, status, ...request }) =>
      kind === 'create' &&
      request.chatId === chatId &&
      (status === 500 || status === 503) &&
      request.beganAt <= createdAt + SAME_MS &&
      request.endedAt >= createdAt - SAME_MS,
  );
  return isHarmed || isDeleted || isUndone
    ? []
    : [`chat ${chatId}: ${containerId} was handed out, and ended for no reason`];
}

function overdue({ containerId, chatId, expiresAt, endedAt, runs }: Life): string[] {
  const hasRun = runs.length > 0;
  const overdueMs = Math.min(endedAt, Date.now()) - expiresAt;
  return hasRun && overdueMs > MOST_OVERDUE_MS
    ? [`chat ${chatId}: ${containerId} outlived its time by ${overdueMs.toFixed(0)} ms`]
    : [];
}
