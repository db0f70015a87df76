package io.github.prtbackup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line says of itself, and what it says to wrong usage. */
class HelpTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create",
                "list",
                "show",
                "log",
                "diff",
                "preview",
                "restore",
                "undo",
                "redo",
                "verify",
                "cleanup",
                "delete",
                "export",
                "menu",
                "classify",
                "demo"
            })
    void everyCommandHasHelp(String command) {
        Cli.Result help = Cli.run(command, "--help").succeeds();

        assertThat(help.out()).startsWith("Usage: prtbackup " + command + " ").contains("--debug", "--help");
        assertThat(Cli.run("--help").succeeds().out()).containsPattern("\n  " + command + " +[A-Z]");
    }

    @Test
    void hasAVersion() {
        assertThat(Cli.run("--version").succeeds().out()).startsWith("prtbackup ");
    }

    @Test
    void wantsACommand() {
        assertThat(Cli.run().isWrongUsage().err()).contains("which command?", "--help");
    }

    @Test
    void namesTheUnknownCommand() {
        assertThat(Cli.run("frobnicate", "x.db").isWrongUsage().err()).contains("frobnicate");
    }

    @Test
    void namesTheUnknownOption() {
        assertThat(Cli.run("list", "x.db", "--frobnicate").isWrongUsage().err())
                .contains("--frobnicate", "'prtbackup list --help'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list",
                "show x.db",
                "show x.db one",
                "export x.db 1",
                "cleanup x.db --yes",
                "verify x.db y",
                "cleanup x.db --keep -1 --yes",
                "cleanup x.db --keep many --yes",
                "list x.db y.db",
                "log x.db t",
                "log x.db t --rowid x",
                "log x.db t --rowid 1 2",
                "diff x.db 1",
                "preview x.db",
                "preview x.db now",
                "diff x.db 1 yesterday",
                "diff x.db 1 now --limit -1",
                "diff x.db 1 now --sql --json",
                "diff x.db 1 now --sql --rows",
                "menu x.db",
                "menu x.db --json",
                "demo a b"
            })
    void missesAndMisreadsArguments(String line) {
        Cli.run((Object[]) line.split(" ")).isWrongUsage();
    }
}
