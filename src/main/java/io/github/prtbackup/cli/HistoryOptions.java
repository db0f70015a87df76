package io.github.prtbackup.cli;

import io.github.prtbackup.HistoryQuery;
import java.time.Instant;
import picocli.CommandLine.Option;

/** Which part of a history is listed. */
final class HistoryOptions {
    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Moment.First.class,
            description =
                    "No older ones. A date, a time as in 2025-01-31T15:30, local unless it ends in a zone as +01:00 or Z,"
                            + " or how long ago: 90s, 30m, 2h, 7d.")
    private Instant since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Moment.Last.class,
            description = "No younger ones. As --since; a date includes that day.")
    private Instant until;

    @Option(
            names = "--operation",
            paramLabel = "NAME",
            description = "Only those made before this operation; * stands for any characters.")
    private String operation;

    @Option(
            names = "--table",
            paramLabel = "NAME",
            description = "Only those made before a write that names this table; with --changes, those after which its"
                    + " rows or its schema changed.")
    private String table;

    @Option(names = "--auto", description = "Only automatic ones.")
    private boolean auto;

    @Option(names = "--manual", description = "Only manual ones.")
    private boolean manual;

    void check(DatabaseCommand command) {
        if (auto && manual) {
            throw command.wrongUsage("--auto cannot be combined with --manual");
        }
        if (since != null && until != null && since.isAfter(until)) {
            throw command.wrongUsage("--since is after --until");
        }
    }

    /** The table; null for any. */
    String table() {
        return table;
    }

    /** @param byNamedTable whether {@code --table} goes by what is recorded */
    HistoryQuery query(boolean byNamedTable) {
        HistoryQuery query = HistoryQuery.ALL;
        query = since == null ? query : query.withSince(since);
        query = until == null ? query : query.withUntil(until);
        query = operation == null ? query : query.withOperation(operation);
        query = table == null || !byNamedTable ? query : query.withTable(table);
        return auto || manual ? query.withAutomatic(auto) : query;
    }
}
