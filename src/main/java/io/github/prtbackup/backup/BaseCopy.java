package io.github.prtbackup.backup;

import io.github.prtbackup.backup.pages.Changed;
import io.github.prtbackup.backup.pages.CurrentPages;
import io.github.prtbackup.backup.pages.DatabaseFile;
import io.github.prtbackup.backup.pages.FilePosition;
import io.github.prtbackup.backup.pages.FileTick;
import io.github.prtbackup.backup.pages.PageComparison;
import io.github.prtbackup.backup.pages.PageHashes;
import io.github.prtbackup.backup.pages.PageList;
import io.github.prtbackup.backup.pages.Position;
import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.files.PendingFile;
import io.github.prtbackup.timeline.BaseImage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A copy of a database file that was read while others were writing, and what it takes to make it exact under the write
 * lock.
 *
 * <p>What was read may be anything: pages of different commits, torn ones, pages of a transaction that was rolled back,
 * zeros where the file was cut. Why the result is exact nevertheless, let <em>then</em> be a moment under the write lock
 * before the first read, and <em>now</em> the one at which the copy is completed, under it too:
 *
 * <p>In <b>WAL mode</b> nobody but a checkpoint writes to the file, and it writes nothing but pages that have frames. If
 * the log proves that no commit since then is unknown, each page of now is one of these:
 *
 * <ul>
 *   <li>It had a frame then, or has got one since: read again now. These are all that a checkpoint can have written, before
 *       or during the copy. (A log that had been left before then was checkpointed to its end before it was left, and frames
 *       that were not committed are never checkpointed.)
 *   <li>The database had become too small for it at some time since: read again now. A checkpoint may have cut the file.
 *       {@link CurrentPages#since} names such pages.
 *   <li>Otherwise nobody has written to its place since then, and its content then was the one in the file.
 * </ul>
 *
 * <p>With a <b>rollback journal</b> all writes go to the file. If change counter, size and time of the file are now what
 * they were then, there was none: a commit raises the counter; a transaction that spilled its cache and was rolled back, or
 * was left by a crash and undone, leaves the time. The time tells only what happens after the file system's clock has moved
 * on, so the first read waits for that. Where the clock is too coarse, nothing is proved.
 *
 * <p>Where nothing is proved, all pages are read now and compared with hashes of what was copied. Then it does not matter
 * what that was.
 *
 * <p>Not thread-safe.
 */
final class BaseCopy implements Closeable {

    private static final int BYTES_AT_ONCE = 256 << 10;

    private final Position then;
    private final PageList besideFile;
    private final boolean provable;
    private final BaseImage image;

    /** Of what was copied; null once it is known that they are not needed, because they are large. */
    private PageHashes hashes;

    private BaseCopy(Position then, PageList besideFile, boolean provable, PageHashes hashes, BaseImage image) {
        this.then = then;
        this.besideFile = besideFile;
        this.provable = provable;
        this.hashes = hashes;
        this.image = image;
    }

    /**
     * Copies the state under the write lock as it is.
     *
     * @param durable whether the copy is made durable at once, however small it is
     */
    static BaseImage ofLocked(
            DirectoryLock directory, DatabaseFile file, CurrentPages now, boolean durable, CopyProgress watch)
            throws IOException {
        PendingFile image = PendingFile.createUnhashed(directory);
        try {
            copy(now, image, watch);
        } catch (IOException | RuntimeException | Error e) {
            try (image) {
                throw e;
            }
        }
        return BaseImage.prepare(directory, file.path(), image, now.pageSize(), durable);
    }

    /** Writes all pages, one after the other. */
    static void copy(CurrentPages now, PendingFile image, CopyProgress watch) throws IOException {
        int atOnce = Math.min(BYTES_AT_ONCE / now.pageSize(), now.pages());
        byte[] content = new byte[atOnce * now.pageSize()];
        for (int first = 1; first <= now.pages(); first += atOnce) {
            int count = Math.min(atOnce, now.pages() - first + 1);
            now.read(first, count, content, 0);
            image.write(content, 0, count * now.pageSize());
            watch.copiedAndCheck(first + count - 1L, now.pages());
        }
    }

    /**
     * Copies the file without any lock.
     *
     * @param then where the database stood under the write lock, before this is called
     * @param besideFile what was not in the file then
     * @param progress hears how far it is
     */
    static BaseCopy ofFile(
            DirectoryLock directory, DatabaseFile file, Position then, PageList besideFile, CopyProgress progress)
            throws IOException {
        boolean provable = !(then instanceof FilePosition position) || FileTick.waitOut(position.modifiedNanos());
        PageHashes hashes = new PageHashes(then.pageSize());
        hashes.resize(then.pages());
        PendingFile image = PendingFile.createUnhashed(directory);
        try {
            int atOnce = Math.min(BYTES_AT_ONCE / then.pageSize(), then.pages());
            byte[] content = new byte[atOnce * then.pageSize()];
            for (int first = 1; first <= then.pages(); first += atOnce) {
                int count = Math.min(atOnce, then.pages() - first + 1);
                file.readPages(then.pageSize(), first, count, content, 0);
                image.write(content, 0, count * then.pageSize());
                for (int i = 0; i < count; i++) {
                    hashes.put(first + i, content, i * then.pageSize());
                }
                progress.copiedAndCheck(first + count - 1L, then.pages());
            }
        } catch (IOException | RuntimeException | Error e) {
            try (image) {
                throw e;
            }
        }
        return new BaseCopy(
                then,
                besideFile,
                provable,
                hashes,
                BaseImage.prepare(directory, file.path(), image, then.pageSize(), true));
    }

    /** Whether it can be completed: the pages have the size that they had. */
    boolean fits(CurrentPages now) {
        return now.pageSize() == then.pageSize();
    }

    /**
     * Makes it the state under the write lock. Called once.
     *
     * @param now of the same page size
     * @return the image, which {@link #close} closes
     */
    BaseImage completed(CurrentPages now) throws IOException {
        Changed changed = provable ? now.since(then) : new Changed.Lost("the clock of the file system is coarse");
        image.resize(now.pages());
        if (changed instanceof Changed.Complete complete) {
            hashes = null;
            PageList again = new PageList.Builder(now.pages(), now.pageSize())
                    .addAll(complete.pages())
                    .addAll(besideFile)
                    .build();
            byte[] content = new byte[now.pageSize()];
            again.forEach(page -> {
                now.read(page, 1, content, 0);
                image.patch(page, ByteBuffer.wrap(content));
            });
        } else {
            PageComparison.run(
                    now,
                    hashes,
                    (page, content, offset) -> image.patch(page, ByteBuffer.wrap(content, offset, now.pageSize())));
        }
        return image;
    }

    @Override
    public void close() throws IOException {
        image.close();
    }
}
