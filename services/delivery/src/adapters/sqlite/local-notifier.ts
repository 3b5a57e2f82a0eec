import type { Clock } from '@dronedelivery/service-kit/clock';
import type { Database } from '@dronedelivery/service-kit/sqlite';
import type { Notify } from '../../app/ports.ts';

/** Stands where a mail or text-message provider would: it keeps what it was told, once for each id. */
export function createLocalNotifier(database: Database, clock: Clock): Notify {
  return async ({ id, channel, address, content }) => {
    await database.write((sql) =>
      sql.run(
        'INSERT INTO told (id, channel, address, content, told_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
        ...[id, channel, address, content, clock.now()],
      ),
    );
  };
}
