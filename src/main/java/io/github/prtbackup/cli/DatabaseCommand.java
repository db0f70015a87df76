package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command about the backups of one database. */
abstract class DatabaseCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DATABASE", description = "The database file.")
    private Path database;

    @Option(
            names = "--backup-dir",
            paramLabel = "DIR",
            description = "Where the backups are; by default 'backups' beside the database.")
    private Path backupDirectory;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    DatabaseCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Does the work and returns the exit status. */
    abstract int run(PrtBackup backups) throws IOException, SQLException, Failure;

    /** Looks at the arguments before anything is opened. */
    void check() throws Failure {
        if (database.toString().isEmpty()) {
            throw wrongUsage("the name of the database is empty");
        }
        requireReadable(database);
        requireReadable(backupDirectory);
        if (Files.isDirectory(database)) {
            throw new Failure("not a database, but a directory: " + database);
        }
    }

    /** Refuses a relative path where Java does not know what it is relative to. SQLite would find it. */
    final void requireReadable(Path path) {
        Optional<String> unreadable = path == null || path.isAbsolute()
                ? Optional.empty()
                : Argument.unreadable("the current directory", System.getProperty("user.dir"));
        if (unreadable.isPresent()) {
            throw wrongUsage(unreadable.get());
        }
    }

    @Override
    public final Integer call() throws IOException, SQLException, Failure {
        check();
        Properties properties = new Properties();
        if (backupDirectory != null) {
            properties.setProperty("backup.dir", backupDirectory.toString());
        }
        try (PrtBackup backups = PrtBackup.open(database, properties)) {
            requireSomething(backups);
            if (changesBackups()) {
                backups.requireWritable();
            }
            terminal.interruption().working(backups::cancel);
            return run(backups);
        } finally {
            Runnable unused = terminal.interruption().idle();
        }
    }

    /** A database that was lost, or is damaged, still has its history; a mistyped name has none. */
    private void requireSomething(PrtBackup backups) throws IOException, Failure {
        if (!backups.getBackupHistory().isEmpty()) {
            return;
        }
        if (!Files.exists(database)) {
            throw noDatabase();
        }
        if (!backups.isDatabase()) {
            throw new Failure("not a database: " + database);
        }
        Path directory = backups.getBackupDirectory();
        if (!makesBackups() && isElsewhere(directory)) {
            throw new Failure(
                    Files.isDirectory(directory)
                            ? "no backups of " + database + " in " + directory
                            : "no such backup directory: " + directory);
        }
    }

    /** Whether somebody has said where the backups are, so that to find none is no answer. */
    private boolean isElsewhere(Path directory) throws IOException {
        return backupDirectory != null
                || !directory.equals(database.toRealPath().resolveSibling("backups"));
    }

    /** Whether the command is one for who may write. Others are refused before they are asked anything. */
    boolean changesBackups() {
        return false;
    }

    /** Whether the command may make the first backup, and with it the directory. */
    boolean makesBackups() {
        return false;
    }

    final Failure noDatabase() {
        return new Failure("no such database: " + database);
    }

    final Terminal terminal() {
        return terminal;
    }

    final Path database() {
        return database;
    }

    /** The database and where its backups are, as another command takes them. */
    final List<String> databaseArguments() {
        return backupDirectory == null
                ? List.of(database.toString())
                : List.of(database.toString(), "--backup-dir=" + backupDirectory);
    }

    final boolean json() {
        return json;
    }

    /** Says so before backups are deleted without which there is no redo any more. */
    final void tellOfRedo(PrtBackup backups, List<Long> deleted) throws IOException, SQLException {
        if (json()) {
            return;
        }
        backups.neededForRedo().stream()
                .filter(backup -> deleted.contains(backup.backupId()))
                .findFirst()
                .ifPresent(backup ->
                        terminal().line("Without backup #" + backup.backupId() + " 'redo' is not possible any more."));
    }

    final void print(ObjectNode result) {
        terminal.json(Json.print(result));
    }

    /** Wrong usage that picocli cannot see. */
    final ParameterException wrongUsage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** A copy that may take long, with a bar on a terminal. */
    final <T> T copying(PrtBackup backups, Copy<T> copy) throws IOException, SQLException {
        try (ProgressBar bar = new ProgressBar(terminal)) {
            if (terminal.interactive()) {
                backups.setProgressListener(bar);
            }
            return copy.run();
        }
    }

    /** Something that copies. */
    interface Copy<T> {
        T run() throws IOException, SQLException;
    }

    /** A backup in a few words. */
    static String name(BackupInfo backup) {
        String comment = backup.comment().isBlank() ? "" : " (" + backup.comment() + ")";
        return "#" + backup.backupId() + " of " + Text.time(backup.timestamp()) + comment;
    }
}
