package io.github.prtbackup.faults.disk;

import java.io.IOException;

/** Looks at file operations. Called for one at a time, by whatever thread. */
public interface Watcher {

    /**
     * An operation is about to happen. It does not if this throws, but for a {@link TornWriteException}.
     *
     * @param access the operation
     * @throws IOException what the operation is to fail with
     */
    void before(Access access) throws IOException;

    /**
     * An operation has happened.
     *
     * @param access the operation
     */
    default void after(Access access) {}
}
