package io.github.prtbackup.jdbc;

import io.github.prtbackup.backup.KeptFiles;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Proxy;
import java.lang.runtime.ObjectMethods;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Map;
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
     * The code behind {@code equals}, {@code hashCode} and {@code toString} of records remembers the class that it was last
     * made for, in the {@code asTypeCache} of method handles that {@link ObjectMethods} has for the whole JVM, and so the
     * class loader of that class (JDK-8078641). JDK 17 remembers one class. Later ones remember the last of the JDK's own and,
     * by a soft reference that is cleared when memory runs short, the last of any other class loader's. Here both get to
     * know other classes: one of a class loader that is of no use to anyone, then one of the JDK.
     *
     * <p>While the JDK has a security manager, as 17 has and 25 hasn't, the class loader made here refers to this class in
     * turn. So a JDK that has both may keep the driver by the soft reference for a while.
     */
    private static void forgetRecords() {
        try (URLClassLoader unused = new URLClassLoader(new URL[0], null)) {
            Object stranger =
                    Proxy.newProxyInstance(unused, new Class<?>[] {Runnable.class}, (proxy, method, args) -> null);
            makeRecordMethods(stranger.getClass());
            makeRecordMethods(String.class);
        } catch (Throwable e) {
            // What making them declares. Nothing is lost but some memory.
            log.debug("A class loader may be kept by the JDK", e);
        }
    }

    /** As for a record with one component, which is of the same class. */
    private static void makeRecordMethods(Class<?> type) throws Throwable {
        Map<String, MethodType> methods = Map.of(
                "equals", MethodType.methodType(boolean.class, type, Object.class),
                "hashCode", MethodType.methodType(int.class, type),
                "toString", MethodType.methodType(String.class, type));
        for (Map.Entry<String, MethodType> method : methods.entrySet()) {
            Object unused = ObjectMethods.bootstrap(
                    MethodHandles.lookup(),
                    method.getKey(),
                    method.getValue(),
                    type,
                    "it",
                    MethodHandles.identity(type));
        }
    }
}
