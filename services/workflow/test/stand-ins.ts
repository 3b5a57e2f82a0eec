import { type BulkItemOf, type BulkOperation, type Operation, operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { TokenVerifier } from '@dronedelivery/service-kit/auth';
import {
  type BulkItemHandler,
  createHttpServer,
  type HttpServer,
  type OperationHandler,
  registerBulk,
  registerOperation,
} from '@dronedelivery/service-kit/http';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import type { StandInCall, StandInWorld } from './stand-in-world.ts';

export interface StandIns extends AsyncDisposable {
  readonly urls: Readonly<Record<'delivery' | 'package' | 'drone-scheduler', string>>;
}

/** Delivery, package and drone-scheduler over HTTP, by the contracts, in front of one world. */
export async function startStandIns(world: StandInWorld, verifier: TokenVerifier): Promise<StandIns> {
  await using stack = new AsyncDisposableStack();
  const serve = async (name: string, add: (server: HttpServer) => void) => {
    const server = createHttpServer({
      name,
      host: '127.0.0.1',
      port: 0,
      logger: silentLogger,
      verifier,
      drainLimitMs: 50,
    });
    stack.use(server);
    add(server);
    return server.listen();
  };
  const urls = {
    delivery: await serve('delivery', (server) => addDelivery(server, world)),
    package: await serve('package', (server) => addPackage(server, world)),
    'drone-scheduler': await serve('drone-scheduler', (server) => addScheduler(server, world)),
  };
  const started = stack.move();
  return { urls, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Counts the call and lets the faults have their way with it. */
function register<const O extends Operation>(
  server: HttpServer,
  world: StandInWorld,
  operation: O,
  handler: NoInfer<OperationHandler<O>>,
): void {
  registerOperation(server, operation, (request) => {
    const id = (request.params as { readonly id: string }).id;
    const call = { name: operation.id as StandInCall, id, traceparent: request.header('traceparent') };
    return underFaults(world, call, async () => handler(request));
  });
}

/** The same, where the call is one of many: as if it had come alone. */
function registerMany<const O extends BulkOperation>(
  server: HttpServer,
  world: StandInWorld,
  [name, operation]: readonly [StandInCall, O],
  handler: NoInfer<BulkItemHandler<O>>,
): void {
  registerBulk<BulkOperation>(server, operation, (item) => {
    const { id, traceparent } = item;
    return underFaults(world, { name, id, traceparent }, () => handler(item as BulkItemOf<O>));
  });
}

async function underFaults<A>(
  world: StandInWorld,
  { name, id, traceparent }: { name: StandInCall; id: string; traceparent: string | undefined },
  answer: () => Promise<A>,
): Promise<A> {
  world.calls.push({ name, deliveryId: id, traceparent });
  const fault = world.takeFault(name, id);
  if (fault?.kind === 'hang') await new Promise(() => {});
  if (fault?.kind === 'refuse') throw new AppError(fault.code);
  const given = await answer();
  if (fault?.kind === 'refuse-after') throw new AppError(fault.code);
  return given;
}

function addDelivery(server: HttpServer, world: StandInWorld): void {
  register(server, world, operations.putDelivery, ({ params, body }) => {
    return world.putDelivery(params.id, body) === 201
      ? { status: 201, body: world.delivery(params.id) }
      : { status: 204 };
  });
  registerMany(server, world, ['putDelivery', operations.putDeliveries], async ({ id, body }) => ({
    status: world.putDelivery(id, body),
    gain: {},
  }));
  register(server, world, operations.getDelivery, ({ params }) => ({ status: 200, body: world.delivery(params.id) }));
  register(server, world, operations.replanDelivery, ({ params, body }) => ({
    status: 200,
    body: world.replan(params.id, body),
  }));
  register(server, world, operations.putDeliveryOutcome, ({ params, body }) => ({
    status: 200,
    body: world.end(params.id, body.stage, body.reason.code),
  }));
  register(server, world, operations.recordRefusal, ({ params, body }) => {
    world.refuse(params.id, body.requestId, body.reason.code);
    return { status: 204 };
  });
}

function addPackage(server: HttpServer, world: StandInWorld): void {
  registerMany(server, world, ['putPackage', operations.putPackages], async ({ id, body }) => {
    world.putPackage(id, body.weight);
    return { status: 200, gain: {} };
  });
  register(server, world, operations.putPackage, ({ params, body }) => {
    world.putPackage(params.id, body.weight);
    const { size, weight, tag = null, ownerId = null } = body;
    const at = new Date(0).toISOString();
    return {
      status: 200,
      body: { id: params.id, ownerId, size, weight, tag, fixed: true, createdAt: at, updatedAt: at },
    };
  });
}

function addScheduler(server: HttpServer, world: StandInWorld): void {
  registerMany(server, world, ['putDroneDelivery', operations.putDroneDeliveries], async ({ id, body }) => {
    const { state, assignAt } = world.putMission(id, body);
    return { status: 200, gain: { state, assignAt } };
  });
  register(server, world, operations.putDroneDelivery, ({ params, body }) => ({
    status: 200,
    body: world.putMission(params.id, body),
  }));
  register(server, world, operations.getDroneDelivery, ({ params }) => ({
    status: 200,
    body: world.mission(params.id),
  }));
  register(server, world, operations.releaseDroneDelivery, ({ params }) => {
    world.release(params.id);
    return { status: 204 };
  });
}
