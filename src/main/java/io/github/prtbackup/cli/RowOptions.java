package io.github.prtbackup.cli;

import picocli.CommandLine.Option;

/** Whether rows that differ are shown, and how many. */
final class RowOptions {
    @Option(names = "--rows", description = "Show the rows as well.")
    private boolean rows;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "How many rows of each table to show at most; 0 for all. By default ${DEFAULT-VALUE}.")
    private long limit = 100;

    void check(DatabaseCommand command) {
        if (limit < 0) {
            throw command.wrongUsage("--limit has to be 0 or more");
        }
    }

    boolean rows() {
        return rows;
    }

    /** How many of so many rows are shown. */
    long shown(long total) {
        return limit == 0 ? total : Math.min(limit, total);
    }
}
