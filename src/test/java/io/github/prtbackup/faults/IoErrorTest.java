package io.github.prtbackup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.prtbackup.backup.KeptFiles;
import io.github.prtbackup.faults.disk.Access;
import io.github.prtbackup.faults.disk.Access.Kind;
import io.github.prtbackup.faults.disk.TornWriteException;
import io.github.prtbackup.faults.disk.Watcher;
import io.github.prtbackup.testing.MemoryDisk;
import io.github.prtbackup.testing.Trees;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** File operations of a {@link Life} fail: what was not done can be done again, and nothing else is harmed. */
class IoErrorTest {
    private static final boolean LONG = Boolean.getBoolean("prtbackup.long");

    /** Most operations have failed after so many; the others are rare, or hidden behind those. */
    private static final int FEW_LIVES = 6;

    @TempDir(factory = MemoryDisk.class)
    Path directory;

    /** Operations by their names, many in one life; all of them in the long form. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = Setup.WHERE_PROCESSES_FAIL)
    void operationsMayFail(Setup setup) throws Exception {
        Set<String> failed = new HashSet<>();
        int lives = 0;
        int before;
        do {
            before = failed.size();
            lives++;
            live(setup, "run-" + lives, new FailEachName(failed));
        } while (failed.size() > before && (LONG || lives < FEW_LIVES));
        System.out.println(setup + ": " + failed.size() + " kinds of operations failed, in " + lives + " lives");
    }

    /** The n-th operation, for all n in the long form, and the first in the short one. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = Setup.WHERE_PROCESSES_FAIL)
    void anyOperationMayFail(Setup setup) throws Exception {
        FailOnce fault;
        int number = 0;
        do {
            number++;
            fault = new FailOnce(number);
            live(setup, "run-" + number, fault);
        } while (LONG && fault.failed != null);
        System.out.println(setup + ": " + number + " operations failed, each in a life of its own");
    }

    private void live(Setup setup, String name, Fault fault) throws Exception {
        Path database = Files.createDirectory(directory.resolve(name)).resolve("prt.db");
        Content.create(database, setup.journalMode);
        List<String> events = new ArrayList<>();
        try {
            Watched.live(database, setup, fault, events::add);
            assertThat(events).contains("end");
            Aftermath aftermath = new Aftermath(database, setup, events);
            if (fault.toString().contains(" DELETE ")) {
                aftermath.checkAllButTraces();
            } else {
                aftermath.check();
            }
            Trees.delete(database.getParent());
        } catch (AssertionError | Exception e) {
            throw new AssertionError(setup + " after " + fault + ", " + events, e);
        } finally {
            KeptFiles.close();
        }
    }

    /** Lets operations fail; writes after half of their bytes, and every second of them because the disk is full. */
    private abstract static class Fault implements Watcher {
        private static final Set<Kind> WITHOUT_ERRORS =
                EnumSet.of(Kind.NATIVE_COPY, Kind.NATIVE_COPY_DONE, Kind.COUNTER);

        private int count;
        String failed;

        abstract boolean isDue(int number, Access access);

        @Override
        public void before(Access access) throws IOException {
            if (WITHOUT_ERRORS.contains(access.kind()) || !isDue(++count, access)) {
                return;
            }
            failed = "operation " + count + ", " + access.name();
            if (access.kind() == Kind.WRITE) {
                throw new TornWriteException(
                        count % 2 == 0 ? "No space left on device" : "Input/output error", access.bytes().length / 2);
            }
            throw new FileSystemException(access.path().toString(), null, "Input/output error");
        }

        @Override
        public String toString() {
            return String.valueOf(failed);
        }
    }

    private static final class FailOnce extends Fault {
        private final int number;

        FailOnce(int number) {
            this.number = number;
        }

        @Override
        boolean isDue(int now, Access access) {
            return now == number;
        }
    }

    /** Not so often that nothing would succeed. */
    private static final class FailEachName extends Fault {
        private static final int PAUSE = 37;
        private final Set<String> names;
        private int last = -PAUSE;
        private final List<String> all = new ArrayList<>();

        FailEachName(Set<String> names) {
            this.names = names;
        }

        @Override
        boolean isDue(int now, Access access) {
            if (now - last < PAUSE || !names.add(access.name())) {
                return false;
            }
            last = now;
            all.add(access.name());
            return true;
        }

        @Override
        public String toString() {
            return String.join("; ", all);
        }
    }
}
