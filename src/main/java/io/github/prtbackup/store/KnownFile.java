package io.github.prtbackup.store;

import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The file in which a backup directory has its {@link KnownDatabases}: text in UTF-8, a first line that says what it is, a line
 * for each database, and a last line without which it counts for nothing.
 *
 * <p>The fields of a line stand between tabs: key, label, path, former directory, inode, birth. What is not known is empty.
 * A backslash stands before what would not be a field.
 */
final class KnownFile {
    static final String NAME = ".prtbackup.databases";
    private static final String FIRST = "prtbackup databases 1";
    private static final String LAST = "end";
    private static final int FIELDS = 6;
    /** Room for 10,000 databases with long paths. */
    private static final int LONGEST = 16 << 20;

    private final DirectoryLock directory;

    KnownFile(DirectoryLock directory) {
        this.directory = directory;
    }

    /** Null if there is none that could be read. What a line says that makes no sense is left out. */
    List<KnownDatabase> read() throws IOException {
        String text;
        try (FileInputStream input = RegularFile.stream(directory.directory().resolve(NAME))) {
            text = new String(input.readNBytes(LONGEST), StandardCharsets.UTF_8);
        } catch (NoSuchFileException | FileNotFoundException e) {
            return null;
        }
        List<String> lines = List.of(text.split("\n"));
        if (lines.size() < 2
                || !lines.get(0).equals(FIRST)
                || !lines.get(lines.size() - 1).equals(LAST)) {
            return null;
        }
        List<KnownDatabase> known = new ArrayList<>();
        for (String line : lines.subList(1, lines.size() - 1)) {
            KnownDatabase database = parse(line);
            if (database != null) {
                known.add(database);
            }
        }
        return known;
    }

    /**
     * Replaces it, unless a directory has its name. Call it in {@link DirectoryLock#hold}.
     *
     * @param model the file whose permissions the first of a directory gets; later ones keep them
     * @param durably whether a crash of the operating system must not take it, as where it has taken the place of one that
     *     knew of others
     */
    void write(List<KnownDatabase> known, Path model, boolean durably) throws IOException {
        if (Files.isDirectory(directory.directory().resolve(NAME), LinkOption.NOFOLLOW_LINKS)) {
            // Nobody may be kept from writing his database by what somebody has put there.
            return;
        }
        StringBuilder text = new StringBuilder(FIRST).append('\n');
        known.forEach(database -> text.append(format(database)).append('\n'));
        text.append(LAST).append('\n');
        try (PendingFile pending = PendingFile.create(directory)) {
            pending.write(text.toString().getBytes(StandardCharsets.UTF_8));
            Path present = directory.directory().resolve(NAME);
            Path permissions = RegularFile.exists(present) ? present : model;
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
