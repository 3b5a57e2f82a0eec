import type { DroneModel } from '@dronedelivery/contracts';

/** Small parcels, fast. */
const courier: DroneModel = {
  modelId: 'courier-12',
  performance: {
    cruiseSpeedMps: 22,
    climbRateMps: 5,
    descentRateMps: 3.5,
    cruiseAltitudeM: 90,
    cruisePowerW: 1100,
    climbPowerW: 2000,
    descentPowerW: 800,
    payloadPowerWPerKg: 45,
    batteryWh: 1500,
    chargePowerW: 3000,
  },
  maxPayloadKg: 12,
  sizes: ['Small'],
};

/** Everything but the largest and heaviest. */
const carrier: DroneModel = {
  modelId: 'carrier-20',
  performance: {
    cruiseSpeedMps: 19,
    climbRateMps: 4.5,
    descentRateMps: 3.5,
    cruiseAltitudeM: 100,
    cruisePowerW: 1800,
    climbPowerW: 3200,
    descentPowerW: 1300,
    payloadPowerWPerKg: 50,
    batteryWh: 2600,
    chargePowerW: 5000,
  },
  maxPayloadKg: 20,
  sizes: ['Small', 'Medium'],
};

/** Whatever the fleet takes at all. */
const lifter: DroneModel = {
  modelId: 'lifter-50',
  performance: {
    cruiseSpeedMps: 16,
    climbRateMps: 4,
    descentRateMps: 3,
    cruiseAltitudeM: 110,
    cruisePowerW: 4200,
    climbPowerW: 7500,
    descentPowerW: 3000,
    payloadPowerWPerKg: 60,
    batteryWh: 6000,
    chargePowerW: 9000,
  },
  maxPayloadKg: 50,
  sizes: ['Small', 'Medium', 'Large'],
};

export const droneModels: readonly DroneModel[] = [courier, carrier, lifter];

/** Which models ten drones in a row are of. */
const mix: readonly DroneModel[] = [
  courier,
  carrier,
  courier,
  lifter,
  courier,
  courier,
  carrier,
  courier,
  courier,
  carrier,
];

export function modelOf(index: number): DroneModel {
  return mix[index % mix.length] ?? courier;
}
