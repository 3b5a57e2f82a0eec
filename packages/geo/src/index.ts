export * from './direct.ts';
export * from './distance.ts';
export { type GeodesicInverse, geodesicInverse } from './inverse.ts';
export { hopDistanceMaxM, type Leg, type LegRequest, planLeg, type UnflyableLeg } from './leg.ts';
export { chargedWh, chargingS, type DronePerformance } from './performance.ts';
export { normalizeBearingDeg, normalizeLongitudeDeg, type Position } from './position.ts';
export * from './progress.ts';
export * from './remaining.ts';
export * from './wind.ts';
