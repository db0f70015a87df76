package io.github.prtbackup.faults;

import io.github.prtbackup.faults.disk.Disk;
import io.github.prtbackup.faults.disk.Watcher;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Leads a {@link Life} while somebody watches. One at a time in a JVM. */
final class Watched {
    private static final Method LIVE = live();

    private Watched() {}

    private static Method live() {
        try {
            Method live =
                    WatchedClasses.load(Life.class).getDeclaredMethod("live", Path.class, String.class, Consumer.class);
            live.setAccessible(true);
            return live;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }

    static void live(Path database, Setup setup, Watcher watcher, Consumer<String> events) throws Exception {
        Disk.watch(watcher);
        try {
            LIVE.invoke(null, database, setup.name(), events);
        } catch (InvocationTargetException e) {
            throw new AssertionError(setup + " did not survive", e.getCause());
        } finally {
            Disk.watch(null);
        }
    }
}
