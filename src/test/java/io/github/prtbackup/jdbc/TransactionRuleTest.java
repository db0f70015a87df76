package io.github.prtbackup.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransactionRuleTest {

    private final TransactionRule rule = new TransactionRule();

    @Test
    void onlyTheFirstWriteOfEachDatabaseCounts() {
        assertThat(rule.isFirstWrite("main")).isTrue();
        rule.cover("main");
        assertThat(rule.isFirstWrite("main")).isFalse();
        assertThat(rule.isFirstWrite("other")).isTrue();
    }

    @Test
    void askingChangesNothing() {
        assertThat(rule.isFirstWrite("main")).isTrue();
        assertThat(rule.isFirstWrite("main")).isTrue();
    }

    @Test
    void theNextTransactionBeginsAnew() {
        rule.cover("main");
        rule.cover("other");
        rule.boundary();
        assertThat(rule.isFirstWrite("main")).isTrue();
        assertThat(rule.isFirstWrite("other")).isTrue();
    }
}
