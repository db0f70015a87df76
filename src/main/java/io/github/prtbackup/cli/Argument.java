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
        return Arrays.stream(words)
                .flatMap(word -> unreadable("the argument", word).stream())
                .findFirst();
    }

    /** @param what stands before the word in the message */
    static Optional<String> unreadable(String what, String word) {
        return unreadableIn(System.getProperty("sun.jnu.encoding", ""), what, word);
    }

    /** In a character set that has all letters it is the letter itself. */
    static Optional<String> unreadableIn(String charset, String what, String word) {
        return charset.replace("-", "").equalsIgnoreCase("utf8") || word.indexOf(LOST) < 0
                ? Optional.empty()
                : Optional.of("Java cannot express " + what + " " + word + " in the character set " + charset
                        + "; set LC_ALL=C.UTF-8 or another UTF-8 locale");
    }
}
