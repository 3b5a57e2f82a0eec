import { operation } from '@dronedelivery/contracts';
import Type from 'typebox';

/** An operation whose handlers take as long as a test wants. */
export const slow = operation({
  id: 'slow',
  service: 'delivery',
  method: 'GET',
  path: '/v1/slow',
  summary: '',
  public: false,
  access: { kind: 'anonymous' },
  responses: { 200: Type.String() },
  errors: [],
});
