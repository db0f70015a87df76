package io.github.prtbackup.files;

import java.util.concurrent.ThreadFactory;

/**
 * Makes the threads for work beside that of connections. Not those of a pool that others use: their work would wait for ours,
 * and a thread that waits for such a pool may pick up anybody's work meanwhile.
 *
 * <p>They are daemons, and know nothing of who caused them: neither his class loader, which may be that of an application that
 * is to go, nor his inheritable variables.
 */
public final class OwnThreads {

    private OwnThreads() {}

    /**
     * Makes threads of a name.
     *
     * @param name what the threads do
     * @return makes threads that are not started
     */
    public static ThreadFactory named(String name) {
        return work -> {
            Thread thread = new Thread(null, work, name, 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(OwnThreads.class.getClassLoader());
            return thread;
        };
    }
}
