import {
  type Drone,
  type DroneCommand,
  type DroneModel,
  operations,
  type Station,
  type TelemetryReport,
  tokenAudience,
} from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { createHttpServer, type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { startTokenIssuer, type TestTokenIssuer, type TokenClaims } from '@dronedelivery/testing';
import { noonMs } from './sample-fleet.ts';

const gateway = { sub: 'drone-gateway', roles: ['drone', 'operator'], drones: ['*'] } satisfies TokenClaims;

/**
 * Stands in for account and drone-scheduler: takes what the contracts let pass, remembers what it is told, and repeats commands
 * until a drone echoes them.
 */
export class StandInScheduler {
  readonly models = new Map<string, DroneModel>();
  readonly stations = new Map<string, Station>();
  readonly drones = new Map<string, Drone>();
  readonly reports: TelemetryReport[] = [];
  readonly batchSizes: number[] = [];
  readonly commands: DroneCommand[] = [];
  isAway = false;
  /** Batches turned away while it was. */
  refused = 0;
  #resources = new AsyncDisposableStack();

  async listen(port = 0): Promise<string> {
    const issuer = await startTokenIssuer();
    const { jwksUrl } = issuer;
    const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: tokenAudience, jwksUrl });
    const server = createHttpServer({ name: 'stand-in', host: '127.0.0.1', port, logger: silentLogger, verifier });
    this.#resources.use(issuer);
    this.#resources.use(server);
    serveTokens(server, issuer);
    this.#serveCatalogue(server);
    this.#serveDrones(server);
    this.#serveTelemetry(server);
    return server.listen();
  }

  /** It can listen again. */
  async close(): Promise<void> {
    const resources = this.#resources;
    this.#resources = new AsyncDisposableStack();
    await resources.disposeAsync();
  }

  reportsOf(droneId: string): readonly TelemetryReport[] {
    return this.reports.filter((report) => report.droneId === droneId);
  }

  #serveCatalogue(server: HttpServer): void {
    const { models, stations } = this;
    registerOperation(server, operations.listDroneModels, () => ({
      status: 200,
      body: { items: [...models.values()] },
    }));
    registerOperation(server, operations.listStations, () => ({
      status: 200,
      body: { items: [...stations.values()] },
    }));
    registerOperation(server, operations.putDroneModel, ({ body }) => {
      models.set(body.modelId, body);
      return { status: 201, body };
    });
    registerOperation(server, operations.putStation, ({ body }) => {
      stations.set(body.stationId, body);
      return { status: 201, body };
    });
  }

  #serveDrones(server: HttpServer): void {
    registerOperation(server, operations.listDrones, ({ query: { limit = 50, cursor = '0' } }) => {
      const from = Number(cursor);
      const items = [...this.drones.values()].slice(from, from + limit);
      const isLast = from + limit >= this.drones.size;
      return { status: 200, body: { items, ...(isLast ? {} : { nextCursor: String(from + limit) }) } };
    });
    registerOperation(server, operations.getDrone, ({ params: { id } }) => {
      const drone = this.drones.get(id);
      if (drone === undefined) throw new AppError('not-found');
      return { status: 200, body: drone };
    });
    registerOperation(server, operations.registerDrone, ({ body }) => {
      const station = this.stations.get(body.stationId);
      if (station === undefined || !this.models.has(body.modelId)) throw new AppError('not-found');
      if (this.drones.has(body.droneId)) throw new AppError('already-exists');
      const drone = newDrone(body.droneId, body.modelId, station, body.stateOfChargePercent ?? 100);
      this.drones.set(drone.droneId, drone);
      return { status: 201, body: drone };
    });
  }

  #serveTelemetry(server: HttpServer): void {
    registerOperation(server, operations.reportTelemetry, ({ body: { reports } }) => {
      if (this.isAway) {
        this.refused += 1;
        throw new AppError('unavailable');
      }
      this.batchSizes.push(reports.length);
      const results = reports.map((report) => ({ droneId: report.droneId, result: this.#take(report) }) as const);
      const heard = new Set(reports.map(({ droneId }) => droneId));
      return {
        status: 200,
        body: { results, commands: this.commands.filter((command) => heard.has(command.droneId)) },
      };
    });
  }

  #take(report: TelemetryReport): 'accepted' | 'stale' | 'unknown-drone' {
    const known = this.drones.get(report.droneId);
    if (known === undefined) return 'unknown-drone';
    if (report.sequence <= known.telemetrySequence) return 'stale';
    const { location, stateOfChargePercent, activity, speedMps, headingDeg, sequence: telemetrySequence } = report;
    const told = { location, stateOfChargePercent, activity, speedMps, headingDeg, telemetrySequence };
    this.drones.set(report.droneId, { ...known, ...told });
    this.reports.push(report);
    const echoed = this.commands.findIndex(
      ({ missionId, revision }) => missionId === report.missionId && revision <= (report.revision ?? 0),
    );
    if (echoed >= 0) this.commands.splice(echoed, 1);
    return 'accepted';
  }
}

function serveTokens(server: HttpServer, issuer: TestTokenIssuer): void {
  registerOperation(server, operations.issueToken, () => ({
    status: 200,
    body: { access_token: issuer.token(gateway), token_type: 'Bearer', expires_in: 3600 },
  }));
}

function newDrone(droneId: string, modelId: string, station: Station, stateOfChargePercent: number): Drone {
  return {
    ...{ droneId, modelId, stationId: station.stationId, stateOfChargePercent },
    ...{ state: 'Idle', activity: 'Idle', speedMps: 0, headingDeg: 0, telemetrySequence: 0 },
    ...{ missionId: null, command: null, lastSeenAt: new Date(noonMs).toISOString() },
    location: station.location,
  };
}
