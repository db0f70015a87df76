!connect jdbc:prtbackup:sqlite:contacts.db "" ""
CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO contact (name) VALUES ('Ada Lovelace'), ('Alan Turing');
UPDATE contact SET name = 'Augusta Ada King' WHERE id = 1;
!tables
SELECT * FROM contact;
!autocommit off
INSERT INTO contact (name) VALUES ('Kurt Gödel');
DELETE FROM contact WHERE id = 2;
!rollback
INSERT INTO contact (name) VALUES ('Grace Hopper');
!commit
SELECT count(*) AS contacts FROM contact;
!quit
