export { type Database, type DatabaseOptions, openDatabase } from './sqlite/database.ts';
export { ForeignCommits } from './sqlite/foreign-commits.ts';
export type { SqlReader, SqlRow, SqlValue, SqlWriter } from './sqlite/statements.ts';
