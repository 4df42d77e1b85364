// Statements. Each step is one call from Rust.

/** The statements of each database that are in progress: nobody else could end those of a Rust half that is lost. */
const running = new WeakMap();

/**
 * Runs a statement. All of its rows are read at once if they were written by it: while one is left the platform cannot
 * commit, and it would lose what the turn has written.
 */
export function execute(sql, statement, bindings, all) {
  const cursor = sql.exec(statement, ...bindings);
  if (all) return { cursor, rows: [...cursor.raw()].values() };
  let others = running.get(sql);
  if (others === undefined) running.set(sql, (others = new Set()));
  const executed = { cursor, rows: undefined, others };
  others.add(executed);
  return executed;
}

/** The next row, or undefined after the last. */
export function step(executed) {
  let ended = true;
  try {
    const { done, value } = (executed.rows ??= executed.cursor.raw()).next();
    ended = done;
    return done ? undefined : value;
  } finally {
    if (ended) executed.others?.delete(executed);
  }
}

/** Steps through all rows that are left, and gives the number of those that were written. */
export function finish(executed) {
  const { cursor, others } = executed;
  others?.delete(executed);
  while (!cursor.next().done);
  return cursor.rowsWritten;
}

/** Ends a statement that has rows left. */
export function close(executed) {
  executed.others?.delete(executed);
  try {
    // Where there are two rows, that is an error, before which the platform drops the statement. Only this does.
    executed.cursor.one();
  } catch {
    // Or there is none, or SQLite has failed to get it: then the statement is not in progress either.
  }
}

/** Ends all statements that are in progress. */
export function closeAll(sql) {
  running.get(sql)?.forEach(close);
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
