import Type from 'typebox';
import { BusinessQuery, Id, MonthQuery, strict } from '../common.ts';
import { Invoice } from '../invoice.ts';
import { operation } from '../operation.ts';
import { anonymous, only } from './access.ts';

const service = 'portal';

export const portalOperations = {
  getInvoice: operation({
    id: 'getInvoice',
    service,
    method: 'GET',
    path: '/v1/invoices/:ownerId',
    summary: 'Deliveries, packages and drone utilization of one owner and month, gathered from three services',
    public: true,
    access: only('shipper', 'business-admin', 'operator'),
    params: strict({ ownerId: Id }),
    query: strict({ ...MonthQuery, ...BusinessQuery }),
    responses: { 200: Invoice },
    errors: ['upstream-timeout'],
  }),
  getPage: operation({
    id: 'getPage',
    service,
    method: 'GET',
    path: '/',
    summary: 'The web app',
    public: true,
    access: anonymous,
    responses: { 200: Type.String() },
    responseMediaType: 'text/html',
    errors: [],
  }),
  getPageFile: operation({
    id: 'getPageFile',
    service,
    method: 'GET',
    path: '/assets/:file',
    summary: 'Script, style or image of the web app',
    public: true,
    access: anonymous,
    params: strict({ file: Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }) }),
    responses: { 200: Type.String() },
    responseMediaType: '*/*',
    errors: ['not-found'],
  }),
} as const;
