package io.github.prtbackup.jdbc;

import static io.github.prtbackup.jdbc.TransactionRule.Answer.LOCK;
import static io.github.prtbackup.jdbc.TransactionRule.Answer.LOCK_AND_BACK_UP;
import static io.github.prtbackup.jdbc.TransactionRule.Answer.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TransactionRuleTest {

    private static final Path A = Path.of("a.db");
    private static final Path B = Path.of("b.db");

    private static final boolean USERS = true;
    private static final boolean AUTOCOMMIT = false;

    private final TransactionRule rule = new TransactionRule();
    private boolean due = true;
    private boolean notes;

    private final TransactionRule.Backups backups = new TransactionRule.Backups() {
        @Override
        public boolean isDue(Path file) {
            return due;
        }

        @Override
        public boolean askForNotes(Path file) {
            return notes;
        }
    };

    private TransactionRule.Answer answer(Path file, boolean inUsers) {
        return rule.beforeWrite(file, inUsers, backups);
    }

    @Test
    void onlyTheFirstWriteOfEachFileCounts() {
        rule.began();
        assertThat(answer(A, USERS)).isEqualTo(LOCK_AND_BACK_UP);
        rule.covered(A);
        assertThat(answer(A, USERS)).isEqualTo(NOTHING);
        assertThat(answer(B, USERS)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void askingChangesNothing() {
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void whatIsInterruptedBeforeItIsDoneIsStillToBeDone() {
        rule.began();
        assertThat(answer(A, USERS)).isEqualTo(LOCK_AND_BACK_UP);
        rule.unsure();
        assertThat(answer(A, USERS)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void theNextTransactionBeginsAnew() {
        rule.began();
        rule.covered(A);
        rule.ended();
        assertThat(rule.usersMayBeOpen()).isFalse();
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
        rule.covered(A);
        rule.began();
        assertThat(rule.usersMayBeOpen()).isTrue();
        assertThat(answer(A, USERS)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void aCallOfSeveralTransactionsHasOneBackupOfEachFile() {
        rule.severalBegin(true);
        assertThat(rule.runsOthers()).isTrue();
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
        rule.covered(A);
        rule.ended();
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(NOTHING);
        assertThat(answer(B, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
        notes = true;
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK);
        rule.severalEnd();
        assertThat(rule.runsOthers()).isFalse();
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void aTransactionOfTheUsersInsideACallHasItsOwn() {
        rule.severalBegin(false);
        rule.covered(A);
        rule.ended();
        rule.began();
        assertThat(answer(A, USERS)).isEqualTo(LOCK_AND_BACK_UP);
    }

    @Test
    void whereNoBackupIsDueOthersMayWantToKnow() {
        due = false;
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(NOTHING);
        notes = true;
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(LOCK);
        rule.covered(A);
        assertThat(answer(A, AUTOCOMMIT)).isEqualTo(NOTHING);
    }

    @Test
    void afterAFailureSqliteIsAsked() {
        rule.unsure();
        assertThat(rule.usersMayBeOpen()).isTrue();
        rule.ended();
        assertThat(rule.usersMayBeOpen()).isFalse();
    }

    @Test
    void unreadRowsOutliveTheirTransactionInWhatIsKnown() {
        rule.leftRows();
        rule.ended();
        assertThat(rule.rowsMayBeUnread()).isTrue();
        rule.rowsAreRead();
        assertThat(rule.rowsMayBeUnread()).isFalse();
    }

    @Test
    void aReadOrAWriteTouchesTheTransaction() {
        rule.began();
        assertThat(rule.isUntouched()).isTrue();
        rule.read();
        assertThat(rule.isUntouched()).isFalse();
        rule.began();
        rule.covered(A);
        assertThat(rule.isUntouched()).isFalse();
    }
}
