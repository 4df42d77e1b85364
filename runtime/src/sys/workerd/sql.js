// Statements. Each step is one call from Rust.

/** The statements of each database that are in progress. The Rust half that would end them may be lost. */
const running = new WeakMap();

/**
 * Runs a statement. If it has written its rows, all of them are read at once: while one is left the platform
 * cannot commit, and it would lose the writes of the turn.
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

/** Runs a statement whose rows, if it has any, nobody reads. Returns the number of rows that it wrote. */
export function write(sql, statement, bindings, hasRows) {
  const cursor = sql.exec(statement, ...bindings);
  // Without rows, the platform has run it to its end.
  while (hasRows && !cursor.next().done);
  return cursor.rowsWritten;
}

/** Returns the next row, or undefined after the last. */
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

/** Steps through the remaining rows, and returns the number of rows that were written. */
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
    // With two rows left, this is an error, and the platform drops the statement before it throws. No other
    // call does so.
    executed.cursor.one();
  } catch {
    // Or no row is left, or SQLite has failed to get it. Then the statement is not in progress either.
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
