package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.KeptFiles;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what was kept for all connections, once the driver was deregistered, as it is when a web application stops, and
 * the last connection is closed, in whichever order.
 *
 * <p>Thread-safe.
 */
final class OpenConnections {

    private static final Logger log = LoggerFactory.getLogger(OpenConnections.class);

    private int open;
    private boolean deregistered;

    synchronized void opened() {
        open++;
    }

    synchronized void closed() {
        open--;
        letGoIfUnused();
    }

    synchronized void deregistered() {
        deregistered = true;
        letGoIfUnused();
    }

    private void letGoIfUnused() {
        if (deregistered && open == 0) {
            try {
                KeptFiles.close();
            } catch (IOException e) {
                log.warn("Files of backups cannot be closed: {}", e.toString());
            }
            forgetRecords();
        }
    }

    /**
     * Up to JDK 18 the code behind {@code equals} of records remembers the last record that it was made for
     * ({@code asTypeCache} of a method handle in {@link ObjectMethods}), and so the class loader of that. Here it gets to know
     * a class of the JDK.
     */
    private static void forgetRecords() {
        try {
            MethodType equals = MethodType.methodType(boolean.class, String.class, Object.class);
            Object unused = ObjectMethods.bootstrap(MethodHandles.lookup(), "equals", equals, String.class, "");
        } catch (Throwable e) {
            // What it declares. Nothing is lost but some memory.
            log.debug("A class loader may be kept by the JDK", e);
        }
    }
}
