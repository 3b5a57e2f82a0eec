import { runService } from '@dronedelivery/service-kit/lifecycle';
import { readConfig } from './config.ts';
import { createIngestionService } from './service.ts';

await runService({ name: 'ingestion', readConfig, create: createIngestionService });
