package io.github.prtbackup;

import io.github.prtbackup.restore.HistoryCheck;
import java.util.List;

/**
 * What was checked of all backups, and what is wrong.
 *
 * @param results of each backup, the newest first
 * @param problems what is wrong and not with a backup that is there, in words: that backups are lost, damage that none rests
 *     on, or that something could not be checked
 * @param notes what is worth knowing and not wrong, in words
 */
public record VerifyReport(List<VerifyResult> results, List<String> problems, List<String> notes) {

    static VerifyReport of(HistoryCheck.Report report) {
        List<VerifyResult> results = report.results().stream()
                .map(result -> new VerifyResult(
                        BackupInfo.of(result.backup()),
                        result.found().checked(),
                        result.found().problems(),
                        result.found().leftOut()))
                .toList();
        return new VerifyReport(results, report.problems(), report.notes());
    }

    /** Whether nothing is wrong. */
    public boolean isGood() {
        return problems.isEmpty() && results.stream().allMatch(VerifyResult::isGood);
    }
}
