import { surroundings, openFleet } from '../harness.ts';
import { startProcess } from '../process.ts';
import { readFileSync, readdirSync } from 'node:fs';
import { execSync } from 'node:child_process';
await using world = await surroundings();
await using s = await startProcess(world);
await openFleet(s, world.issuer, ['a']);
await new Promise((r) => setTimeout(r, 3000));
console.log(execSync(`ps -o pid,rss,args --ppid ${process.pid} | grep main.ts | head -1`).toString());
