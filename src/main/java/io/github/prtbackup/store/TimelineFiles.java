package io.github.prtbackup.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The names of the files of one {@link Timeline}. Immutable. */
final class TimelineFiles {
    private static final int KEY_BYTES = 4;
    private static final String INFIX = ".timeline-";
    private static final String HEAD = ".head";
    private static final String DAMAGED = ".damaged-";
    private static final Pattern HEAD_NAME =
            Pattern.compile("(.*)" + Pattern.quote(INFIX) + "[0-9a-f]{8}" + Pattern.quote(HEAD), Pattern.DOTALL);

    private final DirectoryLock directory;
    private final Path original;
    private final byte[] key;
    private final String prefix;

    TimelineFiles(DirectoryLock directory, String name, Path original) {
        this.directory = directory;
        this.original = original;
        this.key = sha256(original.toString());
        this.prefix = name + INFIX + HexFormat.of().formatHex(key, 0, KEY_BYTES);
    }

    /** Those that have a head, found by the path in it. */
    static List<TimelineFiles> all(DirectoryLock directory) throws IOException {
        List<TimelineFiles> found = new ArrayList<>();
        for (String fileName : directory.fileNames()) {
            Matcher matcher = HEAD_NAME.matcher(fileName);
            String original =
                    matcher.matches() ? Head.originalIn(directory.directory().resolve(fileName)) : null;
            if (original != null) {
                found.add(new TimelineFiles(directory, matcher.group(1), Path.of(original)));
            }
        }
        return found;
    }

    /** Renames all files; the head first, because without it the others are nothing. */
    void setAside() throws IOException {
        List<String> names = new ArrayList<>(List.of(headName()));
        for (String name : directory.fileNames()) {
            if (name.startsWith(prefix + ".") && !name.contains(DAMAGED) && !name.equals(headName())) {
                names.add(name);
            }
        }
        for (String name : names) {
            Path file = directory.directory().resolve(name);
            if (Files.exists(file)) {
                Files.move(file, freeName(name + DAMAGED));
            }
        }
    }

    private Path freeName(String stem) {
        int number = 1;
        while (Files.exists(directory.directory().resolve(stem + number))) {
            number++;
        }
        return directory.directory().resolve(stem + number);
    }

    DirectoryLock directory() {
        return directory;
    }

    /** The database. */
    Path original() {
        return original;
    }

    /** What makes it another than the timelines of other databases, nearly always. */
    int key() {
        return ByteBuffer.wrap(key).getInt();
    }

    String headName() {
        return prefix + HEAD;
    }

    String baseName() {
        return prefix + ".base";
    }

    String checksumsName() {
        return prefix + ".base.crc";
    }

    Path head() {
        return directory.directory().resolve(headName());
    }

    Path base() {
        return directory.directory().resolve(baseName());
    }

    Path checksums() {
        return directory.directory().resolve(checksumsName());
    }

    Path segment(long number) {
        return directory.directory().resolve(String.format(Locale.ROOT, "%s.%06d.log", prefix, number));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
