package io.github.prtbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The ways of having the state from before each transaction, and plain sqlite-jdbc, which has none. */
public enum Protection {
    PLAIN("jdbc:sqlite:", ""),
    FULL("jdbc:prtbackup:sqlite:", "&backup.strategy=full&backup.keep=" + Protection.KEPT),
    INCREMENTAL("jdbc:prtbackup:sqlite:", "&backup.strategy=incremental"),
    FILE_COPY("jdbc:sqlite:", ""),
    BACKUP_API("jdbc:sqlite:", ""),
    VACUUM_INTO("jdbc:sqlite:", "");

    /** Complete copies that are kept, few because of the large databases. */
    private static final int KEPT = 2;

    private final String scheme;
    private final String parameters;

    Protection(String scheme, String parameters) {
        this.scheme = scheme;
        this.parameters = parameters;
    }

    /** Whether each transaction costs a copy of the database. */
    boolean copiesAll() {
        return this != PLAIN && this != INCREMENTAL;
    }

    Connection open(Database database, Journal journal) throws SQLException {
        return DriverManager.getConnection(scheme + database.file() + "?" + journal.parameters() + parameters);
    }

    /** Does by hand what has to be done before the transaction of a number; the drivers need no help. */
    void before(long transaction, Connection connection, Database database) throws IOException, SQLException {
        switch (this) {
            case FILE_COPY -> Copying.file(database.file(), target(transaction, database));
            case BACKUP_API -> Copying.backupApi(connection, target(transaction, database));
            case VACUUM_INTO -> Copying.vacuumInto(connection, target(transaction, database));
            case PLAIN, FULL, INCREMENTAL -> {
                // Nothing by hand.
            }
        }
    }

    private static Path target(long transaction, Database database) throws IOException {
        Path directory = Files.createDirectories(database.backups());
        Path target = directory.resolve("contacts-" + transaction % KEPT + ".db");
        Files.deleteIfExists(target);
        Files.deleteIfExists(Path.of(target + "-wal"));
        return target;
    }
}
