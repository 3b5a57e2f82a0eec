import type {
  Drone,
  DroneModel,
  RegisterDrone,
  Station,
  TelemetryAnswer,
  TelemetryReport,
} from '@dronedelivery/contracts';

/** What became of a batch of telemetry. */
export type ReportOutcome =
  | { readonly kind: 'answered'; readonly answer: TelemetryAnswer }
  | { readonly kind: 'failed'; readonly retryAfterMs: number; readonly why: string };

/** Telemetry in, commands out. Never throws. */
export type ReportTelemetry = (reports: readonly TelemetryReport[], signal: AbortSignal) => Promise<ReportOutcome>;

/** What the scheduler knows of the fleet. Every call throws when it cannot be reached or refuses. */
export interface FleetRegister {
  drones(signal: AbortSignal): Promise<readonly Drone[]>;
  models(signal: AbortSignal): Promise<readonly DroneModel[]>;
  stations(signal: AbortSignal): Promise<readonly Station[]>;
  addModel(model: DroneModel, signal: AbortSignal): Promise<void>;
  addStation(station: Station, signal: AbortSignal): Promise<void>;
  /** The drone as registered; one that somebody else has just registered is no error. */
  addDrone(drone: RegisterDrone, signal: AbortSignal): Promise<Drone>;
}
