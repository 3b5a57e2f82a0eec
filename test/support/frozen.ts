import type { TestSystem } from './test-system.ts';

/** Stops a process in the middle of whatever it does, as a long pause of its machine would, until disposed of. */
export function freeze({ system }: TestSystem, instance: string): Disposable {
  const frozen = system.process(instance);
  frozen.kill('SIGSTOP');
  return { [Symbol.dispose]: () => frozen.kill('SIGCONT') };
}
