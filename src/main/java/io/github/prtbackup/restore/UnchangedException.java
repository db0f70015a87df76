package io.github.prtbackup.restore;

import java.sql.SQLException;

/** SQLite has not overwritten a database, which is as it was. */
final class UnchangedException extends SQLException {
    private static final long serialVersionUID = 1;

    UnchangedException(String message) {
        super(message);
    }
}
