import { fork } from 'node:child_process';
import path from 'node:path';

/** Runs a peer in a process of its own, as the services are; its address is told when it listens. */
export async function startPeer(name: string): Promise<AsyncDisposable & { readonly url: string }> {
  const child = fork(path.join(import.meta.dirname, `${name}.ts`));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('message', (message: { url: string }) => resolve(message.url));
  child.once('exit', (code) => reject(new Error(`${name} ended with exit code ${code}`)));
  const url = await promise;
  const exited = new Promise((done) => child.once('exit', done));
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await exited;
    },
  };
}
