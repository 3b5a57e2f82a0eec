import { bulkAnswer, bulkRequest, NoGain } from '../bulk.ts';
import { BusinessQuery, Id, IdParams, MonthQuery, strict } from '../common.ts';
import { operation } from '../operation.ts';
import { Package, PackageSummary, PatchPackage, PutPackage } from '../package.ts';
import { only } from './access.ts';

const service = 'package';
const readers = only('shipper', 'business-admin', 'operator', 'service');
const ofBusiness = strict({ ...BusinessQuery });

export const packageOperations = {
  putPackage: operation({
    id: 'putPackage',
    service,
    method: 'PUT',
    path: '/v1/packages/:id',
    summary: 'Create or replace a package; the saga also fixes its size and weight',
    public: true,
    access: only('shipper', 'business-admin', 'service'),
    params: IdParams,
    query: ofBusiness,
    body: PutPackage,
    responses: { 200: Package, 201: Package },
    errors: ['package-fixed'],
  }),
  putPackages: operation({
    id: 'putPackages',
    service,
    method: 'PUT',
    path: '/v1/packages',
    summary: 'Many times putPackage by the saga, of any businesses; each with a result of its own',
    public: false,
    access: only('service'),
    body: bulkRequest(PutPackage),
    responses: { 200: bulkAnswer(NoGain) },
    errors: [],
  }),
  getPackage: operation({
    id: 'getPackage',
    service,
    method: 'GET',
    path: '/v1/packages/:id',
    summary: 'One package',
    public: true,
    access: readers,
    params: IdParams,
    query: ofBusiness,
    responses: { 200: Package },
    errors: ['not-found'],
  }),
  patchPackage: operation({
    id: 'patchPackage',
    service,
    method: 'PATCH',
    path: '/v1/packages/:id',
    summary: 'Change a package; size and weight only while no delivery of it is being planned',
    public: true,
    access: only('shipper', 'business-admin'),
    params: IdParams,
    body: PatchPackage,
    responses: { 200: Package },
    errors: ['not-found', 'package-fixed'],
    idempotent: true,
  }),
  getPackageSummary: operation({
    id: 'getPackageSummary',
    service,
    method: 'GET',
    path: '/v1/packages/summary/:ownerId',
    summary: "One owner's packages of a month",
    public: true,
    access: readers,
    params: strict({ ownerId: Id }),
    query: strict({ ...MonthQuery, ...BusinessQuery }),
    responses: { 200: PackageSummary },
    errors: [],
  }),
} as const;
