package io.github.prtbackup.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A {@code jdbc:prtbackup:} URL, taken apart. Everything that is not ours is left as it was written, to the letter:
 * sqlite-jdbc makes a parameter that it does not know a part of the file name.
 *
 * @param url the URL in its recommended form, {@code jdbc:prtbackup:sqlite:…}, all parameters included
 * @param address what sqlite-jdbc is given: file name and parameters, without ours
 * @param parameters the parameters that begin with {@code backup.}; of a repeated one the last, as in sqlite-jdbc
 */
public record DatabaseUrl(String url, String address, Map<String, String> parameters) {

    /** What our URLs begin with, in any case. */
    public static final String PREFIX = "jdbc:prtbackup:";

    private static final String SQLITE = "sqlite:";

    /** Whether the URL is for this driver. */
    public static boolean isOurs(String url) {
        return url != null && url.toLowerCase(Locale.ROOT).startsWith(PREFIX);
    }

    /**
     * Takes a URL apart.
     *
     * @param url a URL for which {@link #isOurs} holds
     */
    public static DatabaseUrl parse(String url) {
        String rest = url.trim().substring(PREFIX.length());
        if (rest.regionMatches(true, 0, SQLITE, 0, SQLITE.length())) {
            rest = rest.substring(SQLITE.length());
        }
        String full = PREFIX + SQLITE + rest;
        int question = rest.indexOf('?');
        if (question < 0) {
            return new DatabaseUrl(full, rest, Map.of());
        }
        boolean uri = rest.startsWith("file:");
        Map<String, String> ours = new LinkedHashMap<>();
        List<String> theirs = new ArrayList<>();
        for (String parameter : rest.substring(question + 1).split("&", -1)) {
            String trimmed = parameter.trim();
            if (Setting.isOurs(trimmed)) {
                int equals = trimmed.indexOf('=');
                String key = equals < 0 ? trimmed : trimmed.substring(0, equals).trim();
                String value = equals < 0 ? "" : trimmed.substring(equals + 1).trim();
                ours.put(key.toLowerCase(Locale.ROOT), uri ? decode(value) : value);
            } else {
                theirs.add(parameter);
            }
        }
        if (ours.isEmpty()) {
            return new DatabaseUrl(full, rest, Map.of());
        }
        String file = rest.substring(0, question);
        String address = theirs.isEmpty() ? file : file + "?" + String.join("&", theirs);
        return new DatabaseUrl(full, address, Map.copyOf(ours));
    }

    /** SQLite decodes the parameters of a {@code file:} URI; a plus sign is a plus sign there. */
    private static String decode(String value) {
        try {
            return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
