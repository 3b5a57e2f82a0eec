import { createServer } from 'node:http';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { DroneDelivery } from '@dronedelivery/contracts';
import { surroundings } from '../harness.ts';
import { putBody, place, center } from '../builders.ts';
const X = Number(process.argv[2] ?? 20);
await using world = await surroundings();
await using s = await world.start({ TIME_SCALE: String(X), LOG_LEVEL: 'info' });
const tokens = createServer((_, r) => { r.setHeader('content-type', 'application/json'); r.end(JSON.stringify({ access_token: world.issuer.token({ sub: 'sim', roles: ['operator', 'drone'], drones: ['*'] }), token_type: 'Bearer', expires_in: 3600 })); });
await new Promise<void>((r) => tokens.listen(0, '127.0.0.1', r));
const sim = fork('/work/main/simulator/src/main.ts', { env: { ...process.env, DRONES: '20', TIME_SCALE: String(X), STATION_CENTER: `${center.latitude},${center.longitude}`, DRONE_SCHEDULER_URL: s.url, TOKEN_URL: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/v1/oauth/token`, CLIENT_ID: 'x', CLIENT_SECRET: 'y', LOG_LEVEL: 'warn' }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
const [ready] = await once(sim, 'message') as [{ url: string }];
console.log('sim', ready);
await new Promise((r) => setTimeout(r, 3000));
const told: DroneDelivery[] = [];
for (let i = 0; i < 12; i++) {
  const r = await s.put(`d${i}`, putBody(String(i + 1), { pickup: place(1500 * Math.cos(i), 1500 * Math.sin(i)), dropOff: place(1500 * Math.cos(i + 2), 1500 * Math.sin(i + 2)) }));
  if (r.status !== 201) console.log(i, r.status, JSON.stringify(r.body)); else told.push(r.body);
}
const ctl = async (path: string, body: unknown) => console.log(path, (await fetch(ready.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status);
await new Promise((r) => setTimeout(r, 4000));
await ctl('/faults', { droneId: told[0]?.droneId, kind: 'crashed' });
await ctl('/faults', { droneId: told[1]?.droneId, kind: 'link-lost' });
const end = Date.now() + 120000;
const svc = world.issuer.service('x');
let states: DroneDelivery[] = [];
for (;;) {
  states = await Promise.all(told.map(async (t) => (await s.call(svc, 'GET', `/v1/dronedeliveries/${t.deliveryId}?businessId=fabrikam`)).body as DroneDelivery));
  if (states.every((x) => ['Delivered', 'Failed'].includes(x.state)) || Date.now() > end) break;
  await new Promise((r) => setTimeout(r, 500));
}
states.forEach((x, i) => console.log(x.deliveryId, x.state, x.reason?.code ?? '', 'rev', x.revision, 'pickup err ms', x.pickedUpAt && Date.parse(x.pickedUpAt) - Date.parse(told[i]?.pickupEta ?? ''), 'delivery err ms', x.deliveredAt && Date.parse(x.deliveredAt) - Date.parse(told[i]?.deliveryEta ?? ''), 'planned s', (Date.parse(told[i]?.deliveryEta ?? '') - Date.parse(told[i]?.updatedAt ?? '')) / 1000));
await ctl('/faults', { droneId: told[0]?.droneId, kind: 'restored' });
await ctl('/faults', { droneId: told[1]?.droneId, kind: 'restored' });
await new Promise((r) => setTimeout(r, 6000));
const drones = (await s.call(world.issuer.operator(), 'GET', '/v1/drones')).body as { items: { droneId: string; state: string; command: unknown }[] };
console.log(drones.items.map((d) => `${d.droneId}:${d.state}${d.command ? '*' : ''}`).join(' '));
console.log('events', world.missionEvents.length, 'positions', world.positions.length);
sim.kill('SIGTERM'); await once(sim, 'exit'); tokens.closeAllConnections(); tokens.close();
