package io.github.prtbackup.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One opened lock file: its descriptor, the byte this process holds in it as proof of life, and the number it carries.
 *
 * <p>On POSIX closing any descriptor of a file drops all locks that the process has on it, whoever took them. So it is closed
 * only when nobody in the JVM has one. This class loader has counted its own ({@link DirectoryLock}). Of others the JDK knows:
 * it refuses a lock that overlaps one of the same JVM, by whichever descriptor of the file that was taken, before it asks the
 * system. Everybody who uses a lock file holds a slot in it, so who is refused any of all slots is not alone. (Between that
 * question and the closing there are some microseconds in which another class loader would have to come, open the file and
 * lock a byte, to lose it. For most of that time the slots are locked, so that he can't.)
 *
 * <p>For the same reason nothing here uses an operation that an interrupt can end: it would close the channel.
 * {@link RandomAccessFile} and {@link java.nio.channels.FileChannel#tryLock(long, long, boolean)} have none; {@link Mapping}
 * tells of the one that has.
 *
 * <p>The number may be read and raised by any thread at any time. Everything else is not thread-safe: {@link DirectoryLock}
 * calls it under its own lock.
 */
public final class LockFile {
    /** Locks lie far beyond the content, where Windows, whose locks are mandatory, does not keep readers out. */
    private static final long MUTEX = 1L << 40;

    private static final long FIRST_SLOT = MUTEX + 1;

    private static final long SLOTS = Integer.MAX_VALUE + 1L;

    private static final long FIRST_RANGE = FIRST_SLOT + SLOTS;

    private static final int CONTENT_LENGTH = Long.BYTES;

    /** Aligned, as a mapping begins with a page, so that it can be compared and set. */
    private static final VarHandle NUMBER = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Path path;
    private final RandomAccessFile file;
    private final boolean isWritable;
    private final Object fileKey;

    /**
     * The number, in memory that all processes share. Not written by system calls: that would change the file's time, which
     * {@link #isCurrent} has just asked for. Since Linux 6.13 a time that was asked for is followed by a finer one, ahead
     * of which no file's clock may fall, and so the next {@code fsync} of SQLite's log would have a new time to make
     * durable each time: measured as 1.6 times the cost of a commit. Null until it is needed.
     */
    private volatile ByteBuffer content;

    /** May be of this file, or of one that others lock. Referenced, so that the garbage collector does not close them. */
    private final List<RandomAccessFile> unidentified;

    private volatile int slot;

    /** Held as long as anybody uses the file; the reference keeps it from being collected. */
    private volatile FileLock slotLock;

    private LockFile(
            Path path, RandomAccessFile file, boolean isWritable, Object fileKey, List<RandomAccessFile> unidentified) {
        this.path = path;
        this.file = file;
        this.isWritable = isWritable;
        this.fileKey = fileKey;
        this.unidentified = unidentified;
    }

    /**
     * Opens the file, creates it when missing, and takes a slot.
     *
     * @param database one that has its backups beside it, whose readers may read the file; null if that is not known
     * @param preferredSlot the slot to take if it is free
     */
    static LockFile open(Path path, Path database, int preferredSlot) throws IOException {
        List<RandomAccessFile> unidentified = new ArrayList<>();
        while (true) {
            BasicFileAttributes before = attributes(path);
            if (before == null) {
                create(path, database);
                before = attributes(path);
            }
            if (before != null && !before.isRegularFile()) {
                throw new FileSystemException(path.toString(), null, "the lock file is not a regular file");
            }
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            BasicFileAttributes after = attributes(path);
            if (before != null && after != null && Objects.equals(before.fileKey(), after.fileKey())) {
                LockFile lockFile = new LockFile(path, file, true, after.fileKey(), unidentified);
                lockFile.closeUnidentified();
                lockFile.takeSlot(preferredSlot);
                return lockFile;
            }
            // Just created, or replaced in this very moment. Java cannot ask a descriptor for its inode, so which file
            // was opened is only known if the same one was there before and after. The descriptor may well be one of
            // the
            // file that all others lock.
            unidentified.add(file);
            if (before == null && after != null) {
                FileMode.widenToUsersOf(path.getParent(), database, path, () -> OpenFile.of(after.fileKey()));
            }
        }
    }

    /**
     * Opens a file that is there, and that this process may not write. It has no slot, and takes no locks but shared ones,
     * which keep others from folding what is being read.
     */
    static LockFile openToRead(Path path) throws IOException {
        // Before it is opened: of one that was replaced in this moment isCurrent says so.
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "the lock file is not a regular file");
        }
        return new LockFile(path, new RandomAccessFile(path.toFile(), "r"), false, found.fileKey(), new ArrayList<>());
    }

    /**
     * Whoever may use it may do so from the moment when it has its name: others come at the same time, and would be refused. And
     * nothing but its name is ever changed again, as that would open the file.
     */
    private static void create(Path path, Path database) throws IOException {
        Path fresh = TemporaryFiles.ofNobody(path.getParent(), randomSlot());
        try {
            Files.createFile(fresh, FileMode.ownerOnly());
        } catch (FileSystemException e) {
            // The opening will tell why.
            return;
        }
        try {
            FileMode.openToUsersOf(path.getParent(), database, fresh);
            Files.createLink(path, fresh);
        } catch (UnsupportedOperationException | FileSystemException e) {
            // Somebody else was first, or took it for that of a dead process; or there are no hard links here (FAT,
            // some
            // network file systems).
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Lets in who may write to the directory now, and who may read a database that has its backups there. */
    void widen(Path database) throws IOException {
        FileMode.widenToUsersOf(path.getParent(), database, path, () -> OpenFile.of(fileKey));
    }

    /** Gives back the slot. Call it when nobody here uses the file. */
    void releaseSlot() throws IOException {
        FileLock taken = slotLock;
        slotLock = null;
        if (taken != null && isOpen()) {
            taken.release();
        }
    }

    /**
     * Closes the file unless another class loader of this JVM uses it. Call it when nobody here does, and there is no slot.
     *
     * @return false if it is still open. It can be used again, by {@link #takeSlot}
     */
    boolean closeUnlessOthersUse() throws IOException {
        closeUnidentified();
        if (!unidentified.isEmpty() || !isClosed(file, isWritable)) {
            return false;
        }
        // The mapping goes with its last reference.
        content = null;
        return true;
    }

    private void closeUnidentified() throws IOException {
        for (RandomAccessFile opened : List.copyOf(unidentified)) {
            if (isClosed(opened, true)) {
                unidentified.remove(opened);
            }
        }
    }

    /** Closes a descriptor unless somebody in this JVM has a slot in its file. */
    private static boolean isClosed(RandomAccessFile opened, boolean isWritable) throws IOException {
        try {
            if (opened.getChannel().isOpen()) {
                // Given back by the closing. Null if other processes have something in it, which lose nothing. Who
                // may only read the file has no slot: any lock tells of him.
                long asked = isWritable ? SLOTS : Long.MAX_VALUE - FIRST_SLOT;
                FileLock unused = opened.getChannel().tryLock(FIRST_SLOT, asked, !isWritable);
            }
        } catch (OverlappingFileLockException e) {
            return false;
        }
        opened.close();
        return true;
    }

    static int randomSlot() {
        return ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    }

    int slot() {
        return slot;
    }

    /** Whether the proof of life is there. */
    boolean hasSlot() {
        return slotLock != null;
    }

    /** Whether nobody has closed it, as an interrupt would that reached one of its operations. */
    boolean isOpen() {
        return file.getChannel().isOpen();
    }

    /** Releases a lock of it unless the path leads to it, and also where that can't be told: nobody else could ever have it. */
    boolean isCurrentOrReleased(FileLock taken) throws IOException {
        boolean isCurrent = false;
        try {
            isCurrent = isCurrent();
        } finally {
            if (!isCurrent) {
                taken.release();
            }
        }
        return isCurrent;
    }

    /** Whether the path still leads to this file. The inode cannot be reused while the descriptor is open. */
    boolean isCurrent() throws IOException {
        BasicFileAttributes now = attributes(path);
        return now != null
                && isOpen()
                && Objects.equals(fileKey, now.fileKey())
                && (content == null || now.size() >= CONTENT_LENGTH);
    }

    /**
     * Tries to take the directory's mutex.
     *
     * @return null if another process, or another class loader of this one, has it
     */
    FileLock tryMutex() throws IOException {
        return tryByte(MUTEX, false);
    }

    /** Tries to take the byte of a key, which is not negative, shared or alone; null if that is not possible now. */
    FileLock tryRange(long key, boolean shared) throws IOException {
        return tryByte(FIRST_RANGE + key, shared);
    }

    /** Whether the owner of a slot is alive. Anything but a lock that could be taken counts as alive. */
    boolean isAlive(int otherSlot) throws IOException {
        if (otherSlot == slot) {
            return true;
        }
        FileLock lock = tryByte(FIRST_SLOT + otherSlot, false);
        if (lock == null) {
            return true;
        }
        lock.release();
        return false;
    }

    /** Whether there is room for the number. */
    boolean hasNumber() throws IOException {
        return content != null || file.length() >= CONTENT_LENGTH;
    }

    /** Makes room for the number. Call it with the mutex: somebody else's would be overwritten. */
    void makeRoom() throws IOException {
        if (hasNumber()) {
            return;
        }
        try {
            // Blocks, and not a hole that a full disk could not fill later.
            file.seek(0);
            file.write(new byte[CONTENT_LENGTH]);
        } catch (IOException e) {
            throw located(e.getMessage(), e);
        }
    }

    /** Lets the number be read and raised by any thread. Call it when there is room. */
    void map() throws IOException {
        if (content == null) {
            try {
                content = Mapping.of(file.getChannel(), CONTENT_LENGTH);
            } catch (IOException e) {
                throw located(e.getMessage(), e);
            }
        }
    }

    /** Whether that was done. */
    boolean isMapped() {
        return content != null;
    }

    /** The number in the file, which is mapped; 0 if it is not ours. */
    long readNumber() throws IOException {
        try {
            return valid((long) NUMBER.getVolatile(content, 0));
        } catch (InternalError e) {
            throw unreachable(e);
        }
    }

    /**
     * Raises the number in one step, which a killed process has either made or not, and without a lock: who has to wait for
     * one may be in the middle of a transaction.
     *
     * @param atLeast what it is taken for if it is smaller
     * @param step by how much it is raised from there
     * @return the number before the step; no step is made behind the largest id
     */
    long raiseNumber(long atLeast, int step) throws IOException {
        try {
            while (true) {
                long present = (long) NUMBER.getVolatile(content, 0);
                long from = Math.max(valid(present), atLeast);
                long raised = Math.min(from + step, DirectoryLock.LARGEST_ID + 1);
                if (present == raised || isReplaced(present, raised)) {
                    return from;
                }
            }
        } catch (InternalError e) {
            throw unreachable(e);
        }
    }

    private boolean isReplaced(long present, long raised) {
        return NUMBER.compareAndSet(content, 0, present, raised);
    }

    private static long valid(long number) {
        return number >= 0 && number <= DirectoryLock.LARGEST_ID + 1 ? number : 0;
    }

    /** So the JVM says that the file was cut off under the mapping, or has no room for a copy of the block. */
    private FileSystemException unreachable(InternalError e) {
        return located("the counter cannot be reached", e);
    }

    /** A full disk shows by the message only, which does not say where. */
    private FileSystemException located(String message, Throwable cause) {
        FileSystemException located = new FileSystemException(path.toString(), null, message);
        located.initCause(cause);
        return located;
    }

    /** Takes a slot again, the same if it is free, unless it has one. */
    void takeSlot() throws IOException {
        takeSlot(slot);
    }

    private void takeSlot(int preferred) throws IOException {
        int candidate = preferred;
        while (slotLock == null) {
            slot = candidate;
            slotLock = tryByte(FIRST_SLOT + candidate, false);
            candidate = randomSlot();
        }
    }

    private FileLock tryByte(long position, boolean shared) throws IOException {
        try {
            return file.getChannel().tryLock(position, 1, shared);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }
}
