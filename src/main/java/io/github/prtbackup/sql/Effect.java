package io.github.prtbackup.sql;

/** What a statement does to database files. */
public enum Effect {
    /** Changes no database file. */
    READ,
    /** May change a database file. Whatever is not understood is this: a backup too many is cheap, one too few is not. */
    WRITE,
    /** Begins, ends or nests a transaction, and changes nothing by itself. */
    TRANSACTION
}
