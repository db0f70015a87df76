package io.github.prtbackup.files;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Names of files that are made of the name of another file. Where they would be longer than file systems allow, the other
 * file's name is cut, and its checksum put in the place of what is missing: always the same name for the same file, and for
 * two files, but for accidents, two.
 */
public final class FileNames {
    /** Bytes in UTF-8, as nearly all file systems have it. */
    public static final int LONGEST = 255;

    /** With all that is put behind it in a backup directory: a time, a kind, a counter, what SQLite or a hand adds. */
    private static final int LONGEST_LABEL = LONGEST - 65;

    /** What Java puts in the place of what it can't express. */
    private static final char REPLACEMENT = '\uFFFD';

    private FileNames() {}

    /**
     * Whether a name in a directory is the one that the file has. Where Java's character set can't express that, as in a
     * container without a locale, there is no way to the file.
     *
     * @param listed the name, as Java lists it
     * @return false if a path of it would be refused, or lead elsewhere
     */
    public static boolean isExpressible(String listed) {
        return listed.indexOf(REPLACEMENT) < 0;
    }

    /**
     * What the files of a database in a backup directory are called by.
     *
     * @param fileName the name of the database's file
     * @return the same, unless it is too long
     */
    public static String label(String fileName) {
        return shortened(fileName, LONGEST_LABEL);
    }

    /**
     * The name of a file beside another.
     *
     * @param before what stands before the name of the other
     * @param fileName the name of the other
     * @param after what stands behind
     * @return a name that is short enough
     */
    public static String around(String before, String fileName, String after) {
        return before + shortened(fileName, LONGEST - length(before) - length(after)) + after;
    }

    /**
     * Whether no file can have a name.
     *
     * @param fileName the name
     * @return true also where some file systems would allow it
     */
    public static boolean isTooLong(String fileName) {
        return length(fileName) > LONGEST;
    }

    private static String shortened(String name, int longest) {
        if (length(name) <= longest) {
            return name;
        }
        String end = "~" + HexFormat.of().toHexDigits(checksum(name));
        int room = longest - length(end);
        int kept = 0;
        for (int used = 0; kept < name.length(); ) {
            int character = name.codePointAt(kept);
            used += length(Character.toString(character));
            if (used > room) {
                break;
            }
            kept += Character.charCount(character);
        }
        return name.substring(0, kept) + end;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Not a cryptographic hash: the first of those costs a process 20 ms, and only accidents matter here. */
    public static int checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
