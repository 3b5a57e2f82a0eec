import assert from 'node:assert/strict';
import { request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { startUnrulyNews } from '../support/unruly-news.ts';
import { endingAs } from './delivery-plans.ts';
import type { RaceTest } from './race-suite.ts';

/** News of the drones that come in another order than they were told in, more than once, or never. */
export function fleetNewsRaces(race: RaceTest): void {
  race('mission events out of order, doubled and missing: every delivery is completed', async ({ running, struck }) => {
    const { customer } = running;
    const news = await startUnrulyNews(running, 31);
    const ids = await Promise.all(Array.from({ length: 10 }, () => request(customer, validationRequest())));
    for (const id of ids) await until(customer, id, 'its record', () => true);
    for (const id of ids) await untilStage(customer, id, ['HeadedToDropoff', 'Completed']);
    await news[Symbol.asyncDispose]();
    struck();
    for (const id of ids) await untilStage(customer, id, ['Completed']);
    console.log('mission events:', news.counts);
    for (const [treatment, count] of Object.entries(news.counts)) assert.ok(count > 0, treatment);
    return endingAs('Completed', ids);
  });
}
