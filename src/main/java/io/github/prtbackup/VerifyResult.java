package io.github.prtbackup;

import java.util.List;

/**
 * What was checked of a backup, and what is wrong with it.
 *
 * @param backup the backup
 * @param checked the checks that were made, in words
 * @param problems what is wrong, in words; empty where the backup is good
 */
public record VerifyResult(BackupInfo backup, List<String> checked, List<String> problems) {

    /** Whether nothing is wrong. */
    public boolean isGood() {
        return problems.isEmpty();
    }
}
