package io.github.prtbackup.backup;

import java.util.Properties;
import org.sqlite.SQLiteConfig.Pragma;

/**
 * What sqlite-jdbc would refuse by itself on a connection, and SQLite would not: a query for all of the 2000 columns that a
 * table may have and its rowid as well, a statement of more than a million bytes, a value of more than a billion.
 */
public final class Unlimited {
    private static final String ALL = String.valueOf(Integer.MAX_VALUE);

    private Unlimited() {}

    /** Adds to the properties of a connection of ours that there is no limit but SQLite's own. */
    public static Properties with(Properties properties) {
        for (Pragma limit : new Pragma[] {Pragma.LIMIT_LENGTH, Pragma.LIMIT_SQL_LENGTH, Pragma.LIMIT_COLUMN}) {
            properties.setProperty(limit.pragmaName, ALL);
        }
        return properties;
    }
}
