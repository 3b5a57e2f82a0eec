import { type ErrorCode, errorCodeOf, type Operation, Problem, problemMediaType } from '@dronedelivery/contracts';
import { lazyCheck } from '../schema-check.ts';
import { TransientError } from '../transient-error.ts';
import type { WireAnswer } from './exchange.ts';
import { RemoteError } from './remote-error.ts';

export interface ReadAnswer {
  readonly status: number;
  readonly body?: unknown;
}

const checkProblem = lazyCheck(Problem);

/**
 * Compiles the reading of an operation's answers: success answers are checked against their schema, since a service
 * trusts no other.
 * @returns a function that throws RemoteError for a refusal, TransientError for a fault of the other side.
 */
export function answerReader(operation: Operation): (answer: WireAnswer) => ReadAnswer {
  const checks = new Map(
    Object.entries(operation.responses).map(([status, schema]) => [Number(status), schema && lazyCheck(schema)]),
  );
  return (answer) => {
    const check = checks.get(answer.status);
    if (check === undefined) throw refusal(operation, answer);
    if (check === null) return { status: answer.status };
    const outcome = check(parsed(operation, answer));
    if (outcome.ok) return { status: answer.status, body: outcome.value };
    const [fault] = outcome.faults;
    throw badAnswer(operation, answer, `${fault?.pointer ?? ''} should be ${fault?.expected ?? 'something else'}`);
  };
}

function parsed(operation: Operation, answer: WireAnswer): unknown {
  try {
    return JSON.parse(answer.text);
  } catch {
    throw badAnswer(operation, answer, 'the answer is not JSON');
  }
}

function badAnswer({ service, id }: Operation, { status }: WireAnswer, what: string): TransientError {
  return new TransientError('bad-answer', `${service} gave an unreadable answer to ${id}: ${what}`, {
    target: service,
    status,
  });
}

function refusal(operation: Operation, answer: WireAnswer): Error {
  const target = `${operation.service} ${operation.id}`;
  const { status } = answer;
  const problem = problemIn(answer);
  const code = problem === undefined ? undefined : errorCodeOf(problem.type);
  const retryAfterMs = retryAfterOf(answer);
  if (status === 429 || status >= 500) return transient(target, status, code, problem, retryAfterMs);
  if (status >= 400) return new RemoteError({ target, status, code, problem, retryAfterMs });
  return badAnswer(operation, answer, `status ${status} is none of the operation's`);
}

function transient(
  target: string,
  status: number,
  code: ErrorCode | undefined,
  problem: Problem | undefined,
  retryAfterMs: number | undefined,
): TransientError {
  const kind = status === 429 ? 'too-many-requests' : 'server-error';
  return new TransientError(kind, `${target} answered ${status}: ${problem?.detail ?? code ?? 'no reason'}`, {
    target,
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    mayHaveHappened: status !== 429,
  });
}

function problemIn({ headers, text }: WireAnswer): Problem | undefined {
  if (!String(headers['content-type'] ?? '').startsWith(problemMediaType)) return undefined;
  try {
    const outcome = checkProblem(JSON.parse(text));
    return outcome.ok ? outcome.value : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds only; the form with a date is not in use among our services. */
function retryAfterOf({ headers }: WireAnswer): number | undefined {
  const value = headers['retry-after'];
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) * 1000 : undefined;
}
