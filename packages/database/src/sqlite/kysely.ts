import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** How many prepared statements to keep. Our code has fewer, but lists of varying length add more. */
const maxPrepared = 500;

/** Kysely over Node's own SQLite. The caller owns the connection. */
export function kyselyOver<Tables>(connection: DatabaseSync): Kysely<Tables> {
  const prepared = new Map<string, SqliteStatement>();
  const database: SqliteDatabase = {
    prepare(sql) {
      let statement = prepared.get(sql);
      if (statement === undefined) {
        if (prepared.size >= maxPrepared) prepared.clear();
        statement = adapt(connection.prepare(sql));
        prepared.set(sql, statement);
      }
      return statement;
    },
    close: () => connection.close(),
  };
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
}

function adapt(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
