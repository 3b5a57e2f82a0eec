import { describe, test } from 'node:test';

/** One adapter of a port, made anew for each test of the suite. */
export interface AdapterUnderTest<Port> {
  readonly name: string;
  /** Gives the port, and what cleans up after the test. */
  readonly create: () => Promise<{ readonly port: Port; readonly dispose?: () => Promise<void> }>;
  /** Why it cannot run here, such as a server that is missing; reported as skipped with this reason. */
  readonly skip?: string;
}

export type ContractTests<Port> = Readonly<Record<string, (port: Port) => Promise<void> | void>>;

/** Runs the tests of a port against each of its adapters: what one adapter promises, all keep. */
export function contractSuite<Port>(
  portName: string,
  adapters: readonly AdapterUnderTest<Port>[],
  tests: ContractTests<Port>,
): void {
  for (const { name, create, skip } of adapters) {
    describe(`${portName}: ${name}`, () => {
      for (const [title, run] of Object.entries(tests)) {
        test(title, { skip: skip ?? false }, async () => {
          const { port, dispose } = await create();
          try {
            await run(port);
          } finally {
            await dispose?.();
          }
        });
      }
    });
  }
}
