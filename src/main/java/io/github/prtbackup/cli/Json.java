package io.github.prtbackup.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import java.io.IOException;
import java.io.Writer;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** The results of commands as JSON; the field names are those of the metadata file. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss", Locale.ROOT);

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * Operation and tables are left out where they are not known, as they are of all manual backups, and so is whether it is
     * a damaged file where it is none.
     */
    static ObjectNode backup(BackupInfo backup) {
        ObjectNode json = object().put("backup_id", backup.backupId())
                .put("timestamp", TIME.format(backup.timestamp()))
                .put("backup_path", backup.backupPath().toString())
                .put("comment", backup.comment())
                .put("is_auto", backup.isAuto())
                .put("size_bytes", backup.sizeBytes())
                .put("original_path", backup.originalPath().toString())
                .put("sha256", backup.sha256().isEmpty() ? null : backup.sha256());
        backup.operation().ifPresent(operation -> json.put("operation", operation));
        if (!backup.tables().isEmpty()) {
            json.set("tables", strings(backup.tables()));
        }
        if (backup.isDamagedFile()) {
            json.put("damaged_file", true);
        }
        return json;
    }

    static ArrayNode backups(List<BackupInfo> backups) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        backups.forEach(backup -> array.add(backup(backup)));
        return array;
    }

    static ArrayNode strings(List<String> strings) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        strings.forEach(array::add);
        return array;
    }

    /** Writes a document as it comes. Closing it does not close the writer's target. */
    static JsonGenerator generator(Writer out) throws IOException {
        JsonGenerator generator = MAPPER.createGenerator(out);
        generator.useDefaultPrettyPrinter();
        return generator;
    }

    static String print(ObjectNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of nodes can always be written", e);
        }
    }
}
