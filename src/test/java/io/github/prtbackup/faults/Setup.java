package io.github.prtbackup.faults;

import java.util.Properties;

/** In which strategy, journal mode and durability a life is led. */
enum Setup {
    FULL_DELETE("full", "DELETE", "buffered"),
    FULL_WAL("full", "WAL", "buffered"),
    INCREMENTAL_DELETE("incremental", "DELETE", "sync"),
    INCREMENTAL_WAL("incremental", "WAL", "buffered"),
    BUFFERED_DELETE("incremental", "DELETE", "buffered"),
    SYNCED_WAL("incremental", "WAL", "sync");

    /** Those where the durability makes a difference only if the power fails are left out. */
    static final String WHERE_PROCESSES_FAIL = "(FULL|INCREMENTAL)_.*";

    static final int KEEP = 4;
    static final int KEEP_POINTS = 9;

    final String strategy;
    final String journalMode;
    final String durability;

    Setup(String strategy, String journalMode, String durability) {
        this.strategy = strategy;
        this.journalMode = journalMode;
        this.durability = durability;
    }

    boolean isFull() {
        return strategy.equals("full");
    }

    /** Whether an automatic backup is on the disk before the write goes on. */
    boolean isDurable() {
        return isFull() || durability.equals("sync");
    }

    int keep() {
        return isFull() ? KEEP : KEEP_POINTS;
    }

    String parameters() {
        return "backup.strategy=" + strategy + "&backup.durability=" + durability + "&backup.keep=" + KEEP
                + "&backup.keep-points=" + KEEP_POINTS;
    }

    Properties properties() {
        Properties properties = new Properties();
        for (String parameter : parameters().split("&", -1)) {
            String[] parts = parameter.split("=", -1);
            properties.setProperty(parts[0], parts[1]);
        }
        return properties;
    }
}
