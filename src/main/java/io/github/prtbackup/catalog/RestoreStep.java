package io.github.prtbackup.catalog;

/**
 * A restore of a database, as the metadata tells of it. Immutable.
 *
 * @param id where it stands among the backups: the id of its safety backup; without one, the id that was the next then
 * @param restored the id of the backup that was restored
 * @param hasSafety whether there is a safety backup; there was no database otherwise
 * @param done whether it is known to have come to its end. It is noted before the database is touched and confirmed
 *     afterwards, so that a restore whose process died in between is one that may have happened
 */
public record RestoreStep(long id, long restored, boolean hasSafety, boolean done) {

    /** The same restore, come to its end. */
    RestoreStep doneAs(long newest) {
        return new RestoreStep(newest, restored, hasSafety, true);
    }
}
