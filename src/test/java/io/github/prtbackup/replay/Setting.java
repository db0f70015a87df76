package io.github.prtbackup.replay;

/**
 * How a script is run.
 *
 * @param strategy of the backups
 * @param journal the journal mode, of the URL; the usual one is left to SQLite
 * @param counters whether {@code changes()} and its likes are asked after each call
 * @param others whether another connection looks after each call
 * @param keys whether the generated keys are asked for
 */
record Setting(String strategy, String journal, boolean counters, boolean others, boolean keys) {

    /** A setting that differs from number to number in what is asked, as asking may hide what it looks for. */
    static Setting of(String strategy, String journal, long number) {
        return new Setting(strategy, journal, number % 7 != 3, number % 2 == 0, number % 5 != 4);
    }

    String parameters(boolean ours) {
        return "?synchronous=OFF&busy_timeout=20"
                + (journal.equals("DELETE") ? "" : "&journal_mode=" + journal)
                + (ours ? "&backup.strategy=" + strategy : "");
    }

    @Override
    public String toString() {
        return strategy + " " + journal + (counters ? "" : ", counters unasked") + (others ? ", observed" : "")
                + (keys ? "" : ", keys unasked");
    }
}
