// Statements. Each step is one call from Rust.

/** Runs a statement; gives its cursor, and the iterator over its rows. */
export function execute(sql, statement, bindings) {
  const cursor = sql.exec(statement, ...bindings);
  return { cursor, rows: cursor.raw() };
}

/** The next row, or undefined after the last. */
export function step({ rows }) {
  const { done, value } = rows.next();
  return done ? undefined : value;
}

/** Steps through all rows that are left, and gives the number of those that were written. */
export function finish({ cursor, rows }) {
  while (!rows.next().done);
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
