import type { FleetEvents } from '../src/events.ts';

/** Events as texts, in order. */
export function recordedEvents(): { readonly events: FleetEvents; readonly told: string[] } {
  const told: string[] = [];
  const tell = (...parts: readonly unknown[]) => void told.push(parts.join(' '));
  const events: FleetEvents = {
    enrolled: (drones) => tell('enrolled', drones),
    enrolmentFailed: (_error, retryMs) => tell('enrolmentFailed', retryMs),
    refreshFailed: () => tell('refreshFailed'),
    cannotFly: ({ droneId }) => tell('cannotFly', droneId),
    commandTaken: ({ kind, droneId }) => tell('commandTaken', kind, droneId),
    reportRefused: (droneId, result) => tell('reportRefused', droneId, result),
    telemetryFailed: (_why, retryMs) => tell('telemetryFailed', retryMs),
    telemetryAgain: (failures) => tell('telemetryAgain', failures),
    batteryEmpty: (droneId) => tell('batteryEmpty', droneId),
    faultInjected: (droneId, kind) => tell('faultInjected', droneId, kind),
    flightsPaused: (paused) => tell('flightsPaused', paused),
    wallClockSet: (byMs) => tell('wallClockSet', byMs),
  };
  return { events, told };
}
