package io.github.prtbackup.diff;

import java.util.List;

/**
 * A table whose rows differ, in numbers.
 *
 * @param name the table
 * @param key the columns by which rows are told apart; empty where the table has no key, and its rows are a multiset
 * @param inserted how many rows are new
 * @param updated how many rows have the same key and other values
 * @param deleted how many rows are gone
 * @param changed the columns that differ in an updated row, in the order of the table
 * @param internal whether what a virtual table keeps for itself differs, such as its index
 */
public record TableChange(
        String name,
        List<String> key,
        long inserted,
        long updated,
        long deleted,
        List<String> changed,
        boolean internal) {

    /** Whether nothing differs. */
    boolean isEmpty() {
        return inserted == 0 && updated == 0 && deleted == 0 && !internal;
    }
}
