package io.github.prtbackup.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PendingFileTest {
    private static final String SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    Path root;

    private Path original;
    private DirectoryLock lock;

    @BeforeEach
    void setUp() throws IOException {
        original = Files.writeString(root.resolve("prt.db"), "live");
        lock = DirectoryLock.of(root.resolve("backups"));
    }

    private void publish(PendingFile pending, String name) throws IOException {
        lock.hold(() -> {
            pending.publish(name);
            return null;
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void publishesWhatWasWritten() throws IOException {
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.write(bytes("a"));
            pending.write(ByteBuffer.wrap(bytes("xbx"), 1, 1));
            pending.write(ByteBuffer.allocateDirect(1).put(bytes("c")).flip());
            pending.seal(original);
            assertThat(pending.length()).isEqualTo(3);
            assertThat(pending.sha256()).isEqualTo(SHA256_OF_ABC);
            publish(pending, "backup");
        }
        assertThat(lock.directory().resolve("backup")).hasContent("abc");
        assertThat(temporaries()).isZero();
    }

    @Test
    void publishesWhatSomebodyElseWrote() throws IOException {
        try (PendingFile pending = PendingFile.create(lock)) {
            Files.writeString(pending.path(), "abc");
            pending.seal(original);
            assertThat(pending.length()).isEqualTo(3);
            assertThat(pending.sha256()).isEqualTo(SHA256_OF_ABC);
            publish(pending, "backup");
        }
        assertThat(lock.directory().resolve("backup")).hasContent("abc");
    }

    @Test
    void publishesAnEmptyFile() throws IOException {
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.seal(original);
            publish(pending, "backup");
        }
        assertThat(lock.directory().resolve("backup")).isEmptyFile();
    }

    @Test
    void neverReplacesWhenPublishing() throws IOException {
        Path existing = lock.directory().resolve("backup");
        Files.createSymbolicLink(existing, root.resolve("nowhere"));
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.seal(original);
            assertThatThrownBy(() -> publish(pending, "backup")).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(existing).isSymbolicLink();
        assertThat(temporaries()).isZero();
    }

    @Test
    void refusesToPublishUnsealedOrUnlocked() throws IOException {
        try (PendingFile pending = PendingFile.create(lock)) {
            assertThatThrownBy(() -> publish(pending, "backup")).isInstanceOf(IllegalStateException.class);
            pending.seal(original);
            assertThatThrownBy(() -> pending.publish("backup")).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> pending.write(bytes("x"))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closeRemovesWhatSqliteLeftToo() throws IOException {
        try (PendingFile pending = PendingFile.create(lock)) {
            Files.writeString(pending.path().resolveSibling(pending.path().getFileName() + "-journal"), "");
            Files.writeString(pending.path().resolveSibling(pending.path().getFileName() + "-wal"), "frames");
            assertThatThrownBy(() -> pending.seal(original))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessageContaining("not complete");
        }
        assertThat(temporaries()).isZero();
    }

    @Test
    void isReadableByItsOwnerOnlyUntilSealed() throws IOException {
        Files.setPosixFilePermissions(original, PosixFilePermissions.fromString("rw-r--r--"));
        try (PendingFile pending = PendingFile.create(lock)) {
            assertThat(permissions(pending.path())).isEqualTo("rw-------");
            pending.seal(original);
            assertThat(permissions(pending.path())).isEqualTo("rw-r--r--");
        }
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.seal(root.resolve("missing"));
            assertThat(permissions(pending.path())).isEqualTo("rw-------");
        }
    }

    @Test
    void anInterruptDoesNotStopIt() throws IOException {
        Thread.currentThread().interrupt();
        try (PendingFile pending = PendingFile.create(lock)) {
            pending.write(bytes("abc"));
            pending.seal(original);
            publish(pending, "backup");
            Durable.syncDirectory(lock.directory());
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(lock.directory().resolve("backup")).hasContent("abc");
    }

    private long temporaries() throws IOException {
        try (Stream<Path> files = Files.list(lock.directory())) {
            return files.filter(file -> file.getFileName().toString().startsWith(".tmp-"))
                    .count();
        }
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
