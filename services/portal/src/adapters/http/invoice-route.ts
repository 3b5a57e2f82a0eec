import { operations } from '@dronedelivery/contracts';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { gatherInvoice, type MonthReaders } from '../../app/invoices.ts';
import type { Tariff } from '../../domain/invoice.ts';

export function registerInvoice(server: HttpServer, readers: MonthReaders, tariff: Tariff, timeoutMs: number): void {
  registerOperation(server, operations.getInvoice, async (request) => {
    const { year, month } = request.query;
    const of = { businessId: request.business(), ownerId: request.params.ownerId, year, month };
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
    const invoice = await gatherInvoice(readers, tariff, of, { authorization: request.authorization ?? '', signal });
    return { status: 200, body: invoice };
  });
}
