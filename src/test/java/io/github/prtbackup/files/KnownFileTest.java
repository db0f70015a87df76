package io.github.prtbackup.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file in which a directory has its databases, and what a crash may leave of it. */
class KnownFileTest {

    @TempDir
    Path root;

    private DirectoryLock lock;
    private Path file;
    private Path model;

    @BeforeEach
    void setUp() throws IOException {
        lock = DirectoryLock.of(root.resolve("backups"));
        file = lock.directory().resolve(KnownFile.NAME);
        model = Files.writeString(root.resolve("a.db"), "");
    }

    private static KnownDatabase database(int key) {
        return new KnownDatabase(
                key, "x.db", Path.of("/data/\t" + key, "x.db"), Path.of("/data/backups"), new FileIdentity(key, -key));
    }

    private void write(KnownDatabase... databases) throws IOException {
        lock.hold(() -> {
            new KnownFile(lock).write(List.of(databases), model, false);
            return null;
        });
    }

    private boolean append(KnownDatabase added) throws IOException {
        return lock.hold(() -> {
            KnownFile known = new KnownFile(lock);
            return known.append(known.read(), added);
        });
    }

    @Test
    void whatIsAddedIsReadWithTheOthers() throws IOException {
        List<KnownDatabase> all = new ArrayList<>(List.of(database(1)));
        write(database(1));
        for (int key = 2; key < 20; key++) {
            assertThat(append(database(key))).isTrue();
            all.add(database(key));
            assertThat(new KnownFile(lock).read().databases()).isEqualTo(all);
        }
    }

    @Test
    void whatIsRememberedIsReadAgainWhenItHasChanged() throws IOException {
        KnownFile known = new KnownFile(lock);
        assertThat(known.read()).isNull();
        write(database(1));
        assertThat(known.read().databases()).containsExactly(database(1));
        assertThat(append(database(2))).isTrue();
        assertThat(known.read().databases()).containsExactly(database(1), database(2));
        write(database(3));
        assertThat(known.read().databases()).containsExactly(database(3));
        Files.delete(file);
        assertThat(known.read()).isNull();
    }

    /** Wherever a write was torn, the others stay, and the next is written. */
    @Test
    void whatWasNotCompletedCountsForNothing() throws IOException {
        write(database(1));
        int before = (int) Files.size(file);
        assertThat(append(database(2))).isTrue();
        byte[] whole = Files.readAllBytes(file);
        for (int length = before; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(new KnownFile(lock).read().databases()).containsExactly(database(1));
            assertThat(append(database(3))).isEqualTo(length == before);
        }
    }

    @Test
    void nothingIsAddedBehindWhatSomebodyElseHasWritten() throws IOException {
        write(database(1));
        KnownFile known = new KnownFile(lock);
        KnownFile.Content read = known.read();
        Files.writeString(file, "x", StandardOpenOption.APPEND);
        assertThat(lock.<Boolean>hold(() -> known.append(read, database(2)))).isFalse();
    }
}
