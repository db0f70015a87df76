CREATE TABLE contact (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO contact (name) VALUES ('Ada'), ('Grace');
