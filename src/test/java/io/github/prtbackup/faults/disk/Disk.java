package io.github.prtbackup.faults.disk;

import io.github.prtbackup.faults.disk.Access.Kind;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.sqlite.core.DB;

/**
 * Takes the place of the file operations of the JDK where the product calls them: each method has the name of what it
 * stands for, and its parameters, with the object in front that it is called on.
 *
 * <p>Operations happen one after the other, so that they have an order.
 */
public final class Disk {
    private static final Map<Object, Path> PATHS = Collections.synchronizedMap(new WeakHashMap<>());
    private static final Watcher NOBODY = access -> {};
    private static volatile Watcher watcher = NOBODY;

    private Disk() {}

    /** Something that may fail. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    /** Writes the first bytes of what is to be written. */
    @FunctionalInterface
    interface Prefix {
        void write(int count) throws IOException;
    }

    /**
     * Lets somebody watch from now on, in the place of who did.
     *
     * @param newWatcher null for nobody
     */
    public static void watch(Watcher newWatcher) {
        synchronized (Disk.class) {
            watcher = newWatcher == null ? NOBODY : newWatcher;
        }
    }

    /** Does something between two operations. */
    public static void between(Runnable work) {
        synchronized (Disk.class) {
            work.run();
        }
    }

    static <T> T watched(Access access, Call<T> call) throws IOException {
        synchronized (Disk.class) {
            watcher.before(access);
            T result = call.run();
            watcher.after(access);
            return result;
        }
    }

    static void write(Access access, Prefix prefix) throws IOException {
        synchronized (Disk.class) {
            try {
                watcher.before(access);
            } catch (TornWriteException e) {
                prefix.write(Math.min(e.written(), access.bytes().length));
                throw e;
            }
            prefix.write(access.bytes().length);
            watcher.after(access);
        }
    }

    static File opening(File file, String mode) throws IOException {
        synchronized (Disk.class) {
            boolean creates = mode.startsWith("rw") && !file.exists();
            watcher.before(Access.of(creates ? Kind.CREATE : Kind.OPEN, file.toPath()));
            return file;
        }
    }

    static void opened(Path path, FileDescriptor descriptor) {
        PATHS.put(descriptor, path);
        synchronized (Disk.class) {
            watcher.after(Access.of(Kind.OPEN, path, descriptor));
        }
    }

    /** As that of {@link FileDescriptor}. */
    public static void sync(FileDescriptor descriptor) throws IOException {
        watched(Access.of(Kind.SYNC, PATHS.get(descriptor), descriptor), () -> {
            descriptor.sync();
            return null;
        });
    }

    /** As that of {@link FileChannel}. */
    public static FileChannel open(Path path, OpenOption[] options) throws IOException {
        return open(path, Set.copyOf(Arrays.asList(options)), new FileAttribute<?>[0]);
    }

