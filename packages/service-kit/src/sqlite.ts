export { type Database, type DatabaseOptions, openDatabase } from './sqlite/database.ts';
export type { SqlReader, SqlRow, SqlValue, SqlWriter } from './sqlite/statements.ts';
