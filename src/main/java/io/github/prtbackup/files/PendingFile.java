package io.github.prtbackup.files;

import io.github.prtbackup.timeline.BaseImage;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;

/**
 * A file being written that becomes visible only when it is complete: the one place where files of a backup directory
 * come into being.
 *
 * <p>The steps, in this order, so that a crash at any point leaves a complete file under its name, or none:
 *
 * <ol>
 *   <li>a temporary file in the same directory, readable by its owner only;
 *   <li>its content: by {@link #write}, or by somebody else who writes to {@link #path()} and has closed it;
 *   <li>{@link #seal}: length and SHA-256, the permissions of the original, and {@code fsync};
 *   <li>{@link #publish} or {@link #replace}: the rename. The caller then makes it durable with
 *       {@link DirectoryLock#sync}, once for all renames that belong together.
 * </ol>
 *
 * <p>{@link #close} removes what was not published. If the process dies first, {@link DirectoryLock#removeAbandoned}
 * does.
 *
 * <p>Not thread-safe. An interrupt does not disturb it.
 */
public final class PendingFile implements AutoCloseable {
    private static final int BUFFER_SIZE = 1 << 18;

    /** Null for one that lies aside. */
    private final DirectoryLock lock;
    /** Keeps the proof that this process lives. */
    private final LockUses.Use use;

    private final Path path;
    /** Null for a file that has other checksums. */
    private final MessageDigest digest;
    /** Open while this object writes; null before, after, and when somebody else writes. */
    private RandomAccessFile output;

    private Instant taken;
    private long length;
    private String sha256;
    private boolean published;

    private PendingFile(DirectoryLock lock, MessageDigest digest, Instant taken) throws IOException {
        this.lock = lock;
        this.taken = taken;
        this.use = lock.begin();
        try {
            this.path = lock.createTemporary();
        } catch (IOException | RuntimeException | Error e) {
            use.close();
            throw e;
        }
        this.digest = digest;
    }

    private PendingFile(Path path) {
        this.lock = null;
        this.use = null;
        this.path = path;
        this.digest = null;
    }

    /**
     * Creates an empty file that is never published, in a directory of its own among the temporary files of the system, which
     * only its owner can open. For who reads where he may not write. What a dead process leaves there is the system's to
     * remove.
     *
     * @return the file
     * @throws IOException if it can't be created
     */
    public static PendingFile createAside() throws IOException {
        Path own = Files.createTempDirectory("prtbackup-");
        try {
            return new PendingFile(Files.createFile(own.resolve("copy.db"), FileMode.ownerOnly()));
        } catch (IOException | RuntimeException | Error e) {
            Files.delete(own);
            throw e;
        }
    }

    /**
     * Creates an empty file.
     *
     * @param lock the lock of the directory where it is to be published
     * @return the file
     * @throws IOException if it can't be created
     */
    public static PendingFile create(DirectoryLock lock) throws IOException {
        return create(lock, Instant.now());
    }

    /** As {@link #create(DirectoryLock)}, with a clock of one's own. */
    public static PendingFile create(DirectoryLock lock, Instant now) throws IOException {
        return new PendingFile(lock, Sha256.begin(), now);
    }

    /**
     * Creates an empty file that becomes a {@link BaseImage}. It has no SHA-256, which takes as long as all the rest.
     *
     * @param lock the lock of the directory where it is to be published
     * @return the file
     * @throws IOException if it can't be created
     */
    public static PendingFile createUnhashed(DirectoryLock lock) throws IOException {
        return new PendingFile(lock, null, Instant.now());
    }

    /** {@return when the state was taken that is in the file: when that was created, or the copy was begun} */
    public Instant taken() {
        return taken;
    }

    /** What is to be copied stays from now on as it is, after others may have been waited for. */
    public void takeNow() {
        taken = Instant.now();
    }

    /**
     * The temporary file, for somebody else to write to. He must have closed it before {@link #seal}.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * Whether it will be published in a directory.
     *
     * @param other the lock of that directory
     * @return whether it was created with that lock
     */
    public boolean isIn(DirectoryLock other) {
        return lock == other;
    }

