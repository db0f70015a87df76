package io.github.prtbackup.cli;

import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(name = "diff", description = "Shows what differs from one backup to another, or to the database as it is.")
final class DiffCommand extends DatabaseCommand {
    private static final long LONGEST_IN_SQLITE = 1_000_000_000;
    private static final long LONGEST_IN_JDBC = 1_000_000;

    @Parameters(
            index = "1",
            paramLabel = "FROM",
            converter = VersionConverter.class,
            description = "A backup's id, or 'now' for the database as it is.")
    private Version from;

    @Parameters(
            index = "2",
            paramLabel = "TO",
            converter = VersionConverter.class,
            description = "A backup's id, or 'now'.")
    private Version to;

    @Mixin
    private RowOptions options;

    @Option(names = "--sql", description = "Print SQL that turns FROM into TO.")
    private boolean sql;

    DiffCommand(Terminal terminal) {
        super(terminal);
    }

    /** Reads an id, or the word for the present state. */
    static final class VersionConverter implements ITypeConverter<Version> {
        @Override
        public Version convert(String value) {
            if ("now".equalsIgnoreCase(value)) {
                return Version.NOW;
            }
            try {
                return Version.of(Long.parseLong(value));
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + value + "' is neither a backup's id nor 'now'");
            }
        }
    }

    @Override
    void check() throws Failure {
        super.check();
        if (sql && (json() || options.rows())) {
            throw wrongUsage("--sql cannot be combined with " + (json() ? "--json" : "--rows"));
        }
        options.check(this);
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException, Failure {
        try (DatabaseDiff diff = copying(backups, () -> backups.diff(from, to))) {
            if (sql) {
                writeScript(diff);
            } else if (json()) {
                new DiffJson(terminal(), options).print(backups, from, to, diff);
            } else {
                new DiffText(terminal(), options).print(from, to, diff);
            }
        }
        return Main.DONE;
    }

    private void warnOfLength(long statement) {
        if (statement > LONGEST_IN_SQLITE) {
            terminal()
                    .warning("a statement has " + statement + " bytes, and SQLite takes no more than "
                            + LONGEST_IN_SQLITE + "; 'restore' and 'undo --only' have no such limit");
        } else if (statement > LONGEST_IN_JDBC) {
            terminal()
                    .warning("a statement has " + statement + " bytes; sqlite-jdbc takes more than " + LONGEST_IN_JDBC
                            + " only with limit_sql_length=" + LONGEST_IN_SQLITE + " in its URL");
        }
    }

    private void writeScript(DatabaseDiff diff) throws IOException, SQLException, Failure {
        try (Writer out = terminal().textWriter()) {
            warnOfLength(diff.writeScript(out));
        } catch (UnsupportedOperationException e) {
            throw new Failure(e.getMessage());
        }
    }
}
