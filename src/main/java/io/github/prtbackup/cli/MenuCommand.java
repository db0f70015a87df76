package io.github.prtbackup.cli;

import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

@Command(
        name = "menu",
        description = "Does all that with a menu: create a backup, look at the history, restore, clean up.")
final class MenuCommand extends DatabaseCommand {
    /** What can be chosen, in the order in which it is shown. */
    private enum Choice {
        CREATE("Create a backup"),
        HISTORY("History"),
        PREVIEW("Preview a restore"),
        RESTORE("Restore"),
        CLEAN_UP("Clean up"),
        QUIT("Quit");

        private final String text;

        Choice(String text) {
            this.text = text;
        }
    }

    MenuCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        super.check();
        if (json() || !terminal().interactive()) {
            throw wrongUsage("the menu needs a terminal" + (json() ? ", and has no --json" : ""));
        }
    }

    @Override
    boolean makesBackups() {
        return true;
    }

    @Override
    int run(PrtBackup backups) throws IOException {
        // The commands that are chosen say themselves when there is something to end.
        Runnable unused = terminal().interruption().idle();
        try (Keyboard keyboard = Keyboard.open()) {
            Choice choice = null;
            while (choice != Choice.QUIT) {
                choice = choose(keyboard, backups);
                perform(choice, keyboard, backups);
            }
        }
        return Main.DONE;
    }

    private Choice choose(Keyboard keyboard, PrtBackup backups) throws IOException {
        int count = backups.getBackupHistory().size();
        List<String> items = new ArrayList<>();
        for (Choice choice : Choice.values()) {
            items.add(choice.text);
        }
        String title = "Manage " + database() + ": " + Text.count(count, "backup", "backups")
                + (Files.exists(database()) ? "" : ", and no database");
        int chosen = keyboard.choose(title, items);
        return chosen < 0 ? Choice.QUIT : Choice.values()[chosen];
    }

    private void perform(Choice choice, Keyboard keyboard, PrtBackup backups) throws IOException {
        switch (choice) {
            case CREATE -> {
                Optional<String> comment = keyboard.ask("What is it for? ");
                if (comment.isPresent()) {
                    command("create", "--comment=" + comment.get());
                }
            }
            case HISTORY -> command("list");
            case PREVIEW -> {
                Optional<String> id = chooseBackup("Preview the restore of", keyboard, backups);
                if (id.isPresent()) {
                    command("preview", id.get());
                }
            }
            case RESTORE -> {
                Optional<String> id = chooseBackup("Restore", keyboard, backups);
                if (id.isPresent()) {
                    command("preview", id.get());
                    if (keyboard.choose("Restore it?", List.of("No", "Yes")) == 1) {
                        command("restore", id.get(), "--yes");
                    }
                }
            }
            case CLEAN_UP -> {
                Optional<String> keep = keyboard.ask("How many automatic backups are to stay? ")
                        .map(String::strip)
                        .filter(number -> !number.isEmpty());
                if (keep.isPresent()
                        && keyboard.choose(
                                        "Delete all automatic backups but the newest " + keep.get() + "?",
                                        List.of("No", "Yes"))
                                == 1) {
                    command("cleanup", "--keep=" + keep.get(), "--yes");
                }
            }
            case QUIT -> {
                // Nothing is left to do.
            }
        }
    }

    private Optional<String> chooseBackup(String title, Keyboard keyboard, PrtBackup backups) throws IOException {
        List<BackupInfo> history = backups.getBackupHistory();
        if (history.isEmpty()) {
            terminal().line("There are no backups.");
            terminal().flush();
            return Optional.empty();
        }
        List<String> items = history.stream().map(DatabaseCommand::name).toList();
        int chosen = keyboard.choose(title, items);
        return chosen < 0
                ? Optional.empty()
                : Optional.of(Long.toString(history.get(chosen).backupId()));
    }

    /** Runs another command as if it had been typed. What goes wrong it says itself, and the menu goes on. */
    private void command(String name, String... arguments) {
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(databaseArguments());
        words.addAll(List.of(arguments));
        int unused = Main.run(words.toArray(String[]::new), terminal());
    }
}
