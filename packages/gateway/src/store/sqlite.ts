import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Database } from './registry.ts';

/** Statements kept ready; our code has fewer, but lists of varying length make new ones. */
const mostPrepared = 500;

/** Kysely over Node's own SQLite. The caller owns the connection. */
export function kyselyOver(connection: DatabaseSync): Kysely<Database> {
  const prepared = new Map<string, SqliteStatement>();
  const database: SqliteDatabase = {
    prepare(sql) {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        if (prepared.size >= mostPrepared) prepared.clear();
        statement = adapt(connection.prepare(sql));
        prepared.set(sql, statement);
      }
      return statement;
    },
    close: () => connection.close(),
  };
  return new Kysely<Database>({ dialect: new SqliteDialect({ database }) });
}

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
