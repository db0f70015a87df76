package io.github.prtbackup.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever may write the directory may put something else in the place of a file while root is at work in it. */
class FileModeTest {
    @TempDir
    Path directory;

    private Path model;
    private Path secret;

    @BeforeEach
    void setUp() throws IOException {
        model = file("model", "rw-rw-rw-");
        secret = file("secret", "rw-------");
    }

    @Test
    void whatALinkLeadsToIsLeftAlone() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), secret);
        FileMode.copy(model, link);
        FileMode.follow(model, link);
        FileMode.followAll(List.of(model), link);
        FileMode.openDirectory(model, link);
        FileMode.openToUsersOf(directory, model, link);
        assertThat(mode(secret)).isEqualTo("rw-------");
    }

    @Test
    void whatHasAnotherNameIsOpenedToNobody() throws IOException {
        Path link = Files.createLink(directory.resolve("link"), secret);
        FileMode.follow(model, link);
        assertThat(mode(secret)).isEqualTo("rw-------");
        // To take something away does no harm.
        FileMode.follow(secret, Files.createLink(directory.resolve("other"), model));
        assertThat(mode(model)).isEqualTo("rw-------");
    }

    @ParameterizedTest
    @CsvSource({
        "rw-rw-r--, rw-r--r--, rwxr-xr-x",
        "rw-r-----, rw-------, rwx------",
        "rw----r--, rw-------, rwx------",
        "rw-rw-rw-, rw-rw-rw-, rwxrwxrwx",
        "rw-r--rw-, rw-r--r--, rwxr-xr-x"
    })
    void anotherGroupAndTheOthersGetWhatBothHave(String permissions, String copy, String ofDirectory) {
        FileAccess access = new FileAccess(1, 1, bits(permissions), 1);
        assertThat(access.forCopy(true)).isEqualTo(bits(permissions));
        assertThat(access.forCopy(false)).isEqualTo(bits(copy));
        assertThat(access.forDirectory(false)).isEqualTo(bits(ofDirectory));
    }

    /** Owner and group of the database are 1. */
    @ParameterizedTest
    @CsvSource({
        "rw-r--r--, 1, 1, ---r--r--",
        "rw-r-----, 1, 1, ---r-----",
        "rw----r--, 1, 1, ------r--",
        "rw-------, 1, 1, ---------",
        // Members of its group are members of the other one, or others.
        "rw-r-----, 1, 2, ---r--r--",
        "rw-------, 1, 2, ---------",
        // The owner is a member of its group.
        "rw-------, 2, 1, ---r-----",
        "rw-------, 2, 2, ---r--r--",
        "rw-------, 0, 0, ---r--r--"
    })
    void whoReadsADatabaseReadsTheLockFile(String permissions, int owner, int group, String lock) {
        FileAccess access = new FileAccess(1, 1, bits(permissions), 1);
        assertThat(access.forReaders(owner, group)).isEqualTo(bits(lock));
        assertThat(new FileAccess(FileAccess.ROOT, 1, bits(permissions), 1).forReaders(2, 1))
                .as("root needs no permissions")
                .isEqualTo(bits(permissions) & 0044);
    }

    private static int bits(String permissions) {
        int bits = 0;
        for (int i = 0; i < permissions.length(); i++) {
            bits = bits << 1 | (permissions.charAt(i) == '-' ? 0 : 1);
        }
        return bits;
    }

    private Path file(String name, String permissions) throws IOException {
        Path file = Files.createFile(directory.resolve(name));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
