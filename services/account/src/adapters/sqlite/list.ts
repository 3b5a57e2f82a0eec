import type { SqlValue } from '@dronedelivery/service-kit/sqlite';
import type { ListRange } from '../../app/ports.ts';

/** Values of `after` in `WHERE (created_at, id) > (?, ?) … LIMIT ?`: before the first row when there is none. */
export function rangeValues({ after, limit }: ListRange): SqlValue[] {
  return [after?.createdAt ?? -1, after?.id ?? '', limit];
}
