package io.github.prtbackup.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What is in the jars. */
class JarsTest {

    private static final String SERVICES = "META-INF/services/";
    private static final String SHADED = "io/github/prtbackup/shaded/";
    private static final String LICENSES = "META-INF/licenses/";

    /** Each change of it changes the contents of the all-in-one jar, and should be meant. */
    private static final List<String> NO_CLASSES = List.of(
            "META-INF/MANIFEST\\.MF",
            "META-INF/spring\\.factories",
            "META-INF/(FastDoubleParser|FastDoubleParser-ThirdParty|Schubfach)-LICENSE",
            "META-INF/licenses/[\\w.-]+\\.txt",
            "META-INF/maven/(io\\.github\\.prtbackup/prtbackup-jdbc|org\\.xerial/sqlite-jdbc)/.*",
            "META-INF/native-image/(io\\.github\\.prtbackup/prtbackup-jdbc|org\\.xerial/sqlite-jdbc)/.*",
            "META-INF/services/(java\\.sql\\.Driver|io\\.github\\.prtbackup\\.shaded\\..*)",
            "META-INF/services/(liquibase|org\\.flywaydb|org\\.hibernate)\\..*",
            "io/github/prtbackup/shaded/jline/utils/.*\\.(caps|txt)",
            "sqlite-jdbc\\.properties",
            "org/sqlite/native/.*");

