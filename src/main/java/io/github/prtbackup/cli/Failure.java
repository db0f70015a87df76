package io.github.prtbackup.cli;

import io.github.prtbackup.UndoRefusedException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CancellationException;

/** A command could not do what it was asked; the message says all there is to say. */
final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    Failure(String message) {
        super(message);
    }

    /** What went wrong, in words. */
    static String describe(Throwable e) {
        String message = e.getMessage() == null || e.getMessage().isBlank()
                ? e.getClass().getSimpleName()
                : e.getMessage();
        if (e instanceof FileSystemException file && file.getReason() == null && file.getFile() != null) {
            // These carry the path alone.
            return file(file);
        }
        return message;
    }

    /**
     * As {@link #describe(Throwable)}.
     *
     * @param command what failed; named where the message alone may be as short as "No space left on device"
     */
    static String describe(Throwable e, String command) {
        if (e instanceof Failure
                || e instanceof IllegalArgumentException
                || e instanceof UndoRefusedException
                || e instanceof FileSystemException) {
            return describe(e);
        }
        if (e instanceof CancellationException) {
            return command + " was interrupted; nothing was changed";
        }
        if (e instanceof OutOfMemoryError) {
            return command + " failed: it needs more memory than the "
                    + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB that Java may use; java -Xmx2g -jar … gives it more";
        }
        if (e instanceof RuntimeException || e instanceof Error) {
            return command + " failed: unexpected " + e.getClass().getSimpleName() + ": " + describe(e)
                    + " (--debug shows more)";
        }
        return command + " failed: " + describe(e);
    }

    private static String file(FileSystemException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file: " + e.getFile();
        }
        if (e instanceof AccessDeniedException) {
            return "no permission: " + e.getFile();
        }
        if (e instanceof FileAlreadyExistsException) {
            return "there is already a file " + e.getFile();
        }
        if (e instanceof NotDirectoryException) {
            return "not a directory: " + e.getFile();
        }
        return "cannot use " + e.getMessage();
    }
}
