import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createAccountService } from './service.ts';

await runService({ name: 'account', readConfig, create: createAccountService });
