package io.github.prtbackup.files;

import io.github.prtbackup.timeline.KnownDatabases;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * The file in which a backup directory has its {@link KnownDatabases}: text in UTF-8, a first line that says what it is, a line
 * for each database, and an end. A database that comes new is written behind that, with an end of its own: what is behind the
 * last end was not completed, and counts for nothing.
 *
 * <p>The fields of a line stand between tabs: key, label, path, former directory, inode, birth. What is not known is empty.
 * A backslash stands before what would not be a field.
 *
 * <p>Thread-safe. What was read is remembered: with many databases in a directory, each that is opened asks for all.
 */
public final class KnownFile {
    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    public static final String NAME = ".prtbackup.databases";
    private static final String FIRST = "prtbackup databases 1";
    private static final String END = "\nend\n";
    private static final String VERSION =
            UNIX ? "unix:ino,size,lastModifiedTime,ctime" : "fileKey,size,lastModifiedTime";
    private static final int FIELDS = 6;
    /** Room for 10,000 databases with long paths. */
    private static final int LONGEST = 16 << 20;

    private final DirectoryLock directory;
    private final Path path;
    private volatile Remembered remembered = new Remembered(null, null);

    KnownFile(DirectoryLock directory) {
        this.directory = directory;
        this.path = directory.directory().resolve(NAME);
    }

    /**
     * What is in it.
     *
     * @param databases immutable
     * @param length how many bytes of the file that is
     * @param isWhole whether there is nothing else in it
     */
    public record Content(List<KnownDatabase> databases, long length, boolean isWhole) {}

    /** @param version tells a file that was changed since; null if there is none */
    private record Remembered(Map<String, Object> version, Content content) {}

    /** Null if there is none that could be read. What a line says that makes no sense is left out. */
    public Content read() throws IOException {
        // Asked first: what is read then is not older.
        Map<String, Object> version = version();
        Remembered known = remembered;
        if (version == null || version.equals(known.version())) {
            return version == null ? null : known.content();
        }
        Content content = parse();
        remembered = new Remembered(version, content);
        return content;
    }

    private Map<String, Object> version() throws IOException {
        try {
            return Files.readAttributes(path, VERSION, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private Content parse() throws IOException {
        String text;
        try (FileInputStream input = RegularFile.stream(path)) {
            text = new String(input.readNBytes(LONGEST), StandardCharsets.UTF_8);
        } catch (NoSuchFileException | FileNotFoundException e) {
            return null;
        }
        int end = text.lastIndexOf(END);
        if (!text.startsWith(FIRST + '\n') || end < 0) {
            return null;
        }
        String complete = text.substring(0, end + END.length());
        Map<Integer, KnownDatabase> known = new LinkedHashMap<>();
        for (String line : complete.split("\n", -1)) {
            KnownDatabase database = parse(line);
            if (database != null) {
                known.put(database.key(), database);
            }
        }
        return new Content(
                List.copyOf(known.values()),
                complete.getBytes(StandardCharsets.UTF_8).length,
                complete.length() == text.length());
    }

    /**
     * Adds one database, with one write that waits for no disk: what a crash of the operating system leaves of it takes nothing
     * from the others. Call it in {@link DirectoryLock#hold}.
     *
     * @param present what is in the file
     * @return whether that could be done
     */
    public boolean append(Content present, KnownDatabase added) throws IOException {
        if (!present.isWhole()) {
            return false;
        }
        try (PositionalFile file = PositionalFile.write(path)) {
            if (file.size() != present.length()) {
                return false;
            }
            file.write(ByteBuffer.wrap((format(added) + END).getBytes(StandardCharsets.UTF_8)), present.length());
            return true;
        } catch (AccessDeniedException | NoSuchFileException e) {
            // Another file can take its place.
            return false;
        }
    }

    /**
     * Replaces it, unless a directory has its name. Call it in {@link DirectoryLock#hold}.
     *
     * @param model the file whose permissions the first of a directory gets; later ones keep them
     * @param durably whether a crash of the operating system must not take it, as where it has taken the place of one that
     *     knew of others
     */
    public void write(List<KnownDatabase> known, Path model, boolean durably) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            // Nobody may be kept from writing his database by what somebody has put there.
            return;
        }
        StringJoiner text = new StringJoiner("\n", FIRST + '\n', END);
        known.forEach(database -> text.add(format(database)));
        try (PendingFile pending = PendingFile.create(directory)) {
            pending.write(text.toString().getBytes(StandardCharsets.UTF_8));
            Path permissions = RegularFile.exists(path) ? path : model;
            if (durably) {
                pending.seal(permissions);
            } else {
                pending.sealBuffered(permissions);
            }
            pending.replace(NAME);
        }
    }

    private static String format(KnownDatabase known) {
        return String.join(
                "\t",
                HexFormat.of().toHexDigits(known.key()),
                escaped(known.label()),
                escaped(known.path().toString()),
                known.directory() == null ? "" : escaped(known.directory().toString()),
                known.file() == null ? "" : Long.toString(known.file().inode()),
                known.file() == null ? "" : Long.toString(known.file().bornNanos()));
    }

    /** Null if it can't be understood. */
    private static KnownDatabase parse(String line) {
        String[] fields = line.split("\t", -1);
        if (fields.length < FIELDS) {
            return null;
        }
        try {
            Path path = Path.of(unescaped(fields[2]));
            Path former = fields[3].isEmpty() ? null : Path.of(unescaped(fields[3]));
            FileIdentity file =
                    fields[4].isEmpty() ? null : new FileIdentity(Long.parseLong(fields[4]), Long.parseLong(fields[5]));
            boolean isUsable = path.isAbsolute()
                    && path.getFileName() != null
                    && (former == null || former.isAbsolute())
                    && isFileName(fields[1]);
            return isUsable
                    ? new KnownDatabase(HexFormat.fromHexDigits(fields[0]), unescaped(fields[1]), path, former, file)
                    : null;
        } catch (IllegalArgumentException e) {
            // Also of a path that this system can not have.
            return null;
        }
    }

    /** Files are named by it. */
    private static boolean isFileName(String label) {
        return !label.isEmpty() && label.indexOf('/') < 0 && label.indexOf('\0') < 0;
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\r", "\\r");
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '\\' && i + 1 < text.length()) {
                i++;
                next = switch (text.charAt(i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    default -> text.charAt(i);
                };
            }
            plain.append(next);
        }
        return plain.toString();
    }
}
