// Loaded into a process of the system before anything else: gives it a wall clock that a test can set.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const lookEveryMs = 20;

const file = path.join(process.env.TEST_CLOCKS ?? '', String(process.pid));
const RealDate = Date;
let aheadMs = 0;

const now = () => RealDate.now() + aheadMs;
globalThis.Date = new Proxy(RealDate, {
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
});

// Timers go by a clock that nobody sets.
setInterval(() => {
  try {
    aheadMs = Number(readFileSync(file, 'utf8'));
  } catch {
    aheadMs = 0;
  }
}, lookEveryMs).unref();
