package io.github.prtbackup.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.diff.Row;
import io.github.prtbackup.diff.RowChange;
import io.github.prtbackup.diff.RowChange.Kind;
import io.github.prtbackup.diff.RowKey;
import io.github.prtbackup.diff.RowLog;
import io.github.prtbackup.diff.RowVersion;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "log", description = "Shows when one row changed, and its values, oldest first.")
final class LogCommand extends DatabaseCommand {
    @Parameters(index = "1", paramLabel = "TABLE", description = "The table.")
    private String table;

    @Parameters(
            index = "2..*",
            arity = "1..*",
            paramLabel = "KEY",
            description = "The value of the row's primary key, one for each of its columns; of a table without one, the"
                    + " rowid. NULL, 'text', x'00ff', a number, or any other text. Behind -- it may begin with a -.")
    private List<String> key;

    @Option(names = "--rowid", description = "KEY is the rowid, also where the table has a primary key.")
    private boolean rowid;

    LogCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        if (rowid && (key.size() != 1 || !key.get(0).matches("-?\\d{1,18}"))) {
            throw wrongUsage("with --rowid, KEY is one whole number");
        }
        super.check();
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException {
        RowKey row = rowid ? RowKey.ofRowid(Long.parseLong(key.get(0))) : RowKey.ofText(key);
        try (ProgressBar bar = new ProgressBar(terminal(), "backups")) {
            if (terminal().interactive()) {
                backups.setProgressListener(bar);
            }
            try (RowLog log = backups.log(table, row)) {
                if (json()) {
                    printJson(backups, log, bar);
                } else {
                    print(backups, log, bar);
                }
            }
        }
        return Main.DONE;
    }

    private void print(PrtBackup backups, RowLog log, ProgressBar bar) throws IOException, SQLException {
        boolean any = false;
        for (RowVersion version = next(log, bar); version != null; version = next(log, bar)) {
            any = true;
            bar.close();
            terminal().line(heading(backups, version, !log.leftOut().isEmpty()));
            terminal().line("  " + inWords(version.change()));
        }
        if (!any) {
            terminal()
                    .line(
                            log.leftOut().isEmpty()
                                    ? "No backup has such a row, nor has the database."
                                    : "Nothing that can be read has such a row.");
        }
    }

    /** One state that cannot be read does not hide what the others tell. */
    private RowVersion next(RowLog log, ProgressBar bar) throws IOException, SQLException {
        int told = log.leftOut().size();
        try {
            return log.next();
        } finally {
            List<RowLog.LeftOut> all = log.leftOut();
            if (all.size() > told) {
                bar.close();
            }
            for (RowLog.LeftOut state : all.subList(told, all.size())) {
                terminal()
                        .warning(
                                state.state().backup().isPresent()
                                        ? "backup " + state.state() + " cannot be read and is left out: " + state.why()
                                        : "the database cannot be read and is left out: " + state.why());
            }
        }
    }

    private static String heading(PrtBackup backups, RowVersion version, boolean isIncomplete) throws IOException {
        if (version.from().isEmpty()) {
            return version.to().backup().isPresent()
                    ? "In " + inWords(backups, version.to()) + ", the oldest backup"
                            + (isIncomplete ? " that can be read" : "")
                    : "In the database as it is; there are no backups";
        }
        Optional<String> what = backup(backups, version.from().get())
                .map(backup -> backup.operation().orElse(backup.comment()))
                .filter(text -> !text.isBlank());
        return "Between " + inWords(backups, version.from().get()) + " and " + inWords(backups, version.to())
                + what.map(text -> ": " + text).orElse("");
    }

    private static Optional<BackupInfo> backup(PrtBackup backups, Version version) throws IOException {
        return version.backup().isPresent()
                ? Optional.of(backups.getBackup(version.backup().getAsLong()))
                : Optional.empty();
    }

    private static String inWords(PrtBackup backups, Version version) throws IOException {
        return version
                + backup(backups, version)
                        .map(backup -> " of " + Text.time(backup.timestamp()))
                        .orElse("");
    }

    private static String inWords(RowChange change) {
        if (change.kind() != Kind.UPDATED) {
            return (change.kind() == Kind.INSERTED ? "+ " : "- ")
                    + change.after().or(change::before).map(DiffText::all).orElseThrow();
        }
        Row before = change.before().orElseThrow();
        Row after = change.after().orElseThrow();
        return change.changed().stream()
                .map(column -> column + " "
                        + (before.columns().contains(column) ? DiffText.text(before.value(column)) : "nothing") + " → "
                        + DiffText.text(after.value(column)))
                .collect(Collectors.joining(", ", "~ ", ""));
    }

    private void printJson(PrtBackup backups, RowLog log, ProgressBar bar) throws IOException, SQLException {
        // Before the first character: a row that cannot be looked for is no result.
        RowVersion version = next(log, bar);
        try (Writer out = terminal().jsonWriter()) {
            JsonGenerator json = Json.generator(out);
            json.writeStartObject();
            json.writeArrayFieldStart("versions");
            while (version != null) {
                json.writeStartObject();
                json.writeFieldName("from");
                if (version.from().isPresent()) {
                    DiffJson.write(json, backups, version.from().get());
                } else {
                    json.writeNull();
                }
                json.writeFieldName("to");
                DiffJson.write(json, backups, version.to());
                json.writeStringField("change", version.change().kind().name().toLowerCase(Locale.ROOT));
                DiffJson.writeRow(json, "before", version.change().before());
                DiffJson.writeRow(json, "after", version.change().after());
                DiffJson.write(json, "changed", version.change().changed());
                json.writeEndObject();
                version = next(log, bar);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("left_out");
            for (RowLog.LeftOut state : log.leftOut()) {
                json.writeStartObject();
                json.writeFieldName("state");
                DiffJson.write(json, backups, state.state());
                json.writeStringField("reason", state.why());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.close();
            out.write("\n");
        }
    }
}
