import Type from 'typebox';
import { PageQuery, strict } from '../common.ts';
import { DeadLetter, DeadLetterPage, DeadLetterReplayed, DeadLetterSource, SequenceNumber } from '../dead-letter.ts';
import { operation } from '../operation.ts';
import { only } from './access.ts';

const service = 'supervisor';
const params = strict({ sequenceNumber: SequenceNumber });
/** Without a source the parked queue is meant: a sequence number is unique only within its queue. */
const query = strict({ source: Type.Optional(DeadLetterSource) });

export const supervisorOperations = {
  listDeadLetters: operation({
    id: 'listDeadLetters',
    service,
    method: 'GET',
    path: '/v1/deadletters',
    summary: 'What could not be handled: parked requests, and dead letters of queues and subscriptions',
    public: true,
    access: only('operator'),
    query: strict({ ...PageQuery, source: Type.Optional(DeadLetterSource) }),
    responses: { 200: DeadLetterPage },
    errors: [],
  }),
  getDeadLetter: operation({
    id: 'getDeadLetter',
    service,
    method: 'GET',
    path: '/v1/deadletters/:sequenceNumber',
    summary: 'One dead letter',
    public: true,
    access: only('operator'),
    params,
    query,
    responses: { 200: DeadLetter },
    errors: ['not-found'],
  }),
  deleteDeadLetter: operation({
    id: 'deleteDeadLetter',
    service,
    method: 'DELETE',
    path: '/v1/deadletters/:sequenceNumber',
    summary: 'Throw a dead letter away for good',
    public: true,
    access: only('operator'),
    params,
    query,
    responses: { 204: null },
    errors: ['not-found'],
  }),
  replayDeadLetter: operation({
    id: 'replayDeadLetter',
    service,
    method: 'POST',
    path: '/v1/deadletters/:sequenceNumber/replay',
    summary: 'Send a dead letter once more, under a new message id; refused once its delivery has ended',
    public: true,
    access: only('operator'),
    params,
    query,
    responses: { 202: DeadLetterReplayed },
    errors: ['not-found', 'delivery-terminal', 'conflict'],
  }),
} as const;
