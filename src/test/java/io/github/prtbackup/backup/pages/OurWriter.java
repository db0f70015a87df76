package io.github.prtbackup.backup.pages;

import io.github.prtbackup.testing.Sql;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Writes as the driver does: before the first write of each transaction the image is brought up to date. */
final class OurWriter implements AutoCloseable {

    /** The writes of a transaction. */
    @FunctionalInterface
    interface Writes {
        void run(Connection connection) throws Exception;
    }

    private final Path database;
    private final Image image;

    /** What all connections of ours know of the transactions since the image was brought up to date. */
    private final List<FileTransaction> known;

    final Connection connection;
    final PageSource source;

    OurWriter(Path database, Image image, List<FileTransaction> known) throws Exception {
        this.database = database;
        this.image = image;
        this.known = known;
        this.connection = Sql.plain(database, "busy_timeout=5000");
        this.source = new PageSource(database);
    }

    void transaction(boolean commit, String what, Writes writes) throws Exception {
        Sql.run(connection, "BEGIN IMMEDIATE");
        CurrentPages now = source.now(false);
        image.update(now, new ArrayList<>(known));
        known.clear();
        image.requireTrue(database, what);
        writes.run(connection);
        Changed journaled =
                now.position() instanceof FilePosition ? RollbackJournal.read(source.database()) : new Changed.Lost("");
        Sql.run(connection, commit ? "COMMIT" : "ROLLBACK");
        if (now.position() instanceof FilePosition before && journaled instanceof Changed.Complete complete) {
            FileTransaction ended = FileTransaction.ending(before, commit, complete.pages());
            long mark = ended.markAt(FilePosition.of(source.database()));
            known.add(FileTransaction.decode(ByteBuffer.wrap(ended.encode()), mark));
        }
    }

    @Override
    public void close() throws SQLException, IOException {
        source.close();
        connection.close();
    }
}
