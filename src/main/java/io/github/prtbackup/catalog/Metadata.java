package io.github.prtbackup.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.timeline.DatabaseId;
import io.github.prtbackup.timeline.KnownDatabases;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The content of {@code backup_metadata.json}. Immutable. What it does not understand it keeps: fields, and rows.
 *
 * <p>Usable rows have different ids and different files.
 */
final class Metadata {
    private static final String BACKUPS = "backups";
    private static final String NEXT_ID = "next_id";
    private static final String REMOVED = "removed";
    private static final String EXPIRING = "expiring";

    /** A backup has about twenty. Each may take a hundred bytes of heap, however few in the file. */
    static final int MOST_TOKENS = 2_000_000;

    /** Keeps no buffers with the thread: they would hold the class loader of an application that was stopped. */
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.USE_THREAD_LOCAL_FOR_BUFFER_RECYCLING)
                    .build())
            .build();
    /** Half a document, and one with something behind it, are unreadable, not empty. */
    private static final ObjectReader READER = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final ObjectWriter WRITER = MAPPER.writerWithDefaultPrettyPrinter();

    /** The document; its rows and its next id stand in the other fields. Never changed. */
    private final ObjectNode document;

    private final List<Row> rows;
    private final long nextId;

    private Metadata(ObjectNode document, List<Row> rows, long nextId) {
        this.document = document;
        this.rows = List.copyOf(rows);
        this.nextId = nextId;
    }

    static Metadata empty() {
        return new Metadata(JsonNodeFactory.instance.objectNode(), List.of(), 1);
    }

    /**
     * Understands the bytes of a file.
     *
     * @throws IOException if they are not a JSON object whose {@code "backups"}, if it is there, is an array
     */
    static Metadata parse(byte[] bytes, Path directory) throws IOException {
        JsonNode document;
        try (JsonParser parser = new BoundedParser(MAPPER.createParser(bytes), MOST_TOKENS)) {
            document = READER.readTree(parser);
        }
        if (!(document instanceof ObjectNode object)) {
            throw new IOException("not a JSON object");
        }
        JsonNode backups = object.path(BACKUPS);
        if (!backups.isArray() && !backups.isMissingNode() && !backups.isNull()) {
            throw new IOException("\"backups\" is not an array");
        }
        List<Row> rows = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        Set<String> files = new HashSet<>();
        long highest = 0;
        for (JsonNode element : backups) {
            Row row = RowFormat.parse(element, directory);
            if (row.isUsable()) {
                Entry entry = row.entry();
                highest = Math.max(highest, entry.id());
                if (ids.contains(entry.id()) || files.contains(entry.fileName())) {
                    row = Row.malformed(element, "repeats the id or the file of another");
                } else {
                    ids.add(entry.id());
                    files.add(entry.fileName());
                }
            }
            rows.add(row);
        }
        JsonNode next = object.path(NEXT_ID);
        boolean valid =
                next.isIntegralNumber() && next.canConvertToLong() && next.longValue() <= DirectoryLock.LARGEST_ID;
        return new Metadata(object, rows, Math.max(valid ? next.longValue() : 1, highest + 1));
    }

    /** Whether {@link #parse} reads that many tokens. There are no more than bytes. */
    static boolean isShortEnough(byte[] bytes) throws IOException {
        try (JsonParser parser = MAPPER.createParser(bytes)) {
            int tokens = 0;
            while (tokens <= MOST_TOKENS && parser.nextToken() != null) {
                tokens++;
            }
            return tokens <= MOST_TOKENS;
        }
    }

    byte[] toJson() throws JsonProcessingException {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        // First, so that they lead a new file; in an old one every field stays where it is.
        if (!document.has(BACKUPS)) {
            copy.putNull(BACKUPS);
            copy.putNull(NEXT_ID);
        }
        copy.setAll(document);
        ArrayNode backups = JsonNodeFactory.instance.arrayNode(rows.size());
        rows.forEach(row -> backups.add(row.json()));
        copy.set(BACKUPS, backups);
        copy.put(NEXT_ID, nextId);
        return WRITER.writeValueAsBytes(copy);
    }

    List<Row> rows() {
        return rows;
    }

    /** The backups, in the order of the file. */
    List<Entry> entries() {
        return rows.stream().filter(Row::isUsable).map(Row::entry).toList();
    }

    Optional<Entry> find(long id) {
        return entries().stream().filter(entry -> entry.id() == id).findFirst();
    }

    /**
     * The backups of one database, and that database as their original, even if the metadata names another path because
     * database and backups were moved together since.
     */
    List<Entry> entriesOf(DatabaseId database, Path directory) {
        return rows.stream()
                .filter(Row::isUsable)
                .filter(row -> RowFormat.belongsTo(row, database, directory))
                .map(row -> row.entry().withOriginal(database.database()))
                .toList();
    }

    /** The paths that the backups name, each once. */
    List<KnownDatabases.Recorded> recorded() {
        return rows.stream()
                .filter(Row::isUsable)
                .map(RowFormat::recorded)
                .distinct()
                .toList();
    }

    /** The restores of one database, oldest first. */
    List<RestoreStep> restoresOf(DatabaseId database, Path directory) {
        return RestoreLog.read(document.path(RestoreLog.FIELD), database, directory);
    }

    /** With other restores of that database. */
    Metadata withRestores(List<RestoreStep> steps, DatabaseId database, Path directory) {
        ObjectNode changed = JsonNodeFactory.instance.objectNode();
        changed.setAll(document);
        changed.set(RestoreLog.FIELD, RestoreLog.with(document.path(RestoreLog.FIELD), steps, database, directory));
        return new Metadata(changed, rows, nextId);
    }

    /** With the home of a database in all that is recorded of it; this object itself if that is nothing. */
    Metadata moved(DatabaseId database, Path directory) {
        List<RestoreStep> restores = restoresOf(database, directory);
        List<Row> moved = moved(rows, database, directory);
        List<Row> expiring = expiring(directory);
        List<Row> expiringMoved = moved(expiring, database, directory);
        if (restores.isEmpty() && moved.equals(rows) && expiringMoved.equals(expiring)) {
            return this;
        }
        Metadata changed = new Metadata(document, moved, nextId).withExpiring(expiringMoved);
        return restores.isEmpty() ? changed : changed.withRestores(restores, database, directory);
    }

    private static List<Row> moved(List<Row> rows, DatabaseId database, Path directory) {
        List<Row> moved = new ArrayList<>();
        for (Row row : rows) {
            boolean isOfIt = row.isUsable() && RowFormat.belongsTo(row, database, directory);
            moved.add(isOfIt ? RowFormat.moved(row, database.home(), directory) : row);
        }
        return moved;
    }

    /** Larger than every id that stands here. */
    long nextId() {
        return nextId;
    }

    /** Adds a usable row, whose id and file no other row has. */
    Metadata with(Row row) {
        List<Row> longer = new ArrayList<>(rows);
        longer.add(row);
        return new Metadata(document, longer, Math.max(nextId, row.entry().id() + 1));
    }

    Metadata withNextId(long atLeast) {
        return atLeast <= nextId ? this : new Metadata(document, rows, atLeast);
    }

    Metadata without(Collection<Entry> entries) {
        Set<Long> ids = new HashSet<>();
        entries.forEach(entry -> ids.add(entry.id()));
        return without(row -> row.isUsable() && ids.contains(row.entry().id()));
    }

    /** With another comment of a backup; this object itself if there is no such backup. */
    Metadata withComment(long id, String comment) {
        return find(id).isEmpty()
                ? this
                : new Metadata(
                        document,
                        rows.stream()
                                .map(row -> row.isUsable() && row.entry().id() == id
                                        ? RowFormat.withComment(row, comment)
                                        : row)
                                .toList(),
                        nextId);
    }

    /** This object itself if nothing is rejected. */
    Metadata without(Predicate<Row> rejected) {
        List<Row> rest = rows.stream().filter(rejected.negate()).toList();
        return rest.size() == rows.size() ? this : new Metadata(document, rest, nextId);
    }

    /**
     * This, to be written in the place of another. What that has of records and this has not is kept in {@link #removed}
     * for this change and the next: then the names that the files had are durably gone. Until then a crash of the operating
     * system may bring a file back, and it must not get a new id, as if it were the newest.
     *
     * @param before what is in the file now
     * @return the same rows
     */
    Metadata inPlaceOf(Metadata before) {
        Set<String> present = recordedFiles().collect(Collectors.toSet());
        ArrayNode now = JsonNodeFactory.instance.arrayNode();
        Stream.concat(before.rows.stream().filter(Row::isUsable).map(Row::json), before.expiringJson())
                .filter(json -> !present.contains(RowFormat.fileName(json)))
                .forEach(now::add);
        JsonNode last = before.document.path(REMOVED).path(0);
        ObjectNode changed = JsonNodeFactory.instance.objectNode();
        changed.setAll(document);
        if (now.isEmpty() && last.isEmpty()) {
            changed.remove(REMOVED);
        } else {
            changed.set(
                    REMOVED,
                    JsonNodeFactory.instance.arrayNode().add(now).add(last.isArray() ? last : now.arrayNode()));
        }
        return new Metadata(changed, rows, nextId);
    }

    /** The names of the files that have a record here, those of expiring ones included. */
    Stream<String> recordedFiles() {
        return Stream.concat(
                rows.stream().filter(Row::isUsable).map(row -> row.entry().fileName()),
                expiringJson().map(RowFormat::fileName));
    }

    /** The records that the last two changes have removed, usable ones, if their files should be there. */
    List<Row> removed(Path directory) {
        return usable(
                StreamSupport.stream(document.path(REMOVED).spliterator(), false)
                        .flatMap(change -> StreamSupport.stream(change.spliterator(), false)),
                directory);
    }

    /**
     * The backups that go as soon as it is known that the transaction behind the newest one of their database has changed
     * something. Until their files are deleted they are there like any other; after that their records mean nothing.
     */
    List<Row> expiring(Path directory) {
        return usable(expiringJson(), directory);
    }

    /** With other expiring ones. */
    Metadata withExpiring(List<Row> expiring) {
        if (expiring.isEmpty() && !document.has(EXPIRING)) {
            return this;
        }
        ObjectNode changed = JsonNodeFactory.instance.objectNode();
        changed.setAll(document);
        changed.remove(EXPIRING);
        if (!expiring.isEmpty()) {
            ArrayNode array = changed.putArray(EXPIRING);
            expiring.forEach(row -> array.add(row.json()));
        }
        return new Metadata(changed, rows, nextId);
    }

    private Stream<JsonNode> expiringJson() {
        return StreamSupport.stream(document.path(EXPIRING).spliterator(), false);
    }

    private static List<Row> usable(Stream<JsonNode> elements, Path directory) {
        return elements.map(element -> RowFormat.parse(element, directory))
                .filter(Row::isUsable)
                .toList();
    }
}
