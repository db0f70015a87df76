package io.github.prtbackup.faults.disk;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file that is opened by its constructor. */
public final class WatchedFile extends RandomAccessFile {
    private final Path path;

    /**
     * As that of the superclass.
     *
     * @param file the file
     * @param mode how to open it
     * @throws IOException as there
     */
    public WatchedFile(File file, String mode) throws IOException {
        super(Disk.opening(file, mode), mode);
        path = file.toPath();
        Disk.opened(path, getFD());
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes, offset, length);
        Disk.write(Access.write(path, getFD(), getFilePointer(), source), count -> super.write(bytes, offset, count));
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        return Disk.watched(Access.of(Access.Kind.READ, path), () -> super.read(bytes, offset, length));
    }
}
