package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the page on promises true: the tests that it names are there, and each promise has one. */
class PromisesTest {
    private static final Path PAGE = Path.of("docs", "promises.md");
    private static final Path TESTS = Path.of("src", "test", "java");
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");

    @Test
    void everyPromiseNamesTestsThatExist() throws IOException {
        Map<String, Path> classes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(TESTS)) {
            files.filter(file -> file.toString().endsWith("Test.java"))
                    .forEach(file -> classes.put(file.getFileName().toString().replace(".java", ""), file));
        }
        List<String> promises = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("|") && !line.startsWith("|--") && !line.equals("| promise | tests |"))
                .toList();
        assertThat(promises).hasSizeGreaterThan(15);
        for (String promise : promises) {
            Matcher named = NAME.matcher(promise);
            int count = 0;
            while (named.find()) {
                count++;
                assertThat(classes).as(promise).containsKey(named.group(1));
                String source = Files.readString(classes.get(named.group(1)));
                if (named.group(2) != null) {
                    assertThat(source)
                            .as(promise)
                            .containsPattern("@(Test|ParameterizedTest)[^;{}]*(\\{[^{}]*}[^;{}]*)*void "
                                    + named.group(2) + "\\(");
                }
            }
            assertThat(count).as(promise).isPositive();
        }
    }
}
