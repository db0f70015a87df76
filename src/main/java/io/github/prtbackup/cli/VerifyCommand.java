package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.PrtBackup;
import io.github.prtbackup.VerifyResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "verify", description = "Checks that backups are complete and undamaged.")
final class VerifyCommand extends DatabaseCommand {
    @Parameters(
            index = "1..*",
            paramLabel = "ID",
            arity = "0..*",
            description = "The backups' ids; all when none is given.")
    private List<Long> ids = List.of();

    VerifyCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    int run(PrtBackup backups) throws IOException {
        List<BackupInfo> wanted = wanted(backups);
        List<VerifyResult> results = new ArrayList<>();
        try (ProgressBar bar = new ProgressBar(terminal(), "backups")) {
            for (BackupInfo backup : wanted) {
                if (terminal().interactive()) {
                    bar.progress(results.size(), wanted.size());
                }
                results.add(verify(backups, backup));
            }
        }
        if (json()) {
            print(toJson(results));
        } else if (results.isEmpty()) {
            terminal().line("No backups of " + database() + ".");
        } else {
            results.forEach(this::report);
        }
        List<VerifyResult> bad =
                results.stream().filter(result -> !result.isGood()).toList();
        if (!json() && results.size() > 1) {
            summarize(results.size(), bad);
        }
        if (bad.isEmpty()) {
            return Main.DONE;
        }
        terminal().error(bad.stream().map(VerifyCommand::complaint).collect(Collectors.joining("; ")));
        return Main.FAILED;
    }

    private List<BackupInfo> wanted(PrtBackup backups) throws IOException {
        if (ids.isEmpty()) {
            return backups.getBackupHistory();
        }
        List<BackupInfo> wanted = new ArrayList<>();
        for (long id : new LinkedHashSet<>(ids)) {
            wanted.add(backups.getBackup(id));
        }
        return wanted;
    }

    /** A backup that cannot be read is a finding, and the others are still to be checked. */
    private static VerifyResult verify(PrtBackup backups, BackupInfo backup) {
        try {
            return backups.verifyBackup(backup.backupId());
        } catch (IOException e) {
            return new VerifyResult(backup, List.of(), List.of(Failure.describe(e)), List.of());
        }
    }

    private void report(VerifyResult result) {
        String checked = result.checked().isEmpty() ? "" : " (" + String.join(", ", result.checked()) + ")";
        terminal().line("#" + result.backup().backupId() + (result.isGood() ? " ok" : " DAMAGED") + checked);
        result.problems().forEach(problem -> terminal().line("    " + problem));
        result.leftOut().forEach(what -> terminal().line("    not checked: " + what));
    }

    private void summarize(int all, List<VerifyResult> bad) {
        terminal()
                .line(
                        bad.isEmpty()
                                ? "All " + all + " backups are good."
                                : (all - bad.size()) + " of " + all + " backups are good; damaged: "
                                        + bad.stream()
                                                .map(result ->
                                                        "#" + result.backup().backupId())
                                                .collect(Collectors.joining(", "))
                                        + ".");
    }

    private static String complaint(VerifyResult result) {
        return "backup #" + result.backup().backupId() + " is damaged: " + String.join(", ", result.problems());
    }

    private static ObjectNode toJson(List<VerifyResult> results) {
        ObjectNode root = Json.object();
        ArrayNode array = root.putArray("results");
        for (VerifyResult result : results) {
            ObjectNode node = array.addObject();
            node.put("backup_id", result.backup().backupId()).put("ok", result.isGood());
            node.set("checked", Json.strings(result.checked()));
            node.set("problems", Json.strings(result.problems()));
            node.set("left_out", Json.strings(result.leftOut()));
        }
        return root;
    }
}
