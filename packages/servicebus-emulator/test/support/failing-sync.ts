import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

// Loaded before the program: its disk takes what is written, but from some sync on cannot say that it is there.
const goodSyncs = 5;
let syncs = 0;
const fault = Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO', syscall: 'fdatasync' });
const { fdatasync } = fs;
const failing: (...given: Parameters<typeof fdatasync>) => void = (descriptor, callback) => {
  if (++syncs <= goodSyncs) fdatasync(descriptor, callback);
  else setImmediate(callback, fault);
};
fs.fdatasync = Object.assign(failing, { __promisify__: fdatasync.__promisify__ });
syncBuiltinESMExports();
