package io.github.prtbackup.files;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.locks.LockSupport;

/**
 * A short wait of a thread that may hold SQLite's write lock. Stateless.
 *
 * <p>A virtual thread that parks gives its carrier to another, which may go into {@code sqlite3_step} and wait there for the
 * very lock that the first one holds, in native code, where it keeps the carrier. When all carriers wait like that, the
 * first has none to go on with. So a virtual thread stays on its carrier, and spends the time there.
 */
public final class Pause {
    /** Null before JDK 21. */
    private static final MethodHandle IS_VIRTUAL = isVirtualMethod();

    private Pause() {}

    /**
     * Waits.
     *
     * @param nanos how long, about; an interrupt ends it early and stays pending
     */
    public static void nanos(long nanos) {
        if (!isVirtual(Thread.currentThread())) {
            LockSupport.parkNanos(Pause.class, nanos);
            return;
        }
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }

    /** Whether a thread needs a carrier. */
    static boolean isVirtual(Thread thread) {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual declares no exception", e);
        }
    }

    private static MethodHandle isVirtualMethod() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
