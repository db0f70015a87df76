package io.github.prtbackup;

import java.util.List;

/**
 * What was checked of a backup, and what is wrong with it. Of a damaged database that was kept as it was ({@link
 * BackupInfo#isDamagedFile}) that is whether it still is what it was.
 *
 * @param backup the backup
 * @param checked the checks that were made, in words
 * @param problems what is wrong, in words; empty where the backup is good
 * @param leftOut what could not be checked, and why, in words: what needs a function, a collation or a module that only the
 *     application has. The pages are checked nevertheless, and it is no reason not to restore the backup
 */
public record VerifyResult(BackupInfo backup, List<String> checked, List<String> problems, List<String> leftOut) {

    /** Whether nothing is wrong. */
    public boolean isGood() {
        return problems.isEmpty();
    }
}
