import { edgeRoutes, type ServiceName, tokenAudience } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { createTokenBuckets } from '@dronedelivery/service-kit/token-buckets';
import type { FastifyReply } from 'fastify';
import { type Admission, createAdmission } from './admission.ts';
import type { EdgeConfig } from './config.ts';
import { createFloodGuard } from './flood-guard.ts';
import { createForward, type Forward } from './forward.ts';
import { createLoadGuard } from './load-guard.ts';
import { isPlainTarget } from './request-target.ts';
import { createServer } from './server.ts';
import { createTurnedAway } from './turned-away.ts';
import { createUpstream, type Upstream } from './upstream.ts';
import type { WholeAnswer } from './whole-answer.ts';

export interface EdgeOverrides {
  readonly logger?: Logger;
}

/** The one way in: routes the public operations to the services that answer them, after authentication and limits. */
export async function createEdge(config: EdgeConfig, overrides: EdgeOverrides = {}): Promise<Service> {
  await using resources = new AsyncDisposableStack();
  const logger = overrides.logger ?? createLogger({ service: 'edge', level: config.logLevel });
  const upstreams = createUpstreams(config, resources);
  const admission = createAdmissionOf(config);
  const guard = createLoadGuard(config);
  const turnedAway = createTurnedAway(monotonicMs);
  const server = resources.use(createServer(config, logger, createFloodGuard(admission, turnedAway)));
  server.fastify.addHook('onRequest', async (request) => refuseTricks(request.raw.url ?? '', config.uriLengthMax));
  server.fastify.addHook('onRequest', async (request) => {
    if (request.routeOptions.url === '/openapi.json')
      await admission.admit({ access: { kind: 'anonymous' } }, request.raw);
  });
  for (const operation of edgeRoutes) {
    const needs = {
      upstreams,
      guard,
      answerTimeoutMs: config.upstreamTimeoutMs,
      stopping: server.closing,
      log: logger,
      onAnswer: (reply: FastifyReply, answer: WholeAnswer) =>
        turnedAway.note(operation, guard.callerOf(reply) ?? '', answer),
    };
    const forward: Forward = createForward(operation, needs);
    server.fastify.route({
      method: operation.method === 'GET' ? ['GET', 'HEAD'] : operation.method,
      url: operation.path,
      exposeHeadRoute: false,
      onRequest: async (request, reply) => {
        guard.enter(operation, reply);
        const caller = await admission.admit(operation, request.raw);
        const refusal = turnedAway.refusalOf(operation, caller);
        if (refusal !== undefined) throw refusal;
        guard.enterAs(caller, operation, reply);
      },
      handler: forward,
    });
  }
  const url = await server.listen();
  const owned = resources.move();
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function refuseTricks(target: string, lengthMax: number): void {
  if (target.length > lengthMax) throw new AppError('uri-too-long');
  if (!isPlainTarget(target)) throw new AppError('not-found');
}

function createUpstreams(config: EdgeConfig, resources: AsyncDisposableStack): ReadonlyMap<ServiceName, Upstream> {
  const urls: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
    account: config.accountUrl,
    ingestion: config.ingestionUrl,
    supervisor: config.supervisorUrl,
    package: config.packageUrl,
    delivery: config.deliveryUrl,
    'drone-scheduler': config.droneSchedulerUrl,
    portal: config.portalUrl,
  };
  const limits = {
    connectTimeoutMs: config.upstreamConnectTimeoutMs,
    answerBytesMax: config.answerBytesMax,
    connectionsMax: config.upstreamConnectionsMax,
  };
  const services = [...new Set(edgeRoutes.map(({ service }) => service))];
  return new Map(
    services.map((service) => [service, resources.use(createUpstream(urls[service] ?? [], limits, monotonicMs))]),
  );
}

function createAdmissionOf(config: EdgeConfig): Admission {
  const { tokenIssuer: issuer, jwksUrl, rateCallersMax: callersMax } = config;
  const ofCaller = { ratePerS: config.ratePerS, burst: config.rateBurst, callersMax };
  const ofAddress = { ratePerS: config.anonymousRatePerS, burst: config.anonymousBurst, callersMax };
  return createAdmission({
    verifier: createTokenVerifier({ issuer, audience: tokenAudience, jwksUrl }),
    takeOfCaller: createTokenBuckets(ofCaller, monotonicMs),
    takeOfAddress: createTokenBuckets(ofAddress, monotonicMs),
  });
}

function monotonicMs(): number {
  return performance.now();
}
