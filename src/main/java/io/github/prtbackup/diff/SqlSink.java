package io.github.prtbackup.diff;

import java.io.IOException;
import java.sql.SQLException;

/** Takes statements part by part: their SQL, and the values in them in whatever way it has for them. */
interface SqlSink {
    /** SQL as it stands. */
    SqlSink sql(String part) throws IOException;

    /** A value where an expression may be, which is then compared as a literal would be. */
    SqlSink value(Value value) throws IOException;

    /** The statement is complete. */
    void end() throws IOException, SQLException;
}