    /** As that of {@link FileChannel}. */
    public static FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>[] attributes)
            throws IOException {
        synchronized (Disk.class) {
            boolean creates = options.contains(StandardOpenOption.CREATE_NEW);
            watcher.before(Access.of(creates ? Kind.CREATE : Kind.OPEN, path));
            FileChannel channel = FileChannel.open(path, options, attributes);
            PATHS.put(channel, path);
            watcher.after(Access.of(creates ? Kind.CREATE : Kind.OPEN, path, channel));
            return channel;
        }
    }

    /** As that of {@link FileChannel}. */
    public static int read(FileChannel channel, ByteBuffer target, long offset) throws IOException {
        return watched(Access.of(Kind.READ, PATHS.get(channel)), () -> channel.read(target, offset));
    }

    /** As that of {@link FileChannel}. */
    public static long transferTo(FileChannel channel, long offset, long count, WritableByteChannel target)
            throws IOException {
        return watched(Access.of(Kind.READ, PATHS.get(channel)), () -> channel.transferTo(offset, count, target));
    }

    /** As that of {@link FileChannel}. */
    public static int write(FileChannel channel, ByteBuffer source, long offset) throws IOException {
        int length = source.remaining();
        write(Access.write(PATHS.get(channel), channel, offset, source), count -> {
            int limit = source.limit();
            source.limit(source.position() + count);
            long at = offset;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
            source.limit(limit);
        });
        return length;
    }

    /** As that of {@link FileChannel}. */
    public static FileChannel truncate(FileChannel channel, long length) throws IOException {
        return watched(
                new Access(Kind.TRUNCATE, PATHS.get(channel), null, channel, length, null),
                () -> channel.truncate(length));
    }

    /** As that of {@link FileChannel}. */
    public static void force(FileChannel channel, boolean metadata) throws IOException {
        Path path = PATHS.get(channel);
        Kind kind = Files.isDirectory(path) ? Kind.SYNC_DIRECTORY : Kind.SYNC;
        watched(Access.of(kind, path, channel), () -> {
            channel.force(metadata);
            return null;
        });
    }

    /** As that of {@link Files}. */
    public static Path move(Path from, Path to, CopyOption[] options) throws IOException {
        return watched(new Access(Kind.RENAME, from, to, null, -1, null), () -> Files.move(from, to, options));
    }

    /** As that of {@link Files}. */
    public static Path createLink(Path link, Path existing) throws IOException {
        return watched(new Access(Kind.LINK, existing, link, null, -1, null), () -> Files.createLink(link, existing));
    }

    /** As that of {@link Files}. */
    public static Path copy(Path from, Path to, CopyOption[] options) throws IOException {
        return watched(new Access(Kind.COPY, from, to, null, -1, null), () -> Files.copy(from, to, options));
    }

    /** As that of {@link Files}. */
    public static long copy(Path from, OutputStream to) throws IOException {
        return watched(Access.of(Kind.READ, from), () -> Files.copy(from, to));
    }

    /** As that of {@link Files}. */
    public static void delete(Path path) throws IOException {
        watched(Access.of(Kind.DELETE, path), () -> {
            Files.delete(path);
            return null;
        });
    }

    /** As that of {@link Files}. What is not there is not deleted, so that is no operation. */
    public static boolean deleteIfExists(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && watched(Access.of(Kind.DELETE, path), () -> Files.deleteIfExists(path));
    }

    /** As that of {@link Files}. */
    public static Path createFile(Path path, FileAttribute<?>[] attributes) throws IOException {
        return watched(Access.of(Kind.CREATE, path), () -> Files.createFile(path, attributes));
    }

    /** As that of {@link Files}. */
    public static Path createTempFile(Path directory, String prefix, String suffix, FileAttribute<?>[] attributes)
            throws IOException {
        synchronized (Disk.class) {
            watcher.before(Access.of(Kind.CREATE, directory.resolve(prefix + suffix)));
            Path created = Files.createTempFile(directory, prefix, suffix, attributes);
            watcher.after(Access.of(Kind.CREATE, created));
            return created;
        }
    }

    /** As that of {@link Files}. */
    public static Path createDirectories(Path path, FileAttribute<?>[] attributes) throws IOException {
        return watched(Access.of(Kind.CREATE, path), () -> Files.createDirectories(path, attributes));
    }

    /** That of {@link Files}. Nothing fails there: what lies among the temporary files of the system is never published. */
    public static Path createTempDirectory(String prefix, FileAttribute<?>[] attributes) throws IOException {
        return Files.createTempDirectory(prefix, attributes);
    }

    /** As that of {@link Files}. */
    public static Path createDirectory(Path path, FileAttribute<?>[] attributes) throws IOException {
        return watched(Access.of(Kind.CREATE, path), () -> Files.createDirectory(path, attributes));
    }

    /** As that of {@link Files}. */
    public static Path setAttribute(Path path, String attribute, Object value, LinkOption[] options)
            throws IOException {
        return watched(Access.of(Kind.ATTRIBUTE, path), () -> Files.setAttribute(path, attribute, value, options));
    }

    /** As that of {@link Files}. */
    public static Map<String, Object> readAttributes(Path path, String attributes, LinkOption[] options)
            throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.readAttributes(path, attributes, options));
    }

    /** As that of {@link Files}. */
    public static BasicFileAttributes readAttributes(Path path, Class<BasicFileAttributes> type, LinkOption[] options)
            throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.readAttributes(path, type, options));
    }

    /** As that of {@link Files}. */
    public static Object getAttribute(Path path, String attribute, LinkOption[] options) throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.getAttribute(path, attribute, options));
    }

    /** As that of {@link Files}. */
    public static FileTime getLastModifiedTime(Path path, LinkOption[] options) throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.getLastModifiedTime(path, options));
    }

    /** As that of {@link Files}. */
    public static long size(Path path) throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.size(path));
    }

    /** As that of {@link Files}. */
    public static byte[] readAllBytes(Path path) throws IOException {
        return watched(Access.of(Kind.READ, path), () -> Files.readAllBytes(path));
    }

    /** As that of {@link Files}. */
    public static InputStream newInputStream(Path path, OpenOption[] options) throws IOException {
        return watched(Access.of(Kind.OPEN, path), () -> Files.newInputStream(path, options));
    }

    /** As that of {@link Files}. */
    public static OutputStream newOutputStream(Path path, OpenOption[] options) throws IOException {
        return watched(Access.of(Kind.OPEN, path), () -> Files.newOutputStream(path, options));
    }

    /** As that of {@link Files}. */
    @SuppressWarnings("StreamResourceLeak") // as in the original, it is the caller who closes it
    public static DirectoryStream<Path> newDirectoryStream(Path path) throws IOException {
        return watched(Access.of(Kind.LIST, path), () -> Files.newDirectoryStream(path));
    }

    /** As that of {@link Files}. */
    @SuppressWarnings("StreamResourceLeak") // as in the original, it is the caller who closes it
    public static DirectoryStream<Path> newDirectoryStream(Path path, String glob) throws IOException {
        return watched(Access.of(Kind.LIST, path), () -> Files.newDirectoryStream(path, glob));
    }

    /** As those of {@link FileInputStream}; which file it is, is not known here. */
    public static int read(FileInputStream input, byte[] into) throws IOException {
        return watched(Access.of(Kind.READ, Path.of("stream")), () -> input.read(into));
    }

    /** As those of {@link FileInputStream}; which file it is, is not known here. */
    public static byte[] readAllBytes(FileInputStream input) throws IOException {
        return watched(Access.of(Kind.READ, Path.of("stream")), input::readAllBytes);
    }

    /** As those of {@link FileInputStream}; which file it is, is not known here. */
    public static byte[] readNBytes(FileInputStream input, int length) throws IOException {
        return watched(Access.of(Kind.READ, Path.of("stream")), () -> input.readNBytes(length));
    }

    /** As that of {@link DB}. */
    public static int backup(
            DB database, String name, String file, DB.ProgressObserver observer, int sleep, int busy, int pages)
            throws SQLException {
        reached(Kind.NATIVE_COPY, file);
        int code = database.backup(name, file, observer, sleep, busy, pages);
        reached(Kind.NATIVE_COPY_DONE, file);
        return code;
    }

    /** As that of {@link DB}. */
    public static int restore(
            DB database, String name, String file, DB.ProgressObserver observer, int sleep, int busy, int pages)
            throws SQLException {
        reached(Kind.NATIVE_COPY, "prt.db");
        int code = database.restore(name, file, observer, sleep, busy, pages);
        reached(Kind.NATIVE_COPY_DONE, "prt.db");
        return code;
    }

    private static void reached(Kind kind, String file) {
        synchronized (Disk.class) {
            try {
                watcher.before(Access.of(kind, Path.of(file)));
            } catch (IOException e) {
                throw new IllegalStateException("SQLite does not fail here", e);
            }
        }
    }

    /** The number in a lock file is about to change. */
    public static void counter(Path lockFile, long number) {
        synchronized (Disk.class) {
            byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
            try {
                watcher.before(new Access(Kind.COUNTER, lockFile, null, null, 0, bytes));
            } catch (IOException e) {
                throw new IllegalStateException("memory does not fail", e);
            }
        }
    }
}