    /**
     * Appends bytes.
     *
     * @param bytes the bytes
     * @throws IOException if they can't be written
     */
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /**
     * Appends bytes.
     *
     * @param bytes where they are
     * @param offset the index of the first
     * @param count how many
     * @throws IOException if they can't be written
     */
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (sha256 != null) {
            throw new IllegalStateException(path + " is sealed");
        }
        try {
            if (output == null) {
                output = new RandomAccessFile(path.toFile(), "rw");
            }
            output.write(bytes, offset, count);
        } catch (IOException e) {
            throw Located.at(path, e);
        }
        if (digest != null) {
            digest.update(bytes, offset, count);
        }
        length += count;
    }

    /**
     * Appends what remains in a buffer, and empties it.
     *
     * @param bytes the bytes
     * @throws IOException if they can't be written
     */
    public void write(ByteBuffer bytes) throws IOException {
        if (bytes.hasArray()) {
            write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            bytes.position(bytes.limit());
            return;
        }
        byte[] part = new byte[Math.min(bytes.remaining(), BUFFER_SIZE)];
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), part.length);
            bytes.get(part, 0, count);
            write(part, 0, count);
        }
    }

    /**
     * Appends the content of a file.
     *
     * @param file a {@linkplain RegularFile regular file}, which may be changed or deleted meanwhile. Not a database that this
     *     process has open: closing it would drop SQLite's locks
     * @throws java.nio.file.NoSuchFileException if it is none
     * @throws IOException if it can't be read, or this one not be written
     */
    public void copyFrom(Path file) throws IOException {
        byte[] part = new byte[BUFFER_SIZE];
        try (FileInputStream input = RegularFile.stream(file)) {
            for (int count = input.read(part); count >= 0; count = input.read(part)) {
                write(part, 0, count);
            }
        }
        closeOutput();
    }

    /**
     * Ends the writing: takes length and SHA-256, gives the file the permissions of the original, and makes its content
     * durable. Happens once; a second call does nothing.
     *
     * @param original the file whose owner, group and permissions it gets; if that does not exist, only the owner of
     *     this process can read it
     * @throws IOException if that fails, or a journal beside the file shows that it is not complete in itself
     */
    public void seal(Path original) throws IOException {
        seal(original, true);
    }

    /**
     * As {@link #seal}, but not durable: after a crash of the operating system anything may be in the file. For what can
     * be missed.
     *
     * @param original the file whose owner, group and permissions it gets
     * @throws IOException as there
     */
    public void sealBuffered(Path original) throws IOException {
        seal(original, false);
    }

    /**
     * As {@link #seal}, but without a SHA-256, for a file that has other checksums.
     *
     * @param durable whether its content is made durable
     */
    public void sealUnhashed(Path original, boolean durable) throws IOException {
        if (sha256 != null) {
            return;
        }
        if (output == null) {
            Companions.requireNone(path);
            output = new RandomAccessFile(path.toFile(), "rw");
        }
        length = output.length();
        finish(original, durable);
        sha256 = "";
    }

    private void seal(Path original, boolean durable) throws IOException {
        if (sha256 != null) {
            return;
        }
        if (digest == null) {
            throw new IllegalStateException(path + " has no SHA-256");
        }
        if (output == null) {
            Companions.requireNone(path);
            length = Sha256.add(path, digest, bytes -> {});
            output = new RandomAccessFile(path.toFile(), "rw");
        }
        if (output.length() != length) {
            throw new FileSystemException(
                    path.toString(), null, "has " + output.length() + " bytes instead of " + length);
        }
        finish(original, durable);
        sha256 = HexFormat.of().formatHex(digest.digest());
    }

    private void finish(Path original, boolean durable) throws IOException {
        FileMode.copy(original, path);
        try {
            if (durable) {
                output.getFD().sync();
            }
            closeOutput();
        } catch (IOException e) {
            throw Located.at(path, e);
        }
    }

    /**
     * The length, once sealed.
     *
     * @return the number of bytes
     */
    public long length() {
        requireSealed();
        return length;
    }

    /**
     * The SHA-256, once sealed.
     *
     * @return 64 lower-case hexadecimal digits
     */
    public String sha256() {
        requireSealed();
        return sha256;
    }

    /**
     * Gives the sealed file its name, which must be free. Call it in {@link DirectoryLock#hold}: no file system call
     * that Java offers renames without ever overwriting, so it is the lock that keeps the name free after the check.
     *
     * @param fileName its name in the directory
     * @throws FileAlreadyExistsException if something has that name
     * @throws IOException if it can't be renamed
     */
    public void publish(String fileName) throws IOException {
        Path target = target(fileName);
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        rename(target);
    }

    /**
     * Gives the sealed file its name, in place of a file that may have it. Readers see the old one or the new one. Call
     * it in {@link DirectoryLock#hold}.
     *
     * @param fileName its name in the directory
     * @throws IOException if it can't be renamed
     */
    public void replace(String fileName) throws IOException {
        rename(target(fileName));
    }

    /**
     * Removes the temporary file, and what SQLite may have left beside it, unless it was published. What can't be removed
     * takes room and does no harm, and goes when this process is dead; the work that the file was for has been done or has
     * failed already.
     *
     * @throws IOException if it can't be closed
     */
    @Override
    public void close() throws IOException {
        try (use) {
            closeOutput();
            if (!published) {
                remove();
            }
        }
    }

    private void remove() {
        try {
            Companions.delete(path);
            Files.deleteIfExists(path);
            if (lock == null) {
                Files.deleteIfExists(path.getParent());
            }
        } catch (IOException e) {
            // As the Javadoc of close says.
        }
    }

    private void rename(Path target) throws IOException {
        requireSealed();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        published = true;
        use.close();
    }

    private Path target(String fileName) {
        if (!lock.isHeld()) {
            throw new IllegalStateException("the lock of " + lock.directory() + " is not held by this thread");
        }
        return lock.directory().resolve(fileName);
    }

    private void requireSealed() {
        if (sha256 == null) {
            throw new IllegalStateException(path + " is not sealed");
        }
    }

    private void closeOutput() throws IOException {
        if (output != null) {
            output.close();
            output = null;
        }
    }
}
