package io.github.prtbackup.diff;

/**
 * Something that is stored in the file and is neither schema nor rows, and differs.
 *
 * @param name the name of the PRAGMA, or {@code sqlite_sequence.<table>} for the last number that AUTOINCREMENT gave out
 * @param before its value before, as text; empty where there was none
 * @param after its value now, as text; empty where there is none
 */
public record SettingChange(String name, String before, String after) {}
