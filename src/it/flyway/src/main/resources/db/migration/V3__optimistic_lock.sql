ALTER TABLE contact ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
UPDATE contact SET name = 'Ada Lovelace', version = 1 WHERE name = 'Ada';
DELETE FROM contact_tag WHERE contact_id = 2;
