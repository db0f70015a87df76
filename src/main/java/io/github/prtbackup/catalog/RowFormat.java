package io.github.prtbackup.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.FileNames;
import io.github.prtbackup.timeline.DatabaseId;
import io.github.prtbackup.timeline.KnownDatabases;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Between an element of {@code "backups"} and an {@link Entry}. Everything that is doubtful about an element is decided
 * here: a usable row has a valid id, a file name that is that of a backup and lies in the directory, and no nulls.
 *
 * <p>A missing field is made up for where that is safe, as in metadata of an older tool; a field of a wrong type makes
 * the row malformed.
 */
final class RowFormat {
    static final String ID = "backup_id";
    static final String PATH = "backup_path";
    static final String ORIGINAL = "original_path";
    static final String COMMENT = "comment";
    static final String SHA256 = "sha256";

    private static final String TIMESTAMP = "timestamp";
    private static final String INSTANT = "instant";
    private static final String AUTO = "is_auto";
    private static final String SIZE = "size_bytes";
    private static final String TABLES = "tables";
    private static final String OF_TRANSACTION = "of_transaction";
    private static final Pattern WINDOWS_PATH = Pattern.compile("(?:[A-Za-z]:|\\\\\\\\).*", Pattern.DOTALL);
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT);

    private RowFormat() {}

    /** Understands an element. The directory is where its file is looked for, whatever path it names. */
    static Row parse(JsonNode json, Path directory) {
        try {
            return Row.usable(json, entry(json, directory));
        } catch (InvalidPathException e) {
            return Row.foreign(json);
        } catch (MalformedException e) {
            return Row.malformed(json, e.getMessage());
        }
    }

    /**
     * A new element.
     *
     * @param zone where the time is what the timestamp says
     */
    static Row format(Entry entry, ZoneId zone) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put(ID, entry.id());
        json.put(TIMESTAMP, SECONDS.withZone(zone).format(entry.time()));
        json.put(INSTANT, entry.time().toString());
        json.put(PATH, entry.path().toString());
        json.put(COMMENT, entry.comment());
        json.put(AUTO, entry.auto());
        json.put(SIZE, entry.size());
        json.put(ORIGINAL, entry.original().toString());
        json.put(SHA256, entry.sha256());
        if (!entry.tables().isEmpty()) {
            ArrayNode tables = json.putArray(TABLES);
            entry.tables().forEach(tables::add);
        }
        if (entry.ofTransaction()) {
            json.put(OF_TRANSACTION, true);
        }
        return Row.usable(json, entry);
    }

    /**
     * An element for a file that was recorded before, with all that was recorded. Its path too: if the directory was
     * moved, the path tells from where, see {@link #belongsTo}.
     */
    static Row amend(Row former, long id, long size, String sha256) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll((ObjectNode) former.json());
        json.put(ID, id);
        json.put(SIZE, size);
        json.put(SHA256, sha256);
        Entry entry = former.entry();
        return Row.usable(
                json,
                new Entry(
                        id,
                        entry.time(),
                        entry.path(),
                        entry.comment(),
                        entry.auto(),
                        size,
                        entry.original(),
                        sha256,
                        entry.tables(),
                        entry.ofTransaction()));
    }

    /** An element with another comment. */
    static Row withComment(Row former, String comment) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll((ObjectNode) former.json());
        json.put(COMMENT, comment);
        return Row.usable(json, former.entry().withComment(comment));
    }

    /** A comment that can be written as UTF-8: half of a surrogate pair becomes a question mark. */
    static String writable(String comment) {
        return new String(comment.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** The name of the file of an element; that of none if it has none. */
    static String fileName(JsonNode json) {
        return fileName(json.path(PATH).asText(""));
    }

    /** The last part of a path, which may have been written on another system. */
    static String fileName(String path) {
        int slash = path.lastIndexOf('/');
        if (WINDOWS_PATH.matcher(path).matches()) {
            slash = Math.max(slash, path.lastIndexOf('\\'));
        }
        return path.substring(slash + 1);
    }

    /**
     * Whether a usable row is of this database: the metadata names it, or names another from which one comes to this one
     * as the directory was moved. That is why a project that was moved or copied with its backups still has them.
     */
    static boolean belongsTo(Row row, DatabaseId database, Path directory) {
        for (Path name : database.names()) {
            if (belongsTo(row, name, directory)) {
                return true;
            }
        }
        return false;
    }

    private static boolean belongsTo(Row row, Path original, Path directory) {
        Path recorded = row.entry().original();
        // Most rows are of other databases where many share a directory, and a path costs more than their names.
        return recorded.equals(original)
                || (isNamedLike(recorded, original)
                        && belongsTo(
                                recorded, formerDirectory(row.json().path(PATH).textValue()), original, directory));
    }

    /**
     * As {@link #belongsTo(Row, DatabaseId, Path)}.
     *
     * @param recorded the database that the metadata names
     * @param formerDirectory where the backups were then; null if that is not known
     */
    static boolean belongsTo(Path recorded, Path formerDirectory, Path original, Path directory) {
        if (recorded.equals(original)) {
            return true;
        }
        if (!isNamedLike(recorded, original)) {
            return false;
        }
        return formerDirectory != null
                && formerDirectory.isAbsolute()
                && recorded.isAbsolute()
                && !formerDirectory.equals(directory)
                && directory
                        .resolve(formerDirectory.normalize().relativize(recorded.normalize()))
                        .normalize()
                        .equals(original);
    }

    /** The path of the database that a usable row names. */
    static KnownDatabases.Recorded recorded(Row row) {
        Path former = formerDirectory(row.json().path(PATH).textValue());
        return new KnownDatabases.Recorded(
                row.entry().original().normalize(), former != null && former.isAbsolute() ? former : null);
    }

    /** The same backup, of a database that has moved. */
    static Row moved(Row row, Path home, Path directory) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.setAll((ObjectNode) row.json());
        json.put(ORIGINAL, home.toString());
        json.put(PATH, directory.resolve(row.entry().fileName()).toString());
        return Row.usable(json, row.entry().withOriginal(home));
    }

    private static boolean isNamedLike(Path recorded, Path original) {
        return Objects.equals(recorded.getFileName(), original.getFileName());
    }

    /** Null if the path has none, or none that this system could have. */
    private static Path formerDirectory(String path) {
        try {
            return Path.of(path).getParent();
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static Entry entry(JsonNode json, Path directory) throws MalformedException {
        if (!json.isObject()) {
            throw new MalformedException("is not an object");
        }
        String path = text(json, PATH).orElseThrow(() -> new MalformedException(PATH + " is missing"));
        // No file system has longer names, and each look for one would fail.
        // Only a name that this package gives can be read or deleted as a backup: never the metadata or a database.
        BackupName name = BackupName.parse(fileName(path))
                .filter(parsed -> parsed.format().getBytes(StandardCharsets.UTF_8).length <= FileNames.LONGEST)
                .orElseThrow(() -> new MalformedException(PATH + " does not end in the file name of a backup"));
        return new Entry(
                id(json),
                time(json, name),
                directory.resolve(name.format()),
                text(json, COMMENT).orElse(""),
                auto(json).orElse(name.auto()),
                size(json),
                original(json, name, directory),
                text(json, SHA256)
                        .filter(digest -> DIGEST.matcher(digest).matches())
                        .orElse(""),
                tables(json),
                // Only informs as well: without it the backup just stays.
                json.path(OF_TRANSACTION).asBoolean(false));
    }

    /** Only informs: what is not as it should be is left out. */
    private static List<String> tables(JsonNode json) {
        List<String> tables = new ArrayList<>();
        json.path(TABLES).forEach(name -> {
            if (name.isTextual()) {
                tables.add(name.textValue());
            }
        });
        return tables;
    }

    private static long id(JsonNode json) throws MalformedException {
        JsonNode node = json.path(ID);
        if (!node.isIntegralNumber()
                || !node.canConvertToLong()
                || node.longValue() < 1
                || node.longValue() > DirectoryLock.LARGEST_ID) {
            throw new MalformedException(ID + " is not a positive whole number");
        }
        return node.longValue();
    }

    private static long size(JsonNode json) throws MalformedException {
        JsonNode node = json.path(SIZE);
        if (isAbsent(node)) {
            return -1;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < 0) {
            throw new MalformedException(SIZE + " is not a whole number");
        }
        return node.longValue();
    }

    private static Optional<Boolean> auto(JsonNode json) throws MalformedException {
        JsonNode node = json.path(AUTO);
        if (isAbsent(node)) {
            return Optional.empty();
        }
        if (!node.isBoolean()) {
            throw new MalformedException(AUTO + " is neither true nor false");
        }
        return Optional.of(node.booleanValue());
    }

    private static Path original(JsonNode json, BackupName name, Path directory) throws MalformedException {
        String original = text(json, ORIGINAL).orElse("");
        if (original.indexOf('\0') >= 0) {
            throw new MalformedException(ORIGINAL + " is not a path");
        }
        return original.isEmpty() ? directory.resolveSibling(name.database()) : Path.of(original);
    }

    /** Older metadata has but a local time, and whose is not known: ours is the best guess. */
    private static Instant time(JsonNode json, BackupName name) throws MalformedException {
        return text(json, INSTANT)
                .flatMap(text -> parsed(text, Instant::parse))
                .orElse(text(json, TIMESTAMP)
                        .flatMap(text -> parsed(text, LocalDateTime::parse))
                        .orElse(name.time())
                        .atZone(ZoneId.systemDefault())
                        .toInstant());
    }

    private static <T> Optional<T> parsed(String text, Function<String, T> parser) {
        try {
            return Optional.of(parser.apply(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode json, String field) throws MalformedException {
        JsonNode node = json.path(field);
        if (isAbsent(node)) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw new MalformedException(field + " is not a string");
        }
        return Optional.of(node.textValue());
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    /** Does not leave this class. */
    private static final class MalformedException extends Exception {
        MalformedException(String problem) {
            super(problem);
        }
    }
}
