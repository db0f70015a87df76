package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.backup.pages.FileTick;
import io.github.prtbackup.files.IOCallable;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.core.DB;
import org.sqlite.jdbc4.JDBC4Connection;

/**
 * A copy of a database with the journal and the log that a crash has left beside it, which SQLite rolls back or reads there. A
 * journal that names a super-journal, of a transaction over several files, names it by its whole path: it means the same
 * beside the copy, and as the journal of the original names it too, SQLite does not remove it.
 *
 * <p>Nobody can be kept from writing meanwhile, where this is needed: who may read only takes no locks. So nothing of the
 * files may have changed from before the copy until after it.
 */
final class RecoveredCopy extends JDBC4Connection {

    private static final int ATTEMPTS = 5;
    private static final int AT_ONCE = 1 << 18;

    /** Without the shared memory, which tells of another process's use of the log. */
    private static final List<String> COMPANIONS = List.of("-journal", "-wal");

    private final PendingFile file;

    /** What tells that a file has been written or replaced. */
    private record Stamp(Object key, long size, FileTime modified) {}

    private RecoveredCopy(String address, PendingFile file) throws SQLException {
        super("jdbc:sqlite:" + address, address, new Properties());
        this.file = file;
    }

    /**
     * Copies a database.
     *
     * @param scratch makes the file that the copy is in, which is removed when the connection is closed
     * @throws SQLException with {@code SQLITE_BUSY} if others keep writing to the files
     */
    static SQLiteConnection open(Path database, IOCallable<PendingFile> scratch) throws IOException, SQLException {
        for (int i = 0; i < ATTEMPTS; i++) {
            PendingFile file = scratch.call();
            try {
                if (isCopied(database, file.path())) {
                    String address = ReadOnlyConnection.uri(file.path()) + "?cache=private";
                    return KeptFiles.whileOpening(() -> new RecoveredCopy(address, file));
                }
            } catch (IOException | SQLException | RuntimeException | Error e) {
                try (file) {
                    throw e;
                }
            }
            file.close();
        }
        throw DB.newSQLException(SQLiteErrorCode.SQLITE_BUSY.code, "others keep writing to " + database);
    }

    private static boolean isCopied(Path database, Path copy) throws IOException {
        try (DatabaseFile source = DatabaseFile.of(database)) {
            FileTick.waitOut(source.path());
            List<Stamp> before = stamps(source.path());
            copyDatabase(source, copy);
            for (String suffix : COMPANIONS) {
                copyIfThere(beside(source.path(), suffix), beside(copy, suffix));
            }
            return source.isCurrent() && stamps(source.path()).equals(before);
        }
    }

    private static void copyDatabase(DatabaseFile source, Path copy) throws IOException {
        try (PositionalFile out = PositionalFile.write(copy)) {
            long length = source.length();
            byte[] part = new byte[AT_ONCE];
            for (int i = 0; (long) i * AT_ONCE < length; i++) {
                source.readPages(AT_ONCE, i + 1, 1, part, 0);
                int count = (int) Math.min(AT_ONCE, length - (long) i * AT_ONCE);
                out.write(ByteBuffer.wrap(part, 0, count), (long) i * AT_ONCE);
            }
        }
    }

    private static void copyIfThere(Path from, Path to) throws IOException {
        if (!Files.exists(from)) {
            return;
        }
        try (PositionalFile in = PositionalFile.read(from);
                PositionalFile out = PositionalFile.create(to)) {
            long length = in.size();
            ByteBuffer part = ByteBuffer.allocate(AT_ONCE);
            for (long done = 0; done < length; done += part.limit()) {
                part.clear().limit((int) Math.min(AT_ONCE, length - done));
                if (!in.read(part, done)) {
                    // Cut off meanwhile, which its stamp tells.
                    return;
                }
                out.write(part.flip(), done);
            }
        }
    }

    private static List<Stamp> stamps(Path database) throws IOException {
        List<Stamp> stamps = new ArrayList<>();
        stamps.add(stamp(database));
        for (String suffix : COMPANIONS) {
            stamps.add(stamp(beside(database, suffix)));
        }
        return stamps;
    }

    private static Stamp stamp(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(found.fileKey(), found.size(), found.lastModifiedTime());
        } catch (NoSuchFileException e) {
            return new Stamp(null, 0, FileTime.fromMillis(0));
        }
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    @Override
    public void close() throws SQLException {
        try (file) {
            super.close();
        } catch (IOException e) {
            throw new SQLException(e.getMessage(), e);
        }
    }
}
