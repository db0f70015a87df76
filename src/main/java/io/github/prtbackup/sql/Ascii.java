package io.github.prtbackup.sql;

/** Case as SQLite knows it: the 26 letters of ASCII and no others, in every locale. */
public final class Ascii {

    private Ascii() {}

    static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }

    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    public static String lower(String s) {
        int i = 0;
        while (i < s.length() && lower(s.charAt(i)) == s.charAt(i)) {
            i++;
        }
        if (i == s.length()) {
            return s;
        }
        char[] chars = s.toCharArray();
        for (; i < chars.length; i++) {
            chars[i] = lower(chars[i]);
        }
        return new String(chars);
    }

    static String upper(String s) {
        char[] chars = s.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            chars[i] = upper(chars[i]);
        }
        return new String(chars);
    }

    /** Whether {@code text} contains {@code word}, which is in lower case, in any case. */
    public static boolean contains(String text, String word) {
        char first = word.charAt(0);
        for (int i = 0, last = text.length() - word.length(); i <= last; i++) {
            if (lower(text.charAt(i)) == first && matchesAt(text, i, word)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesAt(String text, int at, String word) {
        for (int i = 1; i < word.length(); i++) {
            if (lower(text.charAt(at + i)) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
