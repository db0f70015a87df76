package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keeps the pages on stacks true to the applications in {@code src/it}, and these to the main POM. */
class StacksTest {
    private static final Path PAGES = Path.of("docs", "stacks");
    private static final Path APPLICATIONS = Path.of("src", "it");
    private static final Pattern LINK = Pattern.compile("^From \\[.*]\\((.*)\\):$");
    private static final Pattern DEPENDENCY =
            Pattern.compile("<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
                    + "\\s*<version>([^<]+)</version>\\s*</dependency>");
    private static final Pattern VERSION = Pattern.compile("<([a-z-]+)\\.version>([^<]+)</");

    @ParameterizedTest
    @MethodSource("pages")
    void everySnippetStandsInTheFileThatItIsFrom(Path page) throws IOException {
        Path file = null;
        int snippets = 0;
        List<String> snippet = null;
        for (String line : Files.readAllLines(page)) {
            Matcher link = LINK.matcher(line);
            if (link.matches()) {
                file = page.getParent().resolve(link.group(1)).normalize();
                assertThat(file).startsWith(APPLICATIONS);
            } else if (line.startsWith("```") && snippet == null) {
                snippet = new ArrayList<>();
            } else if (line.equals("```")) {
                assertThat(file)
                        .as("%s says of each snippet where it is from", page)
                        .isNotNull();
                assertThat(unindented(Files.readAllLines(file))).contains(unindented(snippet));
                snippets++;
                snippet = null;
            } else if (snippet != null) {
                snippet.add(line);
            }
        }
        assertThat(snippets).isPositive();
    }

    @Test
    void everyApplicationHasAPage() throws IOException {
        String pages = pages().map(StacksTest::read).collect(Collectors.joining());
        String modules = read(APPLICATIONS.resolve("pom.xml"));
        try (Stream<Path> applications = Files.list(APPLICATIONS)) {
            for (Path application : applications.filter(Files::isDirectory).toList()) {
                assertThat(modules).contains("<module>" + application.getFileName() + "</module>");
                if (!application.endsWith("story") && !application.endsWith("packaging")) {
                    assertThat(pages).contains("](../../src/it/" + application.getFileName() + "/");
                }
            }
        }
    }

    @Test
    void theReadmeNamesEachPageAndTheVersionThatIsTested() throws IOException {
        Properties versions = new Properties();
        VERSION.matcher(read(Path.of("pom.xml"))).results().forEach(v -> versions.setProperty(v.group(1), v.group(2)));
        Map<String, String> tested = new HashMap<>();
        for (Path page : pages().toList()) {
            String stack = page.getFileName().toString().replace(".md", "");
            tested.put(stack, versions.getProperty(stack));
        }
        Map<String, String> named = Pattern.compile("\\| ([^ |]+) \\| \\[docs/stacks/(.+)\\.md]")
                .matcher(read(Path.of("README.md")))
                .results()
                .collect(Collectors.toMap(row -> row.group(2), row -> row.group(1)));

        assertThat(named).isEqualTo(tested);
    }

    /** An application that is given the jar by its path is given what the jar depends on by hand. */
    @Test
    void theApplicationsHaveWhatTheDriverDependsOn() {
        String story = read(APPLICATIONS.resolve("story/pom.xml"));
        String given = story.substring(story.indexOf("<!-- What the driver's own POM brings along"));

        assertThat(dependencies(given)).isNotEmpty().isEqualTo(dependencies(read(Path.of("pom.xml"))));
    }

    /** Those with a version and nothing else: neither a scope nor optional. */
    private static Set<String> dependencies(String pom) {
        return DEPENDENCY
                .matcher(pom)
                .results()
                .map(StacksTest::coordinates)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String coordinates(MatchResult dependency) {
        return dependency.group(1) + ":" + dependency.group(2) + ":" + dependency.group(3);
    }

    private static Stream<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            return pages.sorted().toList().stream();
        }
    }

    /** The snippet on a page is not indented as deeply as in the file. */
    private static String unindented(List<String> lines) {
        return lines.stream().map(String::strip).collect(Collectors.joining("\n"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
