INSERT INTO contact (name) VALUES ('Nobody');
INSERT INTO nowhere VALUES (1);
