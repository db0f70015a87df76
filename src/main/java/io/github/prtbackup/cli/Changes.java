package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.diff.DatabaseDiff;
import io.github.prtbackup.diff.SchemaChange;
import io.github.prtbackup.diff.TableChange;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What changed from a backup to the next, in numbers.
 *
 * @param tables those whose rows or schema changed
 * @param schema how many objects of the schema
 */
record Changes(List<String> tables, long inserted, long updated, long deleted, long schema) {

    /** What the words are where nothing is known. */
    static final String UNKNOWN = "?";

    /**
     * Finds out, which takes a comparison of the two.
     *
     * @param terminal is warned where they cannot be compared: one damaged state does not hide all else that is known
     * @return empty then
     */
    static Optional<Changes> after(PrtBackup backups, long id, Terminal terminal) {
        try {
            return Optional.of(after(backups, id));
        } catch (IOException | SQLException e) {
            terminal.warning("what changed after backup #" + id + " is not known: " + Failure.describe(e));
            return Optional.empty();
        }
    }

    private static Changes after(PrtBackup backups, long id) throws IOException, SQLException {
        try (DatabaseDiff diff = backups.changesAfter(id)) {
            Set<String> tables = new LinkedHashSet<>();
            diff.schema().stream().map(SchemaChange::table).forEach(tables::add);
            long inserted = 0;
            long updated = 0;
            long deleted = 0;
            for (TableChange change : diff.tables()) {
                tables.add(change.name());
                inserted += change.inserted();
                updated += change.updated();
                deleted += change.deleted();
            }
            return new Changes(
                    List.copyOf(tables),
                    inserted,
                    updated,
                    deleted,
                    diff.schema().size());
        }
    }

    /** Whether a table is among them, whatever the case of its letters. */
    boolean concern(String table) {
        return tables.stream().anyMatch(table::equalsIgnoreCase);
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        json.set("tables", Json.strings(tables));
        return json.put("inserted", inserted)
                .put("updated", updated)
                .put("deleted", deleted)
                .put("schema", schema);
    }

    /** As {@code +3 ~1 -2 schema}. */
    String inWords() {
        List<String> words = new ArrayList<>();
        add(words, "+", inserted);
        add(words, "~", updated);
        add(words, "-", deleted);
        if (schema > 0) {
            words.add("schema");
        }
        return words.isEmpty() ? "none" : String.join(" ", words);
    }

    private static void add(List<String> words, String sign, long count) {
        if (count > 0) {
            words.add(sign + count);
        }
    }
}
