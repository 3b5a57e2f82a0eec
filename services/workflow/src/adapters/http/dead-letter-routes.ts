import { operations, pageLimitDefault } from '@dronedelivery/contracts';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { DeadLetterDesk } from '../../app/dead-letter-desk.ts';

export function registerDeadLetterRoutes(server: HttpServer, desk: DeadLetterDesk): void {
  registerOperation(server, operations.listDeadLetters, async ({ query }) => {
    const { items, nextCursor } = await desk.list(query.source, query.limit ?? pageLimitDefault, query.cursor);
    return { status: 200, body: { items: [...items], ...(nextCursor === undefined ? {} : { nextCursor }) } };
  });
  registerOperation(server, operations.getDeadLetter, async ({ params, query }) => ({
    status: 200,
    body: await desk.get(query.source, params.sequenceNumber),
  }));
  registerOperation(server, operations.deleteDeadLetter, async ({ params, query }) => {
    await desk.discard(query.source, params.sequenceNumber);
    return { status: 204 };
  });
  registerOperation(server, operations.replayDeadLetter, async ({ params, query, signal }) => {
    const { sequenceNumber } = params;
    return {
      status: 202,
      body: { sequenceNumber, messageId: await desk.replay(query.source, sequenceNumber, signal) },
    };
  });
}
