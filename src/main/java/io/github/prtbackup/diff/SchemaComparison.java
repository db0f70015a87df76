package io.github.prtbackup.diff;

import io.github.prtbackup.diff.SchemaChange.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Compares what the schemas have by type and name. */
final class SchemaComparison {

    private SchemaComparison() {}

    static List<SchemaChange> of(DatabaseSchema before, DatabaseSchema after) {
        Map<String, SchemaObject> earlier = visible(before);
        Map<String, SchemaObject> later = visible(after);
        List<SchemaChange> changes = new ArrayList<>();
        later.forEach((key, object) -> {
            SchemaObject old = earlier.get(key);
            if (old == null) {
                changes.add(change(Kind.ADDED, null, object));
            } else if (!Objects.equals(old.sql(), object.sql())) {
                changes.add(change(Kind.CHANGED, old, object));
            }
        });
        earlier.forEach((key, object) -> {
            if (!later.containsKey(key)) {
                changes.add(change(Kind.DROPPED, object, null));
            }
        });
        return List.copyOf(changes);
    }

    private static Map<String, SchemaObject> visible(DatabaseSchema schema) {
        Map<String, SchemaObject> objects = new LinkedHashMap<>();
        for (SchemaObject object : schema.objects()) {
            TableSchema table = schema.tables().get(object.table());
            if (table == null || !table.isShadow()) {
                objects.put(object.type() + " " + object.name(), object);
            }
        }
        return objects;
    }

    private static SchemaChange change(Kind kind, SchemaObject before, SchemaObject after) {
        SchemaObject present = after == null ? before : after;
        return new SchemaChange(
                kind,
                present.type(),
                present.name(),
                present.table(),
                Optional.ofNullable(before).map(SchemaObject::sql),
                Optional.ofNullable(after).map(SchemaObject::sql));
    }
}
