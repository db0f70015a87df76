CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE contact_tag (
  contact_id INTEGER NOT NULL REFERENCES contact,
  tag_id INTEGER NOT NULL REFERENCES tag,
  PRIMARY KEY (contact_id, tag_id)
);
INSERT INTO tag (name) VALUES ('pioneer');
INSERT INTO contact_tag SELECT contact.id, tag.id FROM contact, tag;
