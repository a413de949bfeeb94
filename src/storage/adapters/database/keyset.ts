import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, type StringReference } from 'kysely';
import type { Position } from '../../domain/slice.js';
import type { StorageTables } from './tables.js';

type Table = keyof StorageTables;

/** Whether a row stands behind the position, in the order of `created_at` and the id. */
export const isBehind =
  <T extends Table>(id: StringReference<StorageTables, T>, { createdAt, id: lastId }: Position) =>
  (eb: ExpressionBuilder<StorageTables, T>): ExpressionWrapper<StorageTables, T, SqlBool> => {
    const time = 'created_at' as StringReference<StorageTables, T>;
    const lastTime = eb.val(createdAt.getTime());
    return eb.or([
      eb(time, '>', lastTime as never),
      eb.and([eb(time, '=', lastTime as never), eb(id, '>', eb.val(lastId) as never)]),
    ]);
  };
