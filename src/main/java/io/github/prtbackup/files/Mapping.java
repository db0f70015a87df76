package io.github.prtbackup.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;

/**
 * Maps the beginning of a file whose locks must not be lost. An interrupt of the thread that maps closes the channel, and with
 * it drops every lock of the process on the file. So that is done in a thread of its own, which nobody knows and interrupts.
 * A channel of the mapping's own would be no better: to close any descriptor of the file drops its locks.
 */
final class Mapping {
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long STACK_BYTES = 1 << 18;

    private final FileChannel channel;
    private final int length;
    private ByteBuffer mapped;
    private IOException failure;
    private volatile boolean done;

    private Mapping(FileChannel channel, int length) {
        this.channel = channel;
        this.length = length;
    }

    /** Maps the first bytes, which are there. Not ended by an interrupt, which stays pending. */
    static ByteBuffer of(FileChannel channel, int length) throws IOException {
        Mapping mapping = new Mapping(channel, length);
        // No variables of the application's thread, which would keep its class loader.
        new Thread(null, mapping::run, "prtbackup-map", STACK_BYTES, false).start();
        return mapping.result();
    }

    private void run() {
        try {
            mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
        } catch (IOException e) {
            failure = e;
        } catch (RuntimeException | Error e) {
            failure = new IOException(e);
        } finally {
            done = true;
        }
    }

    /** Waits for a thread that needs no carrier, while this one may be in the middle of a transaction. */
    private ByteBuffer result() throws IOException {
        boolean interrupted = false;
        while (!done) {
            interrupted |= Thread.interrupted();
            Pause.nanos(LOOK_AGAIN_NANOS);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
        return mapped;
    }
}
