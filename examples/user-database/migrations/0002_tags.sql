ALTER TABLE notes ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
CREATE INDEX notes_by_time ON notes (created DESC);
