import {
  type CreateDeliveryMessage,
  type CreateDeliveryRequest,
  type DeliveryRequestAccepted,
  Id,
  operations,
} from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { compileCheck } from '@dronedelivery/service-kit/schema-check';
import type { Accept, Requester } from '../../app/accept.ts';
import { checkCreate, checkReschedule } from '../../domain/check-request.ts';

const faultsOfId = compileCheck(Id);

export function registerRoutes(server: HttpServer, accept: Accept, now: () => number): void {
  const checkEarly = ({ businessId }: { readonly businessId?: string | undefined }) => {
    if (businessId !== undefined) accept.checkRoom(businessId);
  };
  registerOperation(
    server,
    operations.createDeliveryRequest,
    async (request) => {
      const requester = requesterOf(request);
      if (request.body.ownerId === undefined) checkOwner(requester.ownerId);
      const message = await accept.create(request.body, requester);
      return accepted(echo(request.body, message));
    },
    { checkEarly, refineBody: (body) => checkCreate(body, now()) },
  );
  registerOperation(
    server,
    operations.rescheduleDeliveryRequest,
    async (request) => {
      const { deliveryId, requestId } = await accept.reschedule(request.params.id, request.body, requesterOf(request));
      return accepted({ deliveryId, requestId });
    },
    { checkEarly, refineBody: (body) => checkReschedule(body, now()) },
  );
  registerOperation(
    server,
    operations.cancelDeliveryRequest,
    async (request) => {
      const { deliveryId, requestId } = await accept.cancel(request.params.id, requesterOf(request));
      return accepted({ deliveryId, requestId });
    },
    { checkEarly },
  );
}

function accepted<B extends { readonly deliveryId: string }>(body: B) {
  return { status: 202, headers: { location: `/v1/deliveries/${body.deliveryId}` }, body } as const;
}

interface RequestParts {
  readonly principal: { readonly subject: string; readonly ownerId?: string };
  readonly headers: { readonly 'idempotency-key'?: string };
  business(): string;
}

function requesterOf(request: RequestParts): Requester {
  const { ownerId, subject } = request.principal;
  return {
    businessId: request.business(),
    ownerId: ownerId ?? subject,
    idempotencyKey: request.headers['idempotency-key'],
  };
}

/** A token may name its user in a way that is no id here; then the request has to say who is meant. */
function checkOwner(ownerId: string): void {
  if (faultsOfId(ownerId) === undefined) return;
  const expected = 'the id of the owner, since the token names none';
  throw new AppError('validation-failed', undefined, { errors: [{ in: 'body', path: '/ownerId', expected }] });
}

/** The request as it came, with what was left to us filled in. */
function echo(body: CreateDeliveryRequest, message: CreateDeliveryMessage): DeliveryRequestAccepted {
  const { deliveryId, ownerId, plan, parcel } = message;
  const { packageInfo, deadline, ...rest } = body;
  return {
    ...rest,
    deliveryId,
    ownerId,
    deadline: deadline === undefined || deadline === '' ? plan.deadline : deadline,
    packageInfo: { ...packageInfo, packageId: parcel.packageId },
  };
}
