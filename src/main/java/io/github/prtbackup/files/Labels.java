package io.github.prtbackup.files;

import java.util.List;

/**
 * How much may be said of a backup, however it is stored. It is bounded when it comes in, so that what is written of all backups
 * can be read again. Stateless.
 */
public final class Labels {
    /** The most characters that a comment may have, as {@link String#length} counts them. */
    public static final int LONGEST_COMMENT = 4096;

    private static final int LONGEST_NAME = 1024;
    private static final int MOST_TABLES = 8;

    private Labels() {}

    /**
     * A comment that was made by a program, from what it knows of an operation.
     *
     * @param comment any text
     * @return it, or its beginning
     */
    public static String shortened(String comment) {
        if (comment.length() <= LONGEST_COMMENT) {
            return comment;
        }
        // Not between the halves of a surrogate pair, which would not survive UTF-8.
        boolean splits = Character.isHighSurrogate(comment.charAt(LONGEST_COMMENT - 1));
        return comment.substring(0, splits ? LONGEST_COMMENT - 1 : LONGEST_COMMENT);
    }

    /**
     * A comment that somebody has written, of which nothing may be lost.
     *
     * @param comment any text
     * @return the same
     * @throws IllegalArgumentException if it is longer than {@link #LONGEST_COMMENT}
     */
    public static String unshortened(String comment) {
        if (comment.length() > LONGEST_COMMENT) {
            throw new IllegalArgumentException("A comment may have %,d characters, and this one has %,d"
                    .formatted(LONGEST_COMMENT, comment.length()));
        }
        return comment;
    }

    /**
     * Names of tables.
     *
     * @param tables any names
     * @return without those that are too long, or too many
     */
    public static List<String> fitting(List<String> tables) {
        for (String name : tables) {
            if (tables.size() > MOST_TABLES || name.length() > LONGEST_NAME) {
                return tables.stream()
                        .filter(other -> other.length() <= LONGEST_NAME)
                        .limit(MOST_TABLES)
                        .toList();
            }
        }
        return List.copyOf(tables);
    }
}
