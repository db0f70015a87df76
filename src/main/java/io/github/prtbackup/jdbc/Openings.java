package io.github.prtbackup.jdbc;

import io.github.prtbackup.config.Settings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log where the backups of a database go: at INFO once in a process, at DEBUG for each further connection, of
 * which pools and small programs open many.
 *
 * <p>Thread-safe.
 */
final class Openings {

    private static final Logger log = LoggerFactory.getLogger(Openings.class);

    /** A process that opens more databases than this is told of the others at DEBUG only. */
    private static final int MOST = 1000;

    private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

    private Openings() {}

    /** A connection to a database was opened. */
    static void opened(Path database, Settings settings) {
        String line = "Automatic backups of " + database
                + (settings.enabled()
                        ? " go to " + settings.directoryFor(database) + ", " + strategy(settings)
                        : " are switched off");
        if (TOLD.size() < MOST && TOLD.add(line)) {
            log.info("{}", line);
        } else {
            log.debug("{}", line);
        }
    }

    private static String strategy(Settings settings) {
        String name = "strategy " + settings.strategy().name().toLowerCase(Locale.ROOT);
        return switch (settings.strategy()) {
            case FULL -> name + ", the newest " + settings.keep() + " are kept";
            case INCREMENTAL -> name + ", the newest " + settings.keepPoints() + " are kept";
            case AUTO ->
                name + ": full up to " + settings.fullMaxSize() + " bytes, the newest " + settings.keep()
                        + " are kept; incremental above, " + settings.keepPoints() + " are kept";
        };
    }
}
