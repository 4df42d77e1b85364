ALTER TABLE notes ADD COLUMN createdAt INTEGER;
ALTER TABLE notes ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
CREATE TRIGGER notes_are_kept BEFORE DELETE ON notes WHEN old.text LIKE 'keep%' BEGIN
  SELECT RAISE(ABORT, 'this note is kept');
END; -- the last word
