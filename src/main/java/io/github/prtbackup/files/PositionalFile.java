package io.github.prtbackup.files;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file that is read and written at given offsets, and that interrupts do not disturb: a {@link FileChannel} is closed
 * by the interrupt of a thread that uses it. SQLite is not stopped by an interrupt, so a backup is not either. As each
 * operation names its offset, it can be done again after the file was opened anew; the interrupt is handed on.
 *
 * <p>Thread-safe.
 */
public final class PositionalFile implements Closeable {
    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<StandardOpenOption> WRITE = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);

    private final Path path;
    private final File file;
    private final Set<StandardOpenOption> mode;
    private final SpinLock guard = new SpinLock();
    private volatile FileChannel channel;
    private boolean closed;

    private PositionalFile(Path path, Set<StandardOpenOption> mode, FileChannel channel) {
        this.path = path;
        this.file = path.toFile();
        this.mode = mode;
        this.channel = channel;
    }

    /**
     * Opens a file that exists, to read it.
     *
     * @param path the file; no link
     * @return the file, opened
     * @throws java.nio.file.NoSuchFileException if there is no {@linkplain RegularFile regular file}
     * @throws IOException if it can't be opened
     */
    public static PositionalFile read(Path path) throws IOException {
        return new PositionalFile(path, READ, RegularFile.open(path, READ));
    }

    /**
     * Opens a file that exists, to read and write it.
     *
     * @param path the file; no link, and none that SQLite has locks on
     * @return the file, opened
     * @throws java.nio.file.NoSuchFileException if there is no {@linkplain RegularFile regular file}
     * @throws IOException if it can't be opened
     */
    public static PositionalFile write(Path path) throws IOException {
        return new PositionalFile(path, WRITE, RegularFile.open(path, WRITE));
    }

    /**
     * Creates a file with access for its owner only.
     *
     * @param path where nothing is
     * @return the file, opened
     * @throws java.nio.file.FileAlreadyExistsException if something is there
     * @throws IOException if it can't be created
     */
    public static PositionalFile create(Path path) throws IOException {
        Set<StandardOpenOption> create =
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        return new PositionalFile(path, WRITE, FileChannel.open(path, create, FileMode.ownerOnly()));
    }

    public Path path() {
        return path;
    }

    /** The length of the file that has the path now; 0 if there is none. Cheaper than anything that may throw. */
    long lengthByPath() {
        return file.length();
    }

    /**
     * Fills a buffer as far as the file goes.
     *
     * @param target filled from its position to its limit
     * @param offset where to begin, in bytes
     * @return whether it is full
     * @throws IOException if the file can't be read
     */
    public boolean read(ByteBuffer target, long offset) throws IOException {
        int start = target.position();
        run(opened -> {
            target.position(start);
            int count = 0;
            while (target.hasRemaining() && count >= 0) {
                count = opened.read(target, offset + target.position() - start);
            }
            return 0L;
        });
        return !target.hasRemaining();
    }

    /** Whether it ends exactly there, and its path leads to a file. Does not ask for its times. */
    public boolean endsAt(long length) throws IOException {
        if (!file.canRead()) {
            return false;
        }
        ByteBuffer around = ByteBuffer.allocate(2);
        return !read(around, length - 1) && around.position() == 1;
    }

    /**
     * Writes all that remains in a buffer.
     *
     * @param source what is written; nothing remains in it
     * @param offset where to begin, in bytes
     * @throws IOException if the file can't be written
     */
    public void write(ByteBuffer source, long offset) throws IOException {
        int start = source.position();
        run(opened -> {
            source.position(start);
            while (source.hasRemaining()) {
                opened.write(source, offset + source.position() - start);
            }
            return 0L;
        });
    }

    /**
     * The length of the opened file.
     *
     * @return in bytes
     * @throws IOException if that can't be found out
     */
    public long size() throws IOException {
        return run(FileChannel::size);
    }

    /**
     * Cuts the file, or fills it up with zeros, to a length.
     *
     * @param length in bytes
     * @throws IOException if the file can't be written
     */
    public void resize(long length) throws IOException {
        run(opened -> {
            if (opened.size() > length) {
                opened.truncate(length);
            } else if (opened.size() < length) {
                opened.write(ByteBuffer.allocate(1), length - 1);
            }
            return 0L;
        });
    }

    /** Makes the content durable. */
    public void force() throws IOException {
        run(opened -> {
            opened.force(true);
            return 0L;
        });
    }

    @Override
    public void close() throws IOException {
        guard.lock();
        try (guard) {
            closed = true;
            channel.close();
        }
    }

    private long run(Operation operation) throws IOException {
        // Before, too: a channel that an interrupted thread uses is closed before it does anything.
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel opened = channel;
                try {
                    return operation.on(opened);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(opened, e);
                } catch (IOException e) {
                    throw Located.at(path, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void reopen(FileChannel failed, ClosedChannelException reason) throws IOException {
        guard.lock();
        try (guard) {
            if (closed) {
                throw reason;
            }
            if (channel == failed) {
                channel = RegularFile.open(path, mode);
            }
        }
    }

    @FunctionalInterface
    private interface Operation {
        long on(FileChannel channel) throws IOException;
    }
}
