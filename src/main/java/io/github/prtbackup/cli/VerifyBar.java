package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.VerifyListener;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows on a terminal how far a check of all backups is, how fast, and how long it will still take. Used by one thread. */
final class VerifyBar implements VerifyListener, AutoCloseable {
    private static final double NANOS = 1e9;

    private final ProgressBar bar;
    private final LongSupplier nanoTime;
    private final long started;
    /** When the first backup was given to SQLite; 0 before. */
    private long checking;

    VerifyBar(Terminal terminal) {
        this(terminal, System::nanoTime);
    }

    VerifyBar(Terminal terminal, LongSupplier nanoTime) {
        this.bar = new ProgressBar(terminal, "bytes", nanoTime);
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
    }

    @Override
    public void reading(long done, long total) {
        bar.show(() -> {
            double rate = done / Math.max(seconds(started), 1e-3);
            return ProgressBar.cells(done, total)
                    + String.format(
                            Locale.ROOT,
                            "  %s of %s, %.0f MB/s%s",
                            Text.size(done),
                            Text.size(total),
                            rate / (1 << 20),
                            left(done, (total - done) / Math.max(rate, 1)));
        });
    }

    @Override
    public void checking(BackupInfo backup, int done, int total) {
        if (checking == 0) {
            checking = nanoTime.getAsLong();
        }
        bar.show(() -> total == 1
                ? "integrity_check of #" + backup.backupId() + ", " + Text.duration(seconds(checking))
                : ProgressBar.cells(done, total) + "  integrity_check of #" + backup.backupId() + ", " + (done + 1)
                        + " of " + total
                        + left(done, seconds(checking) / Math.max(done, 1) * (total - done)));
    }

    /** Nothing is known before something is done. */
    private static String left(long done, double seconds) {
        return done == 0 ? "" : ", " + Text.duration(seconds) + " left";
    }

    private double seconds(long since) {
        return (nanoTime.getAsLong() - since) / NANOS;
    }

    /** Wipes it. */
    @Override
    public void close() {
        bar.close();
    }
}
