package io.github.prtbackup.cli;

import java.io.IOException;
import picocli.CommandLine.Option;

/** The consent that a destructive command needs: an answer on a terminal, {@code --yes} elsewhere. */
final class Confirmation {
    @Option(
            names = {"-y", "--yes"},
            description = "Don't ask; needed where there is no terminal to ask on.")
    private boolean yes;

    /** To be asked before anything is opened. */
    void check(DatabaseCommand command, String verb) {
        if (!yes && !command.terminal().interactive()) {
            throw command.wrongUsage("will not " + verb + " without --yes where there is no terminal to ask on");
        }
    }

    /**
     * Asks, unless consent was given.
     *
     * @throws Failure when the answer is no
     */
    void ask(Terminal terminal, String question) throws IOException, Failure {
        if (!yes && !terminal.confirm(question)) {
            throw new Failure("nothing was done");
        }
    }
}
