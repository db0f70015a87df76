package io.github.prtbackup.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments of the form {@code key=value}, several values separated by commas. */
final class Options {

    private final Map<String, String> values;

    private Options(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads arguments.
     *
     * @param defaults the keys that there are, each with its default
     */
    static Options parse(String[] args, Map<String, String> defaults) {
        Map<String, String> values = new LinkedHashMap<>(defaults);
        for (String arg : args) {
            int equals = arg.indexOf('=');
            if (equals < 0 || !defaults.containsKey(arg.substring(0, equals))) {
                throw new IllegalArgumentException("Unknown: " + arg + "; there are, with their defaults, " + defaults);
            }
            values.put(arg.substring(0, equals), arg.substring(equals + 1));
        }
        return new Options(values);
    }

    String get(String key) {
        return values.get(key);
    }

    int number(String key) {
        return Integer.parseInt(get(key));
    }

    List<String> list(String key) {
        return get(key).isEmpty() ? List.of() : List.of(get(key).split(","));
    }

    <E extends Enum<E>> List<E> list(String key, Class<E> type) {
        return Arrays.stream(get(key).split(","))
                .filter(name -> !name.isEmpty())
                .map(name -> Enum.valueOf(type, name))
                .toList();
    }
}
