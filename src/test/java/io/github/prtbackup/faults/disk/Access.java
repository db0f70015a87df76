package io.github.prtbackup.faults.disk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * One file operation.
 *
 * @param kind what it does
 * @param path the file or directory
 * @param target what the file is renamed or copied to; else null
 * @param handle the open file; null where there is none
 * @param offset where it writes, or the length to cut to; -1 where that means nothing
 * @param bytes what it writes, as a copy; null where it does not
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Access(Kind kind, Path path, Path target, Object handle, long offset, byte[] bytes) {

    /** What is between the one who wants something and the operation. */
    private static final Set<String> PLUMBING = Set.of(
            "PositionalFile",
            "PendingFile",
            "Durable",
            "DirectoryLock",
            "LockFiles",
            "FileMode",
            "FileAccess",
            "RunWriter",
            "Disk",
            "WatchedFile");

    private static final StackWalker STACK = StackWalker.getInstance();

    /** Kinds of operations. */
    public enum Kind {
        CREATE,
        OPEN,
        READ,
        WRITE,
        TRUNCATE,
        SYNC,
        SYNC_DIRECTORY,
        RENAME,
        LINK,
        COPY,
        DELETE,
        ATTRIBUTE,
        LIST,
        /** SQLite copies one database into another. */
        NATIVE_COPY,
        /** SQLite has done so. */
        NATIVE_COPY_DONE,
        /** The number in the lock file, which is written through memory. */
        COUNTER;

        /** Whether there is something else on the disk afterwards. */
        public boolean changes() {
            return this != OPEN && this != READ && this != LIST;
        }
    }

    static Access of(Kind kind, Path path) {
        return new Access(kind, path, null, null, -1, null);
    }

    static Access of(Kind kind, Path path, Object handle) {
        return new Access(kind, path, null, handle, -1, null);
    }

    static Access write(Path path, Object handle, long offset, ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        return new Access(Kind.WRITE, path, null, handle, offset, bytes);
    }

    /** Who does it, what, and to which kind of file. Costs a walk of the stack, so it is asked for in time. */
    public String name() {
        String who = STACK.walk(frames -> frames.filter(frame -> isPlace(frame.getClassName()))
                        .map(frame -> simple(frame.getClassName()) + "." + method(frame.getMethodName()))
                        .findFirst())
                .orElse("?");
        return who + " " + kind + " " + kindOfFile();
    }

    private static boolean isPlace(String className) {
        return className.startsWith("io.github.prtbackup.")
                && !className.startsWith("io.github.prtbackup.faults.")
                && !PLUMBING.contains(simple(className));
    }

    private static String simple(String className) {
        String name = className.substring(className.lastIndexOf('.') + 1);
        int nested = name.indexOf('$');
        return nested < 0 ? name : name.substring(0, nested);
    }

    private static String method(String name) {
        String[] parts = name.split("\\$", -1);
        return parts.length > 2 && parts[0].equals("lambda") ? parts[1] : name;
    }

    private String kindOfFile() {
        String name = (target == null ? path : target).getFileName().toString();
        if (name.startsWith(".tmp-")) {
            return "temporary";
        }
        if (name.equals("backups") || name.startsWith("run")) {
            return "directory";
        }
        if (name.matches("prt\\.db\\.backup_.*\\.db")) {
            return "backup";
        }
        if (name.matches("prt\\.db(-.*)?")) {
            return name;
        }
        if (name.contains(".unreadable-") || name.contains(".damaged")) {
            return "aside";
        }
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
