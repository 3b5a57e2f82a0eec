import type { ListFilter, ListPage } from '../../app/ports.ts';

/** Conditions that do not apply are left out, so that an index serves the rest; `d` names the deliveries' table. */
export function listSql(columns: string, from: string, filter: ListFilter, { after }: ListPage): string {
  const conditions = [
    ...(filter.businessId === undefined ? [] : ['d.business_id = :businessId']),
    ...(filter.ownerId === undefined ? [] : ['d.owner_id = :ownerId']),
    ...(filter.stage === undefined ? [] : ['d.stage = :stage']),
    ...(after === undefined
      ? []
      : [
          'd.created_at <= :afterMs',
          '(d.created_at < :afterMs OR (d.business_id, d.id) > (:afterBusinessId, :afterId))',
        ]),
  ];
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${columns} FROM ${from} ${where} ORDER BY d.created_at DESC, d.business_id, d.id LIMIT :limit`;
}

export function listValues({ businessId, ownerId, stage }: ListFilter, { after, limit }: ListPage) {
  return {
    limit,
    ...(businessId === undefined ? {} : { businessId }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(stage === undefined ? {} : { stage }),
    ...(after === undefined
      ? {}
      : { afterMs: after.createdAtMs, afterBusinessId: after.businessId, afterId: after.id }),
  };
}
