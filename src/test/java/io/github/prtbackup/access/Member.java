package io.github.prtbackup.access;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.VerifyResult;
import io.github.prtbackup.backup.Catalogs;
import io.github.prtbackup.backup.Timelines;
import io.github.prtbackup.catalog.Catalog;
import io.github.prtbackup.diff.Version;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.testing.Sql;
import io.github.prtbackup.testing.Trees;
import io.github.prtbackup.timeline.PointImage;
import java.io.File;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A process of some user that works with a database, and prints what became of each step. */
final class Member {
    private Member() {}

    /**
     * Takes the steps.
     *
     * @param arguments the database, the strategy, and steps: SQL, or one that begins with a dot
     */
    public static void main(String[] arguments) {
        Path database = Path.of(arguments[0]);
        for (int i = 2; i < arguments.length; i++) {
            String result;
            try {
                run(database, arguments[1], arguments[i]);
                result = "ok";
            } catch (Exception e) {
                result = arguments[i] + ": " + e;
            }
            System.out.println(result);
        }
    }

    static void run(Path database, String strategy, String step) throws Exception {
        if (!step.startsWith(".")) {
            try (Connection connection = Sql.open(database, "backup.strategy=" + strategy, "busy_timeout=60000")) {
                Sql.run(connection, step);
            }
            return;
        }
        Properties properties = new Properties();
        properties.setProperty("backup.strategy", strategy);
        String[] words = step.split(" ", 2);
        if (words.length > 1) {
            properties.setProperty("backup.dir", words[1]);
        }
        try (PrtBackup backups = PrtBackup.open(database, properties)) {
            switch (words[0]) {
                case ".create" -> backups.createBackupWithComment("of a member");
                case ".undo" -> backups.undo();
                case ".redo" -> backups.redo();
                case ".cleanup" -> backups.cleanupAutoBackups(1);
                case ".restore" -> backups.restoreFromBackup(oldest(backups));
                case ".export" -> {
                    long newest = backups.getBackupHistory().get(0).backupId();
                    backups.exportBackup(newest, database.resolveSibling("exported-" + System.nanoTime()));
                }
                case ".list" -> oldest(backups);
                case ".verify" -> requireGood(backups.verifyBackup(oldest(backups)));
                case ".diff" -> backups.diff(Version.of(oldest(backups)), Version.NOW);
                case ".preview" -> backups.previewRestore(oldest(backups));
                case ".undoable" -> backups.undoable();
                case ".hold" -> hold(database, oldest(backups));
                default -> throw new IllegalArgumentException(step);
            }
        }
    }

    private static long oldest(PrtBackup backups) throws Exception {
        List<BackupInfo> history = backups.getBackupHistory();
        return history.get(history.size() - 1).backupId();
    }

    private static void requireGood(VerifyResult result) {
        if (!result.isGood()) {
            throw new IllegalStateException(result.toString());
        }
    }

    /** Has an incremental backup open until the parent writes something, reads it then, and prints its number of rows. */
    private static void hold(Path database, long id) throws Exception {
        Path copies = Files.createTempDirectory("prtbackup-member");
        Path copy = copies.resolve("copy.db");
        Catalog catalog = Catalogs.open(database.resolveSibling("backups"));
        try (PointImage image = new Timelines(catalog, database).image(id)) {
            openAndCloseInAnotherClassLoader(database.resolveSibling("neighbour.db"));
            System.out.println("held");
            int unused = System.in.read();
            image.copyTo(copy, (done, total) -> {});
            System.out.println("rows " + Sql.number(copy, "SELECT count(*) FROM t"));
        } finally {
            Trees.delete(copies);
        }
    }

    /** As another application of the same server does, whose closing of the lock file could cost us our lock on POSIX. */
    private static void openAndCloseInAnotherClassLoader(Path database) throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            classPath.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader other =
                new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Method method = other.loadClass(Member.class.getName()).getDeclaredMethod("openAndClose", String.class);
            method.setAccessible(true);
            method.invoke(null, database.toString());
        }
    }

    @SuppressWarnings("unused") // called by reflection
    private static void openAndClose(String path) throws Exception {
        Path database = Path.of(path);
        Timelines timelines = new Timelines(Catalogs.open(database.resolveSibling("backups")), database);
        PointImage image = timelines.image(timelines.points().get(0).id());
        image.close();
        DirectoryLock.closeAll();
    }
}
