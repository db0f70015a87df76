package io.github.prtbackup.timeline;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.files.PositionalFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A full copy of a database that is ready to be the base of a {@link Timeline}, with the checksums of its pages: durable, or
 * a small one that may {@linkplain FreshBase be so later}. Making it takes long, and needs no lock of the database; {@link Timeline#start} is short.
 *
 * <p>Not thread-safe. {@link #close} removes what was not used.
 */
public final class BaseImage implements AutoCloseable {
    private static final int CHUNK = 1 << 20;

    private final PendingFile image;
    private final PendingFile checksums;
    private final int pageSize;
    private final boolean durable;
    private long pages;

    /** Open from the first patch on. */
    private PositionalFile patchedData;

    private PositionalFile patchedSums;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer sum = ByteBuffer.allocate(Integer.BYTES);

    private BaseImage(PendingFile image, PendingFile checksums, int pageSize, boolean durable) {
        this.image = image;
        this.checksums = checksums;
        this.pageSize = pageSize;
        this.durable = durable;
        this.pages = image.length() / pageSize;
    }

    /**
     * Makes a copy ready.
     *
     * @param directory the lock of the directory that it is in
     * @param original the database, whose permissions it gets
     * @param image the copy; belongs to the result from now on, also if this fails
     * @param pageSize its page size in bytes
     * @param now whether it is made durable now; a large one is, so that nobody ever has to look through it
     * @return the image
     * @throws IOException if it can't be read or made durable, or is not a whole number of pages
     */
    public static BaseImage prepare(
            DirectoryLock directory, Path original, PendingFile image, int pageSize, boolean now) throws IOException {
        PendingFile checksums = null;
        try {
            boolean durable = now || image.path().toFile().length() > FreshBase.LARGEST;
            image.sealUnhashed(original, durable);
            if (image.length() % pageSize != 0) {
                throw new FileSystemException(
                        image.path().toString(), null, image.length() + " bytes are no pages of " + pageSize);
            }
            checksums = PendingFile.createUnhashed(directory);
            writeChecksums(image, pageSize, checksums);
            checksums.sealUnhashed(original, durable);
            return new BaseImage(image, checksums, pageSize, durable);
        } catch (IOException | RuntimeException | Error e) {
            try (image) {
                if (checksums != null) {
                    checksums.close();
                }
            }
            throw e;
        }
    }

    private static void writeChecksums(PendingFile image, int pageSize, PendingFile checksums) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect((int) Math.min(CHUNK, image.length()));
        ByteBuffer result = ByteBuffer.allocate(CHUNK / pageSize * Integer.BYTES);
        CRC32C crc = new CRC32C();
        try (PositionalFile file = PositionalFile.read(image.path())) {
            for (long offset = 0; offset < image.length(); offset += CHUNK) {
                file.read(chunk.clear(), offset);
                chunk.flip();
                result.clear();
                while (chunk.hasRemaining()) {
                    crc.reset();
                    crc.update(chunk.slice(chunk.position(), pageSize));
                    chunk.position(chunk.position() + pageSize);
                    result.putInt((int) crc.getValue());
                }
                checksums.write(result.flip());
            }
        }
    }

    /**
     * The page size.
     *
     * @return in bytes
     */
    public int pageSize() {
        return pageSize;
    }

    /**
     * Its size.
     *
     * @return in pages
     */
    public long pages() {
        return pages;
    }

    /**
     * Changes the number of pages. New ones are zeros until they are patched.
     *
     * @param newPages the new size in pages
     * @throws IOException if the files can't be written
     */
    public void resize(long newPages) throws IOException {
        long before = pages;
        openForPatches();
        patchedData.resize(newPages * pageSize);
        patchedSums.resize(newPages * Integer.BYTES);
        pages = newPages;
        ByteBuffer zeros = ByteBuffer.allocate(pageSize);
        for (long number = before + 1; number <= newPages; number++) {
            patch(number, zeros.clear());
        }
    }

    /**
     * Replaces a page: one that changed after the copy was taken. Cheap for thousands of pages.
     *
     * @param number from 1 to {@link #pages}
     * @param content one page; taken out of the buffer
     * @throws IOException if the files can't be written
     */
    public void patch(long number, ByteBuffer content) throws IOException {
        if (number < 1 || number > pages || content.remaining() != pageSize) {
            throw new IllegalArgumentException(
                    "page " + number + " of " + content.remaining() + " bytes, among " + pages + " of " + pageSize);
        }
        openForPatches();
        crc.reset();
        crc.update(content.duplicate());
        patchedData.write(content, (number - 1) * pageSize);
        patchedSums.write(sum.clear().putInt((int) crc.getValue()).flip(), (number - 1) * Integer.BYTES);
    }

    private void openForPatches() throws IOException {
        if (patchedData == null) {
            patchedData = PositionalFile.write(image.path());
        }
        if (patchedSums == null) {
            patchedSums = PositionalFile.write(checksums.path());
        }
    }

    /** Whether it survives a crash of the operating system. */
    boolean isDurable() {
        return durable;
    }

    /** Makes patches durable, if the rest is. */
    private void forcePatches() throws IOException {
        if (durable && patchedData != null && patchedSums != null) {
            patchedData.force();
            patchedSums.force();
        }
        closePatches();
    }

    private void closePatches() throws IOException {
        PositionalFile data = patchedData;
        PositionalFile sums = patchedSums;
        patchedData = null;
        patchedSums = null;
        try (data;
                sums) {
            // Null where nothing was patched.
        }
    }

    /** Gives base and checksums their names. Call it in {@link DirectoryLock#hold}. */
    void publish(TimelineFiles files) throws IOException {
        forcePatches();
        image.replace(files.baseName());
        checksums.replace(files.checksumsName());
    }

    @Override
    public void close() throws IOException {
        try (image;
                checksums) {
            closePatches();
        }
    }
}
