package io.github.prtbackup.backup;

import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConnection;

/** Asks now and then, while SQLite works on a connection of ours, whether that is to end. */
public final class EndsOnRequest extends ProgressHandler {
    /** Some milliseconds of work. {@code integrity_check} counts pages as well. */
    private static final int STEPS = 20_000;

    private final CopyProgress progress;

    private EndsOnRequest(CopyProgress progress) {
        this.progress = progress;
    }

    /**
     * From now on, statements of the connection end with {@code SQLITE_INTERRUPT} where the progress wants to end.
     *
     * @param progress asked on the thread of the statement
     */
    public static void watch(SQLiteConnection own, CopyProgress progress) throws SQLException {
        setHandler(own, STEPS, new EndsOnRequest(progress));
    }

    @Override
    protected int progress() {
        try {
            progress.check();
            return 0;
        } catch (CancellationException e) {
            // No exception can pass through SQLite; whoever gets the interrupt asks again.
            return 1;
        }
    }
}
