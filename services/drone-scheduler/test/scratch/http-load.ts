import { surroundings } from '../harness.ts';
import { startProcess } from '../process.ts';
import { courier, place, putBody } from '../builders.ts';
import { Agent, request } from 'undici';
await using world = await surroundings();
await using s = await startProcess(world);
const agent = new Agent({ connections: 64, pipelining: 1 });
let seed = 1; const rnd = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
const op = world.issuer.operator(); const svc = world.issuer.service('workflow'); const dr = world.issuer.drone('*');
const call = async (authorization: string, method: string, path: string, body: unknown) => {
  const r = await request(s.url + path, { dispatcher: agent, method: method as 'PUT', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const t = await r.body.text(); return { status: r.statusCode, body: t ? JSON.parse(t) : null };
};
await call(op, 'PUT', '/v1/dronemodels/courier', courier);
for (let i = 0; i < 8; i++) await call(op, 'PUT', `/v1/stations/s${i}`, { stationId: `s${i}`, location: place(Math.cos(i) * 4000, Math.sin(i) * 4000), chargers: 800 });
async function pool(n: number, c: number, f: (i: number) => Promise<void>) { let k = 0; await Promise.all(Array.from({ length: c }, async () => { while (k < n) await f(k++); })); }
await pool(6000, 64, async (i) => { await call(op, 'POST', '/v1/drones', { droneId: `d${i}`, modelId: 'courier', stationId: `s${i % 8}` }); });
const lat: number[] = []; const counts: Record<string, number> = {};
const bound: { droneId: string; missionId: string }[] = [];
let t = performance.now();
await pool(5000, 64, async (i) => {
  const t0 = performance.now();
  const r = await call(svc, 'PUT', `/v1/dronedeliveries/x${i}?businessId=b`, putBody(String(i), { pickup: place(rnd() * 8000 - 4000, rnd() * 8000 - 4000), dropOff: place(rnd() * 8000 - 4000, rnd() * 8000 - 4000) }));
  lat.push(performance.now() - t0); counts[r.status] = (counts[r.status] ?? 0) + 1; if (r.status === 201) bound.push(r.body);
});
let sec = (performance.now() - t) / 1000; lat.sort((a, b) => a - b);
console.log('PUT', counts, Math.round(5000 / sec), '/s p50', lat[2500]?.toFixed(1), 'p99', lat[4950]?.toFixed(1));
// telemetry: 500 flying drones, batches of 250, 20 rounds
const fl = bound.slice(0, 500); let n = 0; t = performance.now();
const drones = (await Promise.all(Array.from({ length: 1 }, async () => 0)));
for (let round = 1; round <= 20; round++) {
  for (const part of [fl.slice(0, 250), fl.slice(250)]) {
    const r = await call(dr, 'POST', '/v1/telemetry', { reports: part.map((m) => ({ droneId: m.droneId, sequence: round, at: new Date().toISOString(), location: place(0, 0), speedMps: 20, headingDeg: 0, stateOfChargePercent: 90, activity: 'EnRouteToPickup', missionId: m.missionId, revision: 1 })) });
    n += part.length;
    if (round === 1) console.log(r.status, JSON.stringify(r.body).slice(0, 120));
  }
}
sec = (performance.now() - t) / 1000;
console.log('telemetry', Math.round(n / sec), 'reports/s', drones.length);
await agent.close(); await s.end('SIGTERM');
