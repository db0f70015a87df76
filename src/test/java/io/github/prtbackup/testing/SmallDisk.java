package io.github.prtbackup.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A file system of its own that can be full or read-only. Needs root, and a Linux that lets it mount. */
public final class SmallDisk implements AutoCloseable {

    private static final String NO_MOUNT = "nothing can be mounted here: full and read-only disks are not tested";

    /** Of a tenth of a second each. */
    private static final int ATTEMPTS = 300;

    private final Path mountPoint;
    private final Path filler;

    private SmallDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
        this.filler = mountPoint.resolve("filler");
    }

    /** Mounts one, or aborts the test. */
    public static SmallDisk mount(Path mountPoint, int kilobytes) throws IOException {
        Files.createDirectories(mountPoint);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + kilobytes + "k", "prtbackup-test", mountPoint.toString()),
                NO_MOUNT);
        return new SmallDisk(mountPoint);
    }

    /** Shows a directory where nothing can be written in it, or aborts the test. */
    public static SmallDisk readOnly(Path directory, Path mountPoint) throws IOException {
        Files.createDirectories(mountPoint);
        assumeTrue(run("mount", "--bind", directory.toString(), mountPoint.toString()), NO_MOUNT);
        SmallDisk disk = new SmallDisk(mountPoint);
        remount("remount,bind,ro", mountPoint);
        return disk;
    }

    /**
     * As {@link #readOnly}, with a copy of the directory. A bind mount is the same directory, and a JVM that can write to it by
     * another path goes on doing that.
     */
    public static SmallDisk readOnlyCopy(Path directory, Path mountPoint) throws IOException {
        SmallDisk disk = mount(mountPoint, 20_000);
        assertThat(run("cp", "-a", directory + "/.", mountPoint.toString())).isTrue();
        remount("remount,ro", mountPoint);
        return disk;
    }

    public Path path() {
        return mountPoint;
    }

    /** Leaves so much room, in kilobytes; -1 for all of it. */
    public void leave(int kilobytes) throws IOException {
        Files.deleteIfExists(filler);
        long used = Files.getFileStore(mountPoint).getUsableSpace() - kilobytes * 1024L;
        if (kilobytes >= 0) {
            Files.write(filler, new byte[Math.toIntExact(Math.max(used, 0))]);
        }
    }

    /** Refused as long as a file is open to be written, as by the thread that makes first backups durable. */
    private static void remount(String how, Path mountPoint) throws IOException {
        boolean done = run("mount", "-o", how, mountPoint.toString());
        for (int attempt = 0; !done && attempt < ATTEMPTS; attempt++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            done = run("mount", "-o", how, mountPoint.toString());
        }
        assertThat(done).isTrue();
    }

    @Override
    public void close() throws IOException {
        // Lazily: the lock file of a backup directory stays open.
        assertThat(run("umount", "-l", mountPoint.toString())).isTrue();
    }

    private static boolean run(String... command) throws IOException {
        return new ProcessBuilder(List.of(command))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .onExit()
                        .join()
                        .exitValue()
                == 0;
    }
}
