package io.github.prtbackup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.timeline.DatabaseId;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The restores in the metadata, those of all databases of a directory. They stand beside the backups and not in them,
 * because somebody may delete a safety backup, and what was undone stays undone. An element that is not understood is kept,
 * and nothing concluded from it.
 */
final class RestoreLog {
    static final String FIELD = "restores";

    /** Of each database; who has restored so often since does not undo what was before. */
    private static final int MOST = 1000;

    private static final String ID = "id";
    private static final String RESTORED = "restored_id";
    private static final String HAS_SAFETY = "has_safety_backup";
    private static final String DONE = "done";
    private static final String ORIGINAL = "original_path";
    private static final String DIRECTORY = "backup_dir";

    private RestoreLog() {}

    /** The restores of one database, oldest first. */
    static List<RestoreStep> read(JsonNode log, DatabaseId database, Path directory) {
        List<RestoreStep> steps = new ArrayList<>();
        for (JsonNode element : log) {
            step(element, database, directory).ifPresent(steps::add);
        }
        steps.sort(Comparator.comparingLong(RestoreStep::id));
        return steps;
    }

    /** The log with other restores of that database. */
    static ArrayNode with(JsonNode log, List<RestoreStep> steps, DatabaseId database, Path directory) {
        ArrayNode changed = JsonNodeFactory.instance.arrayNode();
        for (JsonNode element : log) {
            if (step(element, database, directory).isEmpty()) {
                changed.add(element);
            }
        }
        for (RestoreStep step : steps.subList(Math.max(0, steps.size() - MOST), steps.size())) {
            changed.add(format(step, database.home(), directory));
        }
        return changed;
    }

    private static ObjectNode format(RestoreStep step, Path original, Path directory) {
        return JsonNodeFactory.instance
                .objectNode()
                .put(ID, step.id())
                .put(RESTORED, step.restored())
                .put(HAS_SAFETY, step.hasSafety())
                .put(DONE, step.done())
                .put(ORIGINAL, original.toString())
                .put(DIRECTORY, directory.toString());
    }

    private static Optional<RestoreStep> step(JsonNode element, DatabaseId database, Path directory) {
        boolean isStep = element.path(ID).canConvertToLong()
                && element.path(RESTORED).canConvertToLong()
                && element.path(ORIGINAL).isTextual()
                && element.path(DIRECTORY).isTextual();
        if (!isStep || !belongsTo(element, database, directory)) {
            return Optional.empty();
        }
        return Optional.of(new RestoreStep(
                element.path(ID).longValue(),
                element.path(RESTORED).longValue(),
                element.path(HAS_SAFETY).asBoolean(true),
                element.path(DONE).asBoolean()));
    }

    private static boolean belongsTo(JsonNode element, DatabaseId database, Path directory) {
        try {
            Path recorded = Path.of(element.path(ORIGINAL).textValue());
            Path formerDirectory = Path.of(element.path(DIRECTORY).textValue());
            return database.names().stream()
                    .anyMatch(name -> RowFormat.belongsTo(recorded, formerDirectory, name, directory));
        } catch (InvalidPathException e) {
            // Written where file names have other characters.
            return false;
        }
    }
}
