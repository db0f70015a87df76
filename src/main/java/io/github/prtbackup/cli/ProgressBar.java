package io.github.prtbackup.cli;

import io.github.prtbackup.ProgressListener;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Shows on a terminal how far a copy is, once it has taken longer than a second. Used by one thread at a time. */
final class ProgressBar implements ProgressListener, AutoCloseable {
    private static final long PATIENCE = Duration.ofSeconds(1).toNanos();
    private static final long BETWEEN = Duration.ofMillis(100).toNanos();
    private static final int CELLS = 30;

    private final Terminal terminal;
    private final String unit;
    private final LongSupplier nanoTime;
    private final long started;
    private long drawn;
    private int width;

    ProgressBar(Terminal terminal) {
        this(terminal, "pages");
    }

    /** @param unit what is counted */
    ProgressBar(Terminal terminal, String unit) {
        this(terminal, unit, System::nanoTime);
    }

    ProgressBar(Terminal terminal, String unit, LongSupplier nanoTime) {
        this.unit = unit;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
    }

    @Override
    public void progress(long done, long total) {
        show(() -> bar(done, total, unit));
    }

    /** Shows a text in the place of the one before, unless it is too early for that. */
    void show(Supplier<String> text) {
        long now = nanoTime.getAsLong();
        if (now - started < PATIENCE || (width > 0 && now - drawn < BETWEEN)) {
            return;
        }
        drawn = now;
        String bar = text.get();
        terminal.status(bar + " ".repeat(Math.max(0, width - bar.length())));
        width = bar.length();
    }

    /** Wipes the bar, so that the result stands alone. */
    @Override
    public void close() {
        if (width > 0) {
            terminal.status(" ".repeat(width) + "\r");
            width = 0;
        }
    }

    static String bar(long done, long total, String unit) {
        return cells(done, total) + "  " + done + " of " + total + " " + unit;
    }

    /** The bar itself, with per cent. */
    static String cells(long done, long total) {
        double part = total <= 0 ? 0 : Math.min(1, Math.max(0, (double) done / total));
        int full = (int) (part * CELLS);
        return String.format(
                Locale.ROOT, "[%s%s] %3d %%", "#".repeat(full), " ".repeat(CELLS - full), (int) (part * 100));
    }
}
