package io.github.prtbackup.backup.pages;

/** What is known of the changes since a position. */
public sealed interface Changed {

    /**
     * No page outside of the list has changed, and that is proved. Pages of the list may be unchanged. Content that is gone
     * because the database became smaller is not listed; its size tells.
     *
     * @param pages none beyond the database's end, and not the one of the lock bytes
     * @param counted whether SQLite's count of the commits in a log has risen by just as many as there were
     */
    record Complete(PageList pages, boolean counted) implements Changed {
        /** Where nothing is known of the count. */
        public Complete(PageList pages) {
            this(pages, false);
        }
    }

    /**
     * Any page may have changed.
     *
     * @param why for the log, in a few words
     */
    record Lost(String why) implements Changed {}
}
