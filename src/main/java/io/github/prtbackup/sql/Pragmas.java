package io.github.prtbackup.sql;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;

/**
 * What the PRAGMAs of SQLite do to a database file, as measured by comparing the file's bytes. A PRAGMA that is not
 * listed changes none: SQLite ignores the ones it does not know, so this list is complete for the versions we support
 * and is the one place to look at when a new one appears.
 */
final class Pragmas {

    /** With which value a PRAGMA writes. */
    private enum Writes {
        NEVER,
        WITH_ANY_VALUE,
        WITH_JOURNAL_MODE,
        WITH_AUTO_VACUUM_ON,
        ALSO_WITHOUT_VALUE
    }

    /** How a PRAGMA gets on with a transaction that is open: as outside, or it fails, does nothing or something else. */
    private enum InTransaction {
        WORKS,
        DIFFERS
    }

    private enum Answers {
        NO_ROWS,
        ROWS
    }

    private record Rule(Writes writes, InTransaction inTransaction, Answers answers) {}

    private static final Rule STORED_NUMBER = new Rule(Writes.WITH_ANY_VALUE, InTransaction.WORKS, Answers.NO_ROWS);
    private static final Rule MAINTENANCE = new Rule(Writes.ALSO_WITHOUT_VALUE, InTransaction.WORKS, Answers.ROWS);
    private static final Rule SESSION_ONLY = new Rule(Writes.NEVER, InTransaction.DIFFERS, Answers.ROWS);

    /** Rewrites the whole file in SQLite3MultipleCiphers builds of sqlite-jdbc; nothing in the plain one. */
    private static final Rule ENCRYPTS = new Rule(Writes.WITH_ANY_VALUE, InTransaction.DIFFERS, Answers.ROWS);

    private static final Map<String, Rule> RULES = Map.ofEntries(
            // Numbers in the header of the file.
            entry("user_version", STORED_NUMBER),
            entry("application_id", STORED_NUMBER),
            entry("schema_version", STORED_NUMBER),
            entry("default_cache_size", STORED_NUMBER),
            entry("auto_vacuum", new Rule(Writes.WITH_AUTO_VACUUM_ON, InTransaction.WORKS, Answers.NO_ROWS)),
            // The header says whether the file has a WAL; inside a transaction that can't change.
            entry("journal_mode", new Rule(Writes.WITH_JOURNAL_MODE, InTransaction.DIFFERS, Answers.ROWS)),
            // Work on the pages.
            entry("incremental_vacuum", MAINTENANCE),
            entry("optimize", MAINTENANCE),
            entry("rekey", ENCRYPTS),
            entry("hexrekey", ENCRYPTS),
            entry("textrekey", ENCRYPTS),
            // Change no content, but refuse or do nothing inside a transaction.
            entry("foreign_keys", SESSION_ONLY),
            // Holds until the next commit.
            entry("defer_foreign_keys", SESSION_ONLY),
            entry("synchronous", SESSION_ONLY),
            entry("temp_store", SESSION_ONLY),
            entry("temp_store_directory", SESSION_ONLY),
            entry("wal_checkpoint", SESSION_ONLY));

    private static final List<String> JOURNAL_MODES = List.of("delete", "persist", "off", "truncate", "memory", "wal");

    private Pragmas() {}

    /**
     * Whether the PRAGMA may change the file.
     *
     * @param name in lower case
     * @param value unquoted, null where the PRAGMA has none
     */
    static boolean writes(String name, String value) {
        Rule rule = RULES.get(name);
        return rule != null
                && switch (rule.writes) {
                    case NEVER -> false;
                    case WITH_ANY_VALUE -> value != null;
                    case WITH_JOURNAL_MODE -> value != null && isJournalMode(value);
                    case WITH_AUTO_VACUUM_ON -> value != null && turnsAutoVacuumOn(value);
                    case ALSO_WITHOUT_VALUE -> true;
                };
    }

    /** Whether the PRAGMA fails, does nothing or acts differently inside a transaction. */
    static boolean needsAutocommit(String name, String value) {
        Rule rule = RULES.get(name);
        boolean acts = value != null || name.equals("wal_checkpoint");
        return acts && rule != null && rule.inTransaction == InTransaction.DIFFERS;
    }

    /** Whether the PRAGMA acts on main and all that is attached where no schema is written. */
    static boolean actsOnEverySchema(String name) {
        return switch (name) {
            case "journal_mode", "optimize", "wal_checkpoint" -> true;
            default -> false;
        };
    }

    /**
     * Whether the PRAGMA may change what names mean: by dropping all that is in temp, or by making SQLite read a schema anew
     * that was changed behind its back. Or what a statement compiles to: with foreign keys it does more. Or how the files
     * are locked.
     */
    static boolean changesNames(String name, String value) {
        return value != null
                && switch (name) {
                    case "temp_store",
                            "temp_store_directory",
                            "writable_schema",
                            "schema_version",
                            "foreign_keys",
                            "locking_mode" -> true;
                    default -> false;
                };
    }

    /** Whether the PRAGMA may answer with rows, also one that writes. */
    static boolean returnsRows(String name) {
        Rule rule = RULES.get(name);
        return rule == null || rule.answers == Answers.ROWS;
    }

    /** Whether SQLite counts it as a write as long as it is on its row, whatever it does. */
    static boolean keepsTransactionOpen(String name) {
        return switch (name) {
            case "journal_mode", "wal_checkpoint" -> true;
            default -> false;
        };
    }

    /**
     * Turning it off, also by a word that SQLite does not know, is remembered by the connection until VACUUM; turning it
     * on is stored at once.
     */
    private static boolean turnsAutoVacuumOn(String value) {
        String mode = Ascii.lower(value);
        boolean word = !mode.isEmpty() && Character.isLetter(mode.charAt(0));
        return word ? mode.equals("full") || mode.equals("incremental") : !mode.equals("0");
    }

    /** SQLite compares as many letters as the value has, so {@code w} is WAL and the empty string DELETE. */
    private static boolean isJournalMode(String value) {
        String mode = Ascii.lower(value);
        return JOURNAL_MODES.stream().anyMatch(known -> known.startsWith(mode));
    }
}
