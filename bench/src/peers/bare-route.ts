// The peer of ingestion: the same schema on a bare Fastify route that does nothing but answer.
import { ChangeAccepted, CreateDeliveryRequest } from '@dronedelivery/contracts';
import fastify from 'fastify';

const app = fastify({ ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false } } });
const response = { 202: ChangeAccepted };
app.post('/v1/deliveryrequests', { schema: { body: CreateDeliveryRequest, response } }, (_request, reply) => {
  reply.code(202).send({ deliveryId: 'bare', requestId: 'bare' });
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ kind: 'ready', url });
process.once('disconnect', () => app.close());
