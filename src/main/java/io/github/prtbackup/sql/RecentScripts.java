package io.github.prtbackup.sql;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bounded memory of scripts in two rooms: a string comes into the first, and into the second when it comes again. Each
 * room is emptied when it is full. So statements with literals in them, each seen once, only ever empty the first, and a
 * hit is one look-up without a lock or an allocation.
 */
final class RecentScripts {

    private static final int MAX_ENTRIES = 512;

    /** In characters. Longer strings are rarely the same twice; with the bound on entries this bounds the memory. */
    private static final int MAX_LENGTH = 4096;

    private final Map<String, Script> seenAgain = new ConcurrentHashMap<>();
    private final Map<String, Script> seenOnce = new ConcurrentHashMap<>();

    static boolean remembers(String sql) {
        return sql.length() <= MAX_LENGTH;
    }

    /** The script of a string that was put before, or null. */
    Script get(String sql) {
        if (!remembers(sql)) {
            return null;
        }
        Script script = seenAgain.get(sql);
        if (script == null) {
            script = seenOnce.remove(sql);
            if (script != null) {
                putBounded(seenAgain, sql, script);
            }
        }
        return script;
    }

    void put(String sql, Script script) {
        if (remembers(sql)) {
            putBounded(seenOnce, sql, script);
        }
    }

    /** Threads that come at once may exceed the bound by as many entries as there are of them. */
    private static void putBounded(Map<String, Script> room, String sql, Script script) {
        if (room.size() >= MAX_ENTRIES) {
            room.clear();
        }
        room.put(sql, script);
    }
}
