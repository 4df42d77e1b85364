// Statements. Each step is one call from Rust.

/** Runs a statement. */
export function execute(sql, statement, bindings) {
  return { cursor: sql.exec(statement, ...bindings), rows: undefined };
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

export function columns({ cursor }) {
  return cursor.columnNames;
}

export function read({ cursor }) {
  return cursor.rowsRead;
}

export function written({ cursor }) {
  return cursor.rowsWritten;
}
