package io.github.prtbackup;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Native images have only those classes that are reached in a way that can be seen, or listed in the metadata. */
class NativeImageTest {

    private static final Path METADATA = Path.of(
            "src/main/resources/META-INF/native-image/io.github.prtbackup/prtbackup-jdbc/reachability-metadata.json");

    /** What looks classes, members, services or resources up by their names. */
    private static final Set<String> LOOKS_UP = Set.of(
            "java.lang.Class.forName",
            "java.lang.Class.getMethod",
            "java.lang.Class.getDeclaredMethod",
            "java.lang.Class.getConstructor",
            "java.lang.Class.getDeclaredConstructor",
            "java.lang.Class.getField",
            "java.lang.Class.getDeclaredField",
            "java.lang.Class.getResource",
            "java.lang.Class.getResourceAsStream",
            "java.lang.ClassLoader.loadClass",
            "java.lang.ClassLoader.getResource",
            "java.lang.ClassLoader.getResourceAsStream",
            "java.lang.reflect.Proxy.newProxyInstance",
            "java.util.ServiceLoader.load",
            "java.util.ResourceBundle.getBundle");

    @Test
    void whateverIsLookedUpByNameIsListed() throws IOException {
        Set<String> found = new TreeSet<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("io.github.prtbackup")) {
            for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                if (LOOKS_UP.contains(access.getTargetOwner().getName() + "." + access.getName())) {
                    found.add(type.getName());
                }
            }
        }
        Set<String> listed = new TreeSet<>();
        metadata().get("reflection").forEach(entry -> {
            if (entry.has("condition")) {
                listed.add(entry.get("condition").get("typeReached").asText());
            }
        });
        assertThat(found).isNotEmpty().isEqualTo(listed);
    }

    @Test
    void theDriverIsListedAsAService() throws IOException {
        Path service = Path.of("src/main/resources/META-INF/services/java.sql.Driver");
        List<String> types = metadata().get("reflection").findValuesAsText("type");
        assertThat(types).containsAll(Files.readAllLines(service));
        assertThat(metadata().get("resources").findValuesAsText("glob")).contains("META-INF/services/java.sql.Driver");
    }

    @Test
    void whatIsListedExists() throws Exception {
        for (JsonNode entry : metadata().get("reflection")) {
            if (entry.get("type").has("proxy")) {
                for (JsonNode type : entry.get("type").get("proxy")) {
                    assertThat(Class.forName(type.asText())).isInterface();
                }
                continue;
            }
            Class<?> type = Class.forName(entry.get("type").asText());
            for (JsonNode method : entry.get("methods")) {
                String name = method.get("name").asText();
                if (name.equals("<init>")) {
                    assertThat(type.getConstructor()).isNotNull();
                } else {
                    // Console.isTerminal is there from JDK 22 on.
                    assertThat(type.getName() + "." + name).isEqualTo("java.io.Console.isTerminal");
                }
            }
        }
    }

    private static JsonNode metadata() throws IOException {
        return new ObjectMapper().readTree(METADATA.toFile());
    }
}
