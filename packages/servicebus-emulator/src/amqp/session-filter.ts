import rhea from 'rhea';
import type { InnerSender } from './rhea-internals.ts';

const { types } = rhea;

const filterName = 'com.microsoft:session-filter';
const lockedUntilName = 'com.microsoft:locked-until-utc';
const timeoutName = 'com.microsoft:timeout';

const defaultTimeoutMs = 60_000;
const timeoutMaxMs = 3_600_000;

/** .NET counts from the year 1 in units of 100 ns. */
const ticksAtUnixEpoch = 621_355_968_000_000_000n;
const ticksPerMs = 10_000n;

/** A link that asks for a session. */
export interface SessionWish {
  /** Undefined: any that has something ready. */
  readonly sessionId: string | undefined;
  /** How long the client waits for one. */
  readonly timeoutMs: number;
}

/** @returns undefined when the link asks for no session */
export function readSessionWish({ source, properties }: InnerSender): SessionWish | undefined {
  const filter = source?.filter as Readonly<Record<string, unknown>> | null | undefined;
  if (!filter || !(filterName in filter)) return undefined;
  const sessionId = withoutDescriptor(filter[filterName]);
  const timeoutMs = Number((properties as Readonly<Record<string, unknown>> | null | undefined)?.[timeoutName]);
  return {
    sessionId: typeof sessionId === 'string' ? sessionId : undefined,
    timeoutMs: timeoutMs > 0 ? Math.min(timeoutMs, timeoutMaxMs) : defaultTimeoutMs,
  };
}

/** What the answer's source says: which session the link has. */
export function sessionFilter(sessionId: string): Readonly<Record<string, string>> {
  return { [filterName]: sessionId };
}

/** What the answer's properties say: until when the link has it. */
export function sessionProperties(lockedUntilMs: number): object {
  const ticks = Buffer.alloc(8);
  ticks.writeBigInt64BE(BigInt(Math.floor(lockedUntilMs)) * ticksPerMs + ticksAtUnixEpoch);
  return { [lockedUntilName]: types.wrap_long(ticks) };
}

/** Some clients describe the value, as the AMQP specification has it for filters; others send it bare. */
function withoutDescriptor(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
}
