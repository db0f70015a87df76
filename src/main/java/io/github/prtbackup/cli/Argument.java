package io.github.prtbackup.cli;

import java.util.Arrays;
import java.util.Optional;

/** The words of a command line as Java hands them over. */
final class Argument {
    /** What Java makes of bytes that are no letters in its character set. They are lost then. */
    private static final char LOST = '\uFFFD';

    private Argument() {}

    /**
     * Refuses words of which letters are lost, as they are in the C locale: they would name another file, or be kept broken.
     *
     * @return why; empty if nothing is lost
     */
    static Optional<String> unreadable(String... words) {
        return unreadableIn(System.getProperty("sun.jnu.encoding", ""), words);
    }

    /** In a character set that has all letters it is the letter itself. */
    static Optional<String> unreadableIn(String charset, String... words) {
        if (charset.replace("-", "").equalsIgnoreCase("utf8")) {
            return Optional.empty();
        }
        return Arrays.stream(words)
                .filter(word -> word.indexOf(LOST) >= 0)
                .findFirst()
                .map(word -> "Java cannot express the argument " + word + " in the character set " + charset
                        + "; set LC_ALL=C.UTF-8 or another UTF-8 locale");
    }
}
