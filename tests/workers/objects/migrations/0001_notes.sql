-- Notes, and who wrote them.
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  author INTEGER NOT NULL REFERENCES authors,
  text TEXT NOT NULL
);
