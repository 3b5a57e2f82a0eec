import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readPackageConfig } from './config.ts';
import { createPackageService } from './service.ts';

await runService({ name: 'package', readConfig: readPackageConfig, create: createPackageService });
