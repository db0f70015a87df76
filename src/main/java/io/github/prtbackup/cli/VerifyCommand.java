package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.VerifyReport;
import io.github.prtbackup.VerifyResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Checks that backups are complete and undamaged.")
final class VerifyCommand extends DatabaseCommand {
    private static final int MOST_COMPLAINTS = 10;

    @Parameters(
            index = "1..*",
            paramLabel = "ID",
            arity = "0..*",
            description = "The backups' ids; all when none is given.")
    private List<Long> ids = List.of();

    @Option(
            names = "--deep",
            description =
                    "Let SQLite's integrity_check look at each state, and not only at the newest one. Backups that are"
                            + " named by their ids are always checked so.")
    private boolean deep;

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException {
        VerifyReport report = ids.isEmpty() ? all(backups) : named(backups);
        if (json()) {
            print(toJson(report));
        } else {
            print(report);
        }
        if (report.isGood()) {
            return Main.DONE;
        }
        terminal().error(complaint(report));
        return Main.FAILED;
    }

    private VerifyReport all(PrtBackup backups) throws IOException {
        try (VerifyBar bar = new VerifyBar(terminal())) {
            return backups.verifyAll(deep, terminal().interactive() ? bar : null);
        }
    }

    private VerifyReport named(PrtBackup backups) throws IOException {
        List<BackupInfo> wanted = new ArrayList<>();
        for (long id : new LinkedHashSet<>(ids)) {
            wanted.add(backups.getBackup(id));
        }
        List<VerifyResult> results = new ArrayList<>();
        try (ProgressBar bar = new ProgressBar(terminal(), "backups")) {
            for (BackupInfo backup : wanted) {
                if (terminal().interactive()) {
                    bar.progress(results.size(), wanted.size());
                }
                results.add(verify(backups, backup));
            }
        }
        return new VerifyReport(results, List.of(), List.of());
    }

    /** A backup that cannot be read is a finding, and the others are still to be checked. */
    private static VerifyResult verify(PrtBackup backups, BackupInfo backup) {
        try {
            return backups.verifyBackup(backup.backupId());
        } catch (IOException e) {
            return new VerifyResult(backup, List.of(), List.of(Failure.describe(e)), List.of());
        }
    }

    private void print(VerifyReport report) {
        report.results().forEach(this::print);
        report.problems().forEach(problem -> terminal().line("Problem: " + problem + "."));
        report.notes().forEach(note -> terminal().line("Note: " + note + "."));
        List<VerifyResult> results = report.results();
        if (results.isEmpty()) {
            terminal().line("No backups of " + database() + (report.isGood() ? "." : " can be read."));
        } else if (results.size() > 1) {
            if (ids.isEmpty() && !deep) {
                terminal()
                        .line("Checked by their checksums, and the newest by SQLite's integrity_check; --deep does"
                                + " that for each.");
            }
            terminal().line(summary(report));
        }
    }

    private void print(VerifyResult result) {
        String checked =
                result.checked().isEmpty() || isGone(result) ? "" : " (" + String.join(", ", result.checked()) + ")";
        String state = isGone(result)
                ? " GONE"
                : !result.isGood() ? " DAMAGED" : isKept(result) ? " kept damaged file" : " ok";
        terminal().line("#" + result.backup().backupId() + state + checked);
        result.problems().forEach(problem -> terminal().line("    " + problem));
        result.leftOut().forEach(what -> terminal().line("    not checked: " + what));
    }

    private static List<VerifyResult> bad(VerifyReport report) {
        return report.results().stream().filter(result -> !result.isGood()).toList();
    }

    /** Whether there is no file of it any more, which is found before anything else. */
    private static boolean isGone(VerifyResult result) {
        return !result.isGood() && Files.notExists(result.backup().backupPath(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether it is a damaged database that was kept as it was, which is nothing wrong. */
    private static boolean isKept(VerifyResult result) {
        return result.isGood() && result.backup().isDamagedFile();
    }

    private String summary(VerifyReport report) {
        List<VerifyResult> bad = bad(report);
        List<VerifyResult> kept =
                report.results().stream().filter(VerifyCommand::isKept).toList();
        int all = report.results().size() - kept.size();
        String backups = ids.isEmpty() ? "backups are good" : "named backups are good";
        String good = switch (all) {
            case 0 -> "No backup can be restored";
            case 1 -> "The other backup is good";
            case 2 -> "Both " + backups;
            default -> "All " + all + " " + backups;
        };
        return (bad.isEmpty() ? good : (all - bad.size()) + " of " + all + " " + backups + "; " + badInWords(bad))
                + (kept.isEmpty() ? "" : "; damaged files that were kept: " + ids(kept))
                + ".";
    }

    private static String badInWords(List<VerifyResult> bad) {
        List<VerifyResult> gone = bad.stream().filter(VerifyCommand::isGone).toList();
        List<VerifyResult> damaged =
                bad.stream().filter(result -> !isGone(result)).toList();
        return Stream.of(
                        damaged.isEmpty() ? "" : "damaged: " + ids(damaged), gone.isEmpty() ? "" : "gone: " + ids(gone))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private static String ids(List<VerifyResult> results) {
        return results.stream()
                        .limit(MOST_COMPLAINTS)
                        .map(result -> "#" + result.backup().backupId())
                        .collect(Collectors.joining(", "))
                + (results.size() > MOST_COMPLAINTS ? " and " + (results.size() - MOST_COMPLAINTS) + " more" : "");
    }

    /** One short line: what is wrong has been printed. */
    private static String complaint(VerifyReport report) {
        List<String> complaints = new ArrayList<>();
        int problems = report.problems().size();
        if (problems > 0) {
            complaints.add(problems == 1 ? report.problems().get(0) : problems + " problems");
        }
        List<VerifyResult> bad = bad(report);
        if (!bad.isEmpty()) {
            complaints.add(Text.count(bad.size(), "backup is", "backups are") + " not good; " + badInWords(bad));
        }
        return String.join("; ", complaints);
    }

    private static ObjectNode toJson(VerifyReport report) {
        ObjectNode root = Json.object();
        ArrayNode array = root.putArray("results");
        for (VerifyResult result : report.results()) {
            ObjectNode node = array.addObject();
            node.put("backup_id", result.backup().backupId()).put("ok", result.isGood());
            if (result.backup().isDamagedFile()) {
                node.put("damaged_file", true);
            }
            node.set("checked", Json.strings(result.checked()));
            node.set("problems", Json.strings(result.problems()));
            node.set("left_out", Json.strings(result.leftOut()));
        }
        root.set("problems", Json.strings(report.problems()));
        root.set("notes", Json.strings(report.notes()));
        return root;
    }
}
