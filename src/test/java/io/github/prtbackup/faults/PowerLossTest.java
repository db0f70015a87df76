package io.github.prtbackup.faults;

import io.github.prtbackup.files.DirectoryLock;
import io.github.prtbackup.testing.MemoryDisk;
import io.github.prtbackup.testing.Trees;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power fails at some moment of a {@link Life}: what was promised to be durable is there, what is listed is good, and the
 * next backups are exact, whatever of the rest is lost, and whether the database has come further than its backups or less
 * far.
 *
 * <p>A {@link Recording} of a life is replayed up to a moment, and {@link Losses} of one kind or another happen to what had
 * not been made durable. The long form replays every moment, until its time is over.
 */
class PowerLossTest {
    private static final boolean LONG = Boolean.getBoolean("prtbackup.long");
    private static final int SHORT_FORM = 40;
    private static final double SHARE = 0.1;
    private static final int OLDER = 4;
    private static final List<Losses> LOSSES = List.of(Losses.values());

    @TempDir(factory = MemoryDisk.class)
    Path directory;

    private Path run;
    private Path database;

    @ParameterizedTest
    @EnumSource
    void whatIsPromisedIsThere(Setup setup) throws Exception {
        long first = Long.getLong("prtbackup.power.seed", 1);
        long end =
                System.nanoTime() + Long.getLong("prtbackup.power.seconds", 0) * 1_000_000_000L / Setup.values().length;
        run = directory.toRealPath().resolve("run");
        database = run.resolve("prt.db");
        int losses = 0;
        long seed = first;
        do {
            losses += life(setup, seed++, end);
        } while (System.nanoTime() < end);
        System.out.println(setup + ": power lost " + losses + " times, seeds " + first + " to " + (seed - 1));
    }

    private int life(Setup setup, long seed, long end) throws Exception {
        clear();
        Content.create(database, setup.journalMode);
        Path scratch = Files.createDirectories(directory.resolve("copies"));
        try (Recording recording = new Recording(database, scratch, seed, LONG ? 1 : SHARE)) {
            Watched.live(database, setup, recording, recording::tell);
            Random random = new Random(seed);
            int count = 0;
            while (count < SHORT_FORM || (LONG && count < recording.moments.size() && System.nanoTime() < end)) {
                Recording.Moment moment = recording.moments.get(random.nextInt(recording.moments.size()));
                Losses losses = LOSSES.get(random.nextInt(LOSSES.size()));
                lose(setup, recording, moment, losses, random.nextLong());
                count++;
            }
            return count;
        }
    }

    private void lose(Setup setup, Recording recording, Recording.Moment moment, Losses losses, long seed)
            throws Exception {
        Random random = new Random(seed);
        List<String> events = recording.events.subList(0, moment.events());
        boolean isOlder = random.nextInt(3) == 0;
        DatabaseFiles shown = isOlder ? earlier(recording, moment, random) : moment.database();
        Remains remains = new Remains(
                run,
                recording.changes.subList(0, moment.changes()),
                new Losses.Dealt(losses, seed, moment.changes(), recording.oldBlocks()));
        clear();
        remains.writeTo(run, name -> name.equals("prt.db"));
        Inode file = remains.find("prt.db");
        if (file != null && remains.isDurable(file)) {
            shown.writeTo(run, "prt.db");
        } else if (file != null) {
            Files.write(database, remains.bytes(file));
        }
        try {
            List<Recording.Given> given = recording.automatic.stream()
                    .filter(backup -> backup.told() <= moment.events())
                    .toList();
            new Aftermath(database, setup, events).checkAfterPowerLoss(given, isOlder, moment.isSettled());
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    setup + ", power lost before " + moment.next() + ", change " + moment.changes() + ", losses "
                            + losses + " by seed " + seed + (isOlder ? ", with an older database" : "") + ", "
                            + events,
                    e);
        }
    }

    /** A moment some transactions earlier, if the database has been there all the time. */
    private static DatabaseFiles earlier(Recording recording, Recording.Moment moment, Random random) {
        List<String> events = recording.events;
        List<Recording.Moment> earlier = recording.moments.stream()
                .filter(other -> other.events() <= moment.events()
                        && other.events() > moment.events() - 2 * OLDER
                        && events.subList(other.events(), moment.events()).stream()
                                .noneMatch(event -> event.startsWith("missing") || event.startsWith("restor"))
                        && other.changes() <= moment.changes())
                .toList();
        return earlier.get(random.nextInt(earlier.size())).database();
    }

    private void clear() throws Exception {
        forget();
        Trees.delete(run);
        Files.createDirectory(run);
    }

    /** Nobody who comes after a start of the system knows which ids were given before. */
    private static void forget() throws Exception {
        DirectoryLock.closeAll();
        Field registry = DirectoryLock.class.getDeclaredField("REGISTRY");
        registry.setAccessible(true);
        Object locks = registry.get(null);
        for (Field map : locks.getClass().getDeclaredFields()) {
            map.setAccessible(true);
            ((Map<?, ?>) map.get(locks)).clear();
        }
    }
}