    @Test
    void theAllInOneJarHasClassesOfOursAndOfSqliteJdbcOnly() throws IOException {
        assertThat(names(Jars.ALL_IN_ONE))
                .filteredOn(name -> name.endsWith(".class"))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("io/github/prtbackup/")
                        || name.startsWith("org/sqlite/")
                        || name.startsWith("META-INF/versions/9/org/sqlite/"))
                .noneMatch(name -> name.endsWith("module-info.class"));
    }

    @Test
    void theAllInOneJarHasNothingLeftThatMisleads() throws IOException {
        assertThat(names(Jars.ALL_IN_ONE))
                .filteredOn(name -> !name.endsWith(".class"))
                .allMatch(name -> NO_CLASSES.stream().anyMatch(name::matches));
    }

    @Test
    void bothDriversAndTheRenamedLoggerAreServices() throws IOException {
        assertThat(lines(Jars.ALL_IN_ONE, SERVICES + "java.sql.Driver"))
                .containsExactlyInAnyOrder("io.github.prtbackup.jdbc.BackupDriver", "org.sqlite.JDBC");
        assertThat(lines(Jars.ALL_IN_ONE, SERVICES + "io.github.prtbackup.shaded.slf4j.spi.SLF4JServiceProvider"))
                .containsExactly("io.github.prtbackup.shaded.slf4j.simple.SimpleServiceProvider");
        assertThat(lines(Jars.THIN, SERVICES + "java.sql.Driver"))
                .containsExactly("io.github.prtbackup.jdbc.BackupDriver");
    }

    @Test
    void everyServiceIsInItsJar() throws IOException {
        for (Path jar : List.of(Jars.THIN, Jars.ALL_IN_ONE)) {
            List<String> names = names(jar);
            List<String> services =
                    names.stream().filter(name -> name.startsWith(SERVICES)).toList();
            assertThat(services).hasSizeGreaterThan(3);
            for (String service : services) {
                for (String implementation : lines(jar, service)) {
                    assertThat(names).contains(implementation.replace('.', '/') + ".class");
                }
            }
        }
    }

    @Test
    void manifests() throws IOException {
        try (JarFile thin = new JarFile(Jars.THIN.toFile());
                JarFile allInOne = new JarFile(Jars.ALL_IN_ONE.toFile())) {
            Attributes attributes = thin.getManifest().getMainAttributes();
            assertThat(attributes.getValue("Automatic-Module-Name")).isEqualTo("io.github.prtbackup");
            attributes = allInOne.getManifest().getMainAttributes();
            assertThat(attributes.getValue("Main-Class")).isEqualTo("io.github.prtbackup.cli.Main");
            assertThat(attributes.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
        }
    }

    @Test
    void theThinJarHasOurClassesAndARenamedJsqlparser() throws IOException {
        assertThat(names(Jars.THIN))
                .filteredOn(name -> name.endsWith(".class"))
                .anyMatch(name -> name.startsWith(SHADED + "jsqlparser/"))
                .allMatch(name -> name.startsWith("io/github/prtbackup/"))
                .filteredOn(name -> name.startsWith(SHADED))
                .allMatch(name -> name.startsWith(SHADED + "jsqlparser/"));
        try (JarFile thin = new JarFile(Jars.THIN.toFile())) {
            assertThat(thin.getManifest().getMainAttributes().getValue("Import-Package"))
                    .doesNotContain("jsqlparser");
        }
    }

    @Test
    void licencesAreThereOfAllThatIsBundled() throws IOException {
        assertThat(names(Jars.THIN)).contains(LICENSES + "Apache-2.0.txt", LICENSES + "jsqlparser.txt");
        assertThat(names(Jars.ALL_IN_ONE))
                .contains(
                        LICENSES + "Apache-2.0.txt",
                        LICENSES + "jackson.txt",
                        LICENSES + "jackson-core-NOTICE.txt",
                        LICENSES + "jackson-databind-NOTICE.txt",
                        LICENSES + "jline.txt",
                        LICENSES + "jsqlparser.txt",
                        LICENSES + "picocli.txt",
                        LICENSES + "slf4j.txt",
                        LICENSES + "sqlite-jdbc.txt",
                        "META-INF/FastDoubleParser-LICENSE",
                        "META-INF/FastDoubleParser-ThirdParty-LICENSE",
                        "META-INF/Schubfach-LICENSE",
                        "META-INF/maven/org.xerial/sqlite-jdbc/LICENSE",
                        "META-INF/maven/org.xerial/sqlite-jdbc/LICENSE.zentus");
    }

    /** What a library says of itself may change with its next version. */
    @Test
    void noticesAreThoseOfTheBundledVersions() throws IOException {
        for (Path jar : Jars.dependencies()) {
            String library = jar.getFileName().toString();
            for (String name : names(jar)) {
                String copy = library.startsWith("jackson-core")
                        ? "jackson-core-NOTICE.txt"
                        : library.startsWith("jackson-") ? "jackson-databind-NOTICE.txt" : "";
                if (name.equals("META-INF/NOTICE")) {
                    assertThat(lines(jar, name)).as(library).isEqualTo(lines(Jars.ALL_IN_ONE, LICENSES + copy));
                } else if (name.equals("META-INF/LICENSE.txt")) {
                    assertThat(lines(jar, name)).as(library).isEqualTo(lines(Jars.ALL_IN_ONE, LICENSES + "slf4j.txt"));
                } else if (name.equals("META-INF/LICENSE")) {
                    assertThat(lines(jar, name))
                            .as(library)
                            .isEqualTo(lines(Jars.ALL_IN_ONE, LICENSES + "Apache-2.0.txt"));
                }
            }
        }
    }

    @Test
    void sourcesAndJavadocAreThere() throws IOException {
        List<String> sources = names(Jars.SOURCES);
        assertThat(names(Jars.THIN))
                .filteredOn(name -> name.endsWith(".class") && !name.contains("$") && !name.startsWith(SHADED))
                .allMatch(name -> sources.contains(name.replace(".class", ".java")));
        assertThat(names(Jars.JAVADOC))
                .contains(
                        "index.html",
                        "io/github/prtbackup/PrtBackup.html",
                        "io/github/prtbackup/jdbc/BackupDriver.html");
    }

    /** The same time in every entry of ours, so that the same sources make the same bytes. Those of libraries keep theirs. */
    @Test
    void noEntryTellsWhenItWasBuilt() throws IOException {
        for (Path jar : List.of(Jars.THIN, Jars.SOURCES, Jars.JAVADOC)) {
            try (JarFile file = new JarFile(jar.toFile())) {
                assertThat(file.stream()
                                .filter(entry -> !entry.getName().startsWith(SHADED))
                                .map(ZipEntry::getTimeLocal)
                                .distinct())
                        .as("%s", jar)
                        .hasSize(1);
            }
        }
    }

    private static List<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(JarEntry::getName)
                    .toList();
        }
    }

    private static List<String> lines(Path jar, String name) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return new String(file.getInputStream(file.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
        }
    }
}
