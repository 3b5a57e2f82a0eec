import type { Access } from '../operation.ts';
import type { Role } from '../roles.ts';

export const anonymous: Access = { kind: 'anonymous' };

export function only(...roles: readonly Role[]): Access {
  return { kind: 'roles', roles };
}
