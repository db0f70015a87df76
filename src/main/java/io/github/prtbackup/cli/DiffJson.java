package io.github.prtbackup.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.RestorePreview;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.Row;
import io.github.prtbackup.diff.RowChange;
import io.github.prtbackup.diff.RowChanges;
import io.github.prtbackup.diff.SchemaChange;
import io.github.prtbackup.diff.SettingChange;
import io.github.prtbackup.diff.TableChange;
import io.github.prtbackup.diff.Value;
import io.github.prtbackup.diff.Version;
import java.io.IOException;
import java.io.Writer;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A diff as JSON, written as it is read. */
final class DiffJson {
    private final Terminal terminal;
    private final RowOptions options;

    DiffJson(Terminal terminal, RowOptions options) {
        this.terminal = terminal;
        this.options = options;
    }

    void print(PrtBackup backups, Version from, Version to, DatabaseDiff diff) throws IOException, SQLException {
        try (Writer out = terminal.jsonWriter()) {
            JsonGenerator json = Json.generator(out);
            json.writeStartObject();
            json.writeFieldName("from");
            write(json, backups, from);
            json.writeFieldName("to");
            write(json, backups, to);
            writeChanges(json, diff);
            json.writeEndObject();
            json.close();
            out.write("\n");
        }
    }

    /** As {@link #print}, with what is said of the restore before the changes. */
    void print(RestorePreview preview) throws IOException, SQLException {
        try (Writer out = terminal.jsonWriter()) {
            JsonGenerator json = Json.generator(out);
            json.writeStartObject();
            json.writeFieldName("backup");
            json.writeTree(Json.backup(preview.backup()));
            json.writeBooleanField(
                    "database_exists",
                    preview.changes().isPresent() || preview.damage().isPresent());
            json.writeStringField("damage", preview.damage().orElse(null));
            json.writeFieldName("later_backups");
            json.writeTree(Json.backups(preview.later()));
            json.writeArrayFieldStart("processes");
            for (ProcessHandle user : preview.users()) {
                json.writeStartObject();
                json.writeNumberField("pid", user.pid());
                json.writeStringField("command", user.info().command().orElse(null));
                json.writeEndObject();
            }
            json.writeEndArray();
            if (preview.changes().isPresent()) {
                writeChanges(json, preview.changes().get());
            }
            json.writeEndObject();
            json.close();
            out.write("\n");
        }
    }

    private void writeChanges(JsonGenerator json, DatabaseDiff diff) throws IOException, SQLException {
        json.writeArrayFieldStart("schema");
        for (SchemaChange change : diff.schema()) {
            write(json, change);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("settings");
        for (SettingChange change : diff.settings()) {
            json.writeStartObject();
            json.writeStringField("name", change.name());
            json.writeStringField("before", change.before());
            json.writeStringField("after", change.after());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("tables");
        for (TableChange change : diff.tables()) {
            write(json, diff, change);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("not_compared");
        for (Map.Entry<String, String> table : diff.notCompared().entrySet()) {
            json.writeStringField(table.getKey(), table.getValue());
        }
        json.writeEndObject();
    }

    static void write(JsonGenerator json, PrtBackup backups, Version version) throws IOException {
        if (version.backup().isPresent()) {
            json.writeTree(Json.backup(backups.getBackup(version.backup().getAsLong())));
        } else {
            json.writeNull();
        }
    }

    private static void write(JsonGenerator json, SchemaChange change) throws IOException {
        json.writeStartObject();
        json.writeStringField("change", change.kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("type", change.type());
        json.writeStringField("name", change.name());
        json.writeStringField("table", change.table());
        json.writeStringField("before", change.before().orElse(null));
        json.writeStringField("after", change.after().orElse(null));
        json.writeEndObject();
    }

    private void write(JsonGenerator json, DatabaseDiff diff, TableChange change) throws IOException, SQLException {
        json.writeStartObject();
        json.writeStringField("name", change.name());
        write(json, "key", change.key());
        json.writeNumberField("inserted", change.inserted());
        json.writeNumberField("updated", change.updated());
        json.writeNumberField("deleted", change.deleted());
        write(json, "changed", change.changed());
        json.writeBooleanField("internal", change.internal());
        if (options.rows() && !diff.notCompared().containsKey(change.name())) {
            writeRows(json, diff, change);
        }
        json.writeEndObject();
    }

    static void write(JsonGenerator json, String name, List<String> strings) throws IOException {
        json.writeArrayFieldStart(name);
        for (String string : strings) {
            json.writeString(string);
        }
        json.writeEndArray();
    }

    private void writeRows(JsonGenerator json, DatabaseDiff diff, TableChange table) throws IOException, SQLException {
        long total = table.inserted() + table.updated() + table.deleted();
        long shown = options.shown(total);
        json.writeArrayFieldStart("rows");
        try (RowChanges changes = diff.rows(table.name())) {
            for (long i = 0; i < shown; i++) {
                RowChange change = changes.next();
                json.writeStartObject();
                json.writeStringField("change", change.kind().name().toLowerCase(Locale.ROOT));
                writeRow(json, "before", change.before());
                writeRow(json, "after", change.after());
                write(json, "changed", change.changed());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeNumberField("rows_left_out", total - shown);
    }

    static void writeRow(JsonGenerator json, String name, Optional<Row> row) throws IOException {
        json.writeFieldName(name);
        if (row.isEmpty()) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        for (int i = 0; i < row.get().columns().size(); i++) {
            json.writeFieldName(row.get().columns().get(i));
            write(json, row.get().values().get(i));
        }
        json.writeEndObject();
    }

    /** What JSON has no word for is an object with one field. */
    private static void write(JsonGenerator json, Value value) throws IOException {
        switch (value.type()) {
            case NULL -> json.writeNull();
            case INTEGER -> json.writeNumber(value.integer());
            case REAL -> {
                if (Double.isInfinite(value.real())) {
                    writeOdd(json, "real", value.real() > 0 ? "Infinity" : "-Infinity");
                } else {
                    json.writeNumber(value.real());
                }
            }
            case TEXT -> {
                Optional<String> text = value.text();
                if (text.isPresent()) {
                    json.writeString(text.get());
                } else {
                    writeHex(json, "text", value);
                }
            }
            case BLOB -> writeHex(json, "blob", value);
        }
    }

    private static void writeHex(JsonGenerator json, String type, Value value) throws IOException {
        json.writeStartObject();
        json.writeFieldName(type);
        json.writeString(value.hex(), -1);
        json.writeEndObject();
    }

    private static void writeOdd(JsonGenerator json, String type, String content) throws IOException {
        json.writeStartObject();
        json.writeStringField(type, content);
        json.writeEndObject();
    }
}
