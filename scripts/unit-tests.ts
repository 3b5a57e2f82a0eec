// Runs the unit test files named as arguments in this one process.
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';

// A test that waits for what never comes must be ended by its time limit: without work node would end the process, and all tests.
const alive = setInterval(() => undefined, 60_000);
let isComplete = false;
after(() => {
  clearInterval(alive);
  isComplete = true;
});
// A test that ends the process must not pass for the rest of them. Ahead of the runner's listener, which calls the hook above.
process.prependListener('exit', () => {
  if (!isComplete) process.exitCode = 1;
});
// What is thrown outside of a test fails the run, which then knows no file but this one.
process.on('uncaughtExceptionMonitor', (error) => console.error(error));
// Lets the reports leave, this test's start among them: of one that never yields nothing else would tell the name.
beforeEach(() => new Promise((resolve) => setImmediate(resolve)));

for (const file of process.argv.slice(2)) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    test(path.relative(process.cwd(), file), () => {
      throw error;
    });
  }
}
