import { type Environment, readSettings, type SettingsOf, text } from '@dronedelivery/service-kit/config';
import { processSettings, storeSettings, verifierSettings } from '@dronedelivery/service-kit/settings';

export const packageSettings = { ...processSettings, ...verifierSettings, ...storeSettings, DATA_DIR: text() } as const;

export type PackageConfig = SettingsOf<typeof packageSettings>;

/** @throws ConfigurationError */
export function readPackageConfig(env: Environment): PackageConfig {
  return readSettings(env, packageSettings);
}
