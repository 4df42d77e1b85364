// Statements. Each step is one call from Rust.

/**
 * Runs a statement. All of its rows are read at once if they were written by it: while one is left the platform cannot
 * commit, and it would lose what the turn has written.
 */
export function execute(sql, statement, bindings, all) {
  const cursor = sql.exec(statement, ...bindings);
  return { cursor, rows: all ? [...cursor.raw()].values() : undefined };
}

/** The next row, or undefined after the last. */
export function step(executed) {
  const { done, value } = (executed.rows ??= executed.cursor.raw()).next();
  return done ? undefined : value;
}

/** Steps through all rows that are left, and gives the number of those that were written. */
export function finish({ cursor }) {
  while (!cursor.next().done);
  return cursor.rowsWritten;
}

/** Ends a statement that has rows left. */
export function close({ cursor }) {
  try {
    // Where there are two rows, that is an error, before which the platform drops the statement. Only this does.
    cursor.one();
  } catch {
    // Or there is none, or SQLite has failed to get it: then the statement is not in progress either.
  }
}

export function columns({ cursor }) {
  return cursor.columnNames;
}

export function read({ cursor }) {
  return cursor.rowsRead;
}

export function written({ cursor }) {
  return cursor.rowsWritten;
}
