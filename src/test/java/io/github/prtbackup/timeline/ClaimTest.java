package io.github.prtbackup.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.files.FileIdentity;
import io.github.prtbackup.files.FileIdentity.Standing;
import io.github.prtbackup.files.KnownDatabase;
import io.github.prtbackup.timeline.Claim.Disk;
import io.github.prtbackup.timeline.Claim.Kind;
import io.github.prtbackup.timeline.Claim.Question;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rules, one case a line. A history is what the file was, its path and the directory then; {@code ?} for what is not known.
 * The disk is what files there are now: a number for each, the same for the same file under several names; directories have
 * 0. Nothing of it is on a real disk.
 */
class ClaimTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        # what has happened           | known histories                                | disk                           | asked      | in          | rule        | which
        nothing                       | 1 /a/x.db /a/backups                           | /a/x.db=1                      | /a/x.db    | /a/backups  | SAME_PATH   | 0
        replaced under its name       | 1 /a/x.db /a/backups                           | /a/x.db=2                      | /a/x.db    | /a/backups  | SAME_PATH   | 0
        lost                          | 1 /a/x.db /a/backups                           |                                | /a/x.db    | /a/backups  | SAME_PATH   | 0
        directory moved alone         | 1 /a/x.db /B                                   | /a/x.db=1                      | /a/x.db    | /C          | SAME_PATH   | 0
        another of that directory     | 1 /a/x.db /a/backups                           | /a/x.db=1 /a/y.db=2            | /a/y.db    | /a/backups  | NEW         |
        same name, shared directory   | 1 /a/x.db /B                                   | /a/x.db=1 /b/x.db=2            | /b/x.db    | /B          | NEW         |
        same name, first one gone     | 1 /a/x.db /B                                   | /b/x.db=2                      | /b/x.db    | /B          | NEW         |
        moved together                | 1 /a/x.db /a/backups                           | /b/x.db=1                      | /b/x.db    | /b/backups  | SAME_PLACE  | 0
        copied together               | 1 /a/x.db /a/backups                           | /a/x.db=1 /b/x.db=2            | /b/x.db    | /b/backups  | SAME_PLACE  | 0
        copied, then lost             | 1 /a/x.db /a/backups                           | /a/x.db=1                      | /b/x.db    | /b/backups  | SAME_PLACE  | 0
        moved with a shared directory | 1 /p/a/x.db /p/B,2 /p/b/x.db /p/B              | /q/a/x.db=1 /q/b/x.db=2        | /q/b/x.db  | /q/B        | SAME_PLACE  | 1
        mounted elsewhere             | 1 /a/x.db /a/backups                           | /a/x.db=1 /m/x.db=1            | /m/x.db    | /m/backups  | SAME_PLACE  | 0
        hard link                     | 1 /a/x.db /a/backups                           | /a/x.db=1 /a/y.db=1            | /a/y.db    | /a/backups  | SAME_FILE   | 0
        mounted, one directory        | 1 /a/x.db /B                                   | /a/x.db=1 /m/x.db=1            | /m/x.db    | /B          | SAME_FILE   | 0
        hard link, mounted            | 1 /a/x.db /a/backups                           | /m/x.db=1 /m/y.db=1            | /m/y.db    | /m/backups  | SAME_FILE   | 0
        renamed                       | 1 /a/x.db /a/backups                           | /a/y.db=1                      | /a/y.db    | /a/backups  | MOVED       | 0
        moved, one directory          | 1 /a/x.db /B                                   | /b/y.db=1                      | /b/y.db    | /B          | MOVED       | 0
        moved together and renamed    | 1 /a/x.db /a/backups                           | /b/y.db=1                      | /b/y.db    | /b/backups  | MOVED       | 0
        renamed, and a new one there  | 1 /a/x.db /a/backups                           | /a/x.db=2 /a/y.db=1            | /a/y.db    | /a/backups  | NEW         |
        its inode given to another    | 1 /a/x.db /a/backups                           | /a/y.db=2                      | /a/y.db    | /a/backups  | NEW         |
        two that it might be          | 1 /a/x.db /a/backups,1 /a/z.db /a/backups      | /a/y.db=1                      | /a/y.db    | /a/backups  | NEW         |
        lost, and asked by a new name | 1 /a/x.db /a/backups                           |                                | /a/y.db    | /a/backups  | NEW         |
        shared directory moved beside | 1 /a/x.db /B                                   | /c/x.db=2                      | /c/x.db    | /c/backups  | MOVED_ALONG | 0
        shared directory copied       | 1 /a/x.db /B                                   | /a/x.db=1 /B=0 /c/x.db=2       | /c/x.db    | /c/backups  | MOVED_ALONG | 0
        moved beside, but it lives    | 1 /a/x.db /B                                   | /a/x.db=1 /c/x.db=2            | /c/x.db    | /c/backups  | NEW         |
        moved beside, two of a name   | 1 /a/x.db /B,2 /b/x.db /B                      | /c/x.db=3                      | /c/x.db    | /c/backups  | NEW         |
        moved beside, another name    | 1 /a/x.db /B                                   | /c/y.db=2                      | /c/y.db    | /c/backups  | NEW         |
        old history, moved together   | ? /a/x.db ?                                    | /b/x.db=1                      | /b/x.db    | /b/backups  | SAME_PLACE  | 0
        old history, copied           | ? /a/x.db ?                                    | /a/x.db=1 /a/backups=0 /b/x.db=2 | /b/x.db  | /b/backups  | SAME_PLACE  | 0
        old history, shared directory | ? /a/x.db ?                                    | /a/x.db=1 /b/x.db=2            | /b/x.db    | /b/backups  | NEW         |
        old history, hard link        | ? /a/x.db ?                                    | /a/x.db=1 /a/y.db=1            | /a/y.db    | /a/backups  | SAME_FILE   | 0
        two old ones of one file      | ? /a/x.db ?,? /m/x.db ?                        | /a/x.db=1 /m/x.db=1            | /m/x.db    | /m/backups  | SAME_PATH   | 1
        """)
    void oneRuleDecides(
            String name, String known, String disk, String asked, String directory, Kind rule, Integer which) {
        List<KnownDatabase> histories = new ArrayList<>();
        for (String history : known.split(",", -1)) {
            String[] words = history.strip().split(" ", -1);
            histories.add(new KnownDatabase(
                    histories.size(),
                    "x.db",
                    Path.of(words[1]),
                    words[2].equals("?") ? null : Path.of(words[2]),
                    words[0].equals("?") ? null : file(Integer.parseInt(words[0]))));
        }
        Map<Path, Integer> files = new HashMap<>();
        if (disk != null) {
            for (String file : disk.split(" ", -1)) {
                files.put(Path.of(file.split("=", -1)[0]), Integer.parseInt(file.split("=", -1)[1]));
            }
        }
        Integer number = files.get(Path.of(asked));
        Question question = new Question(
                Path.of(asked), Path.of(directory), number == null ? null : file(number), Standing.UNKNOWN);

        Claim claim = Claim.of(question, histories, new Files(files));

        assertThat(claim.kind()).isEqualTo(rule);
        assertThat(claim.known()).isEqualTo(which == null ? null : histories.get(which));
    }

    /** With many databases in a directory, looking for each would take longer than all the rest. */
    @ParameterizedTest
    @CsvSource({
        "UNKNOWN, a.db, true",
        "UNKNOWN, b.db, true",
        "ONE_NAME, a.db, false",
        "ONE_NAME, b.db, true",
        "ONE_NAME, B.DB, true",
        "NEW, a.db, false",
        "NEW, b.db, false"
    })
    void theDiskIsAskedWhereTheFileMayHaveAnotherPath(Standing standing, String knownName, boolean isAsked) {
        KnownDatabase other = new KnownDatabase(0, "x", Path.of("/mnt", knownName), Path.of("/mnt/backups"), file(1));
        Question question = new Question(Path.of("/data/b.db"), Path.of("/mnt/backups"), file(2), standing);
        Files sameFile = new Files(Map.of(Path.of("/mnt", knownName), 2, Path.of("/data/b.db"), 2));

        assertThat(Claim.bySight(question, List.of(other), sameFile).kind())
                .isEqualTo(isAsked ? Kind.SAME_FILE : Kind.NEW);
    }

    /** What is known of it tells that it is the same file, whatever it is called, and with content or none. */
    @ParameterizedTest
    @EnumSource(Standing.class)
    void theSameFileIsFoundUnderAnyName(Standing standing) {
        KnownDatabase other = new KnownDatabase(0, "x", Path.of("/mnt/a.db"), Path.of("/mnt/backups"), file(2));
        Question question = new Question(Path.of("/data/b.db"), Path.of("/mnt/backups"), file(2), standing);
        Files sameFile = new Files(Map.of(Path.of("/mnt/a.db"), 2, Path.of("/data/b.db"), 2));

        assertThat(Claim.bySight(question, List.of(other), sameFile).kind()).isEqualTo(Kind.SAME_FILE);
    }

    /** All with the same inode, as a file system gives it to the next one. */
    private static FileIdentity file(int number) {
        return new FileIdentity(12, number);
    }

    private record Files(Map<Path, Integer> numbers) implements Disk {
        @Override
        public boolean exists(Path path) {
            return numbers.containsKey(path);
        }

        @Override
        public boolean isSameFile(Path one, Path other) {
            return exists(one) && numbers.get(one).equals(numbers.get(other));
        }
    }
}
