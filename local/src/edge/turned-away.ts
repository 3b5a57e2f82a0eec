import { type ErrorCode, type Operation, problemType, type ServiceName } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { WholeAnswer } from './whole-answer.ts';

/** Whom a refusal is meant for. */
const scopes = { 'business-queue-full': 'caller', 'queue-full': 'everyone' } as const satisfies Partial<
  Record<ErrorCode, 'caller' | 'everyone'>
>;
type MemorableCode = keyof typeof scopes;

interface Remembered {
  readonly refusal: AppError;
  readonly untilMs: number;
}

/** The service looks for new room as often; in the meantime its answer would be the same. */
const rememberedMs = 250;
const rememberedMax = 10_000;

export type TurnedAway = ReturnType<typeof createTurnedAway>;

/**
 * Remembers for a moment whom a service has turned away for want of room, and turns the next ones away in its place: passing
 * such a request on costs both sides several times what it costs to refuse it.
 */
export function createTurnedAway(nowMs: () => number) {
  const refusals = new Map<string, Remembered>();
  const find = (key: string): AppError | undefined => {
    const remembered = refusals.get(key);
    if (remembered === undefined || remembered.untilMs > nowMs()) return remembered?.refusal;
    refusals.delete(key);
    return undefined;
  };
  return {
    /** @returns what the service would refuse the request with. */
    refusalOf: ({ service }: Operation, caller: string) => find(keyOf(service)) ?? find(keyOf(service, caller)),

    note({ service }: Operation, caller: string, { statusCode, headers, body }: WholeAnswer): void {
      const retryAfterS = Number(headers['retry-after']);
      if ((statusCode !== 429 && statusCode !== 503) || !(retryAfterS > 0)) return;
      const code = codeIn(body);
      if (code === undefined) return;
      if (refusals.size >= rememberedMax) refusals.clear();
      const key = keyOf(service, scopes[code] === 'caller' ? caller : undefined);
      const refusal = new AppError(code, undefined, { retryAfterS, isUnlogged: true });
      refusals.set(key, { refusal, untilMs: nowMs() + rememberedMs });
    },
  };
}

const codes = Object.keys(scopes) as MemorableCode[];

/** A caller's name holds a space, a service's does not. */
function keyOf(service: ServiceName, caller?: string): string {
  return caller === undefined ? service : `${service} ${caller}`;
}

function codeIn(body: Uint8Array): MemorableCode | undefined {
  try {
    const { type } = JSON.parse(Buffer.from(body).toString()) as { readonly type?: unknown };
    return codes.find((code) => type === problemType(code));
  } catch {
    return undefined;
  }
}
