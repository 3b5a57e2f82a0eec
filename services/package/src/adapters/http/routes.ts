import { operations, type Package } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type HttpServer, registerBulk, registerOperation } from '@dronedelivery/service-kit/http';
import type { Packages } from '../../app/packages.ts';
import type { PackageDecision, PackageState } from '../../domain/package.ts';

export function registerPackageRoutes(server: HttpServer, packages: Packages): void {
  registerOperation(server, operations.putPackage, async (request) => {
    const { params, body, principal } = request;
    const { size, weight, tag = null, ownerId = principal.ownerId, deliveryId } = body;
    if (deliveryId !== undefined && !principal.roles.includes('service')) {
      throw new AppError('forbidden', 'deliveryId is for our own services');
    }
    const key = { businessId: request.business(), id: params.id };
    const content = { size, weightKg: weight, tag, ownerId };
    const decision = accepted(await packages.put({ key, content, deliveryId }));
    return { status: decision.isNew ? 201 : 200, body: packageView(decision.state) };
  });

  registerBulk(server, operations.putPackages, async ({ businessId, id, body }) => {
    const { size, weight, tag = null, ownerId, deliveryId } = body;
    const content = { size, weightKg: weight, tag, ownerId };
    const { isNew } = accepted(await packages.put({ key: { businessId, id }, content, deliveryId }));
    return { status: isNew ? 201 : 200, gain: {} };
  });

  registerOperation(server, operations.patchPackage, async (request) => {
    const { size, weight, tag } = request.body;
    const key = { businessId: request.business(), id: request.params.id };
    const decision = accepted(await packages.patch(key, { size, weightKg: weight, tag }));
    return { status: 200, body: packageView(decision.state) };
  });

  registerOperation(server, operations.getPackage, async (request) => {
    const state = await packages.find({ businessId: request.business(), id: request.params.id });
    if (state === undefined) throw new AppError('not-found');
    return { status: 200, body: packageView(state) };
  });

  registerOperation(server, operations.getPackageSummary, async (request) => {
    const { year, month } = request.query;
    const { ownerId } = request.params;
    return { status: 200, body: await packages.summary(request.business(), ownerId, year, month) };
  });
}

function accepted(decision: PackageDecision): Extract<PackageDecision, { readonly kind: 'saved' }> {
  if (decision.kind === 'refused') throw new AppError(decision.code);
  return decision;
}

function packageView({ id, ownerId, size, weightKg, tag, isFixed, createdAtMs, updatedAtMs }: PackageState): Package {
  return {
    id,
    ownerId,
    size,
    weight: weightKg,
    tag,
    fixed: isFixed,
    createdAt: new Date(createdAtMs).toISOString(),
    updatedAt: new Date(updatedAtMs).toISOString(),
  };
}
