import { lookup, Resolver } from 'node:dns/promises';

/** The addresses of a name. @throws Error when it has none, or nobody tells them in time. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const attemptTimeoutMs = 1000;
const attemptsMax = 2;

/**
 * By DNS alone. The system's own look-up would also know the names of our cluster, and it takes one of the few threads
 * of the process for as long as a name server keeps silent: a handful of such names would hold up everybody's webhooks.
 */
export function createPublicResolve(): Resolve {
  const resolver = new Resolver({ timeout: attemptTimeoutMs, tries: attemptsMax });
  return async (host) => {
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const [failed] = answers.filter((answer) => answer.status === 'rejected');
    if (found.length === 0 && failed !== undefined) throw failed.reason;
    return found;
  };
}

/** As any program on this machine would: for tests and local use. */
export const resolveLocally: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
};
