package io.github.prtbackup.timeline;

/** What is known from elsewhere of what happened between two neighbouring points of a timeline. */
@FunctionalInterface
public interface Between {
    /** Every point counts. */
    Between CHANGES = (older, newer) -> Known.CHANGE;

    /** What is known. */
    enum Known {
        /** The database was changed, whether or not the two are the same; or the older one stays for another reason. */
        CHANGE,
        /** Nothing was committed. */
        NO_COMMIT,
        /** At most what the pages of the two tell. */
        NOTHING
    }

    /**
     * Asks.
     *
     * @param older a point that is not deleted
     * @param newer the next one
     * @return what is known
     */
    Known known(Point older, Point newer);
}
