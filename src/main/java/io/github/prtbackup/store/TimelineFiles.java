package io.github.prtbackup.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The names of the files of one {@link Timeline}. Immutable. */
final class TimelineFiles {
    private static final int KEY_BYTES = 4;

    private final DirectoryLock directory;
    private final Path original;
    private final byte[] key;
    private final String prefix;

    TimelineFiles(DirectoryLock directory, String name, Path original) {
        this.directory = directory;
        this.original = original;
        this.key = sha256(original.toString());
        this.prefix = name + ".timeline-" + HexFormat.of().formatHex(key, 0, KEY_BYTES);
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
        return prefix + ".head";
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
