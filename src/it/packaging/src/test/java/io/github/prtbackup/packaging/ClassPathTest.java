package io.github.prtbackup.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jars in JVMs of their own. */
class ClassPathTest {

    private static final String[] JOURNEY = {
        "full backups: 4", "full rows: 2", "incremental backups: 4", "incremental rows: 2"
    };

    @TempDir
    Path directory;

    @Test
    void theDriverNeedsItsThreeDependenciesAndNothingElse() throws Exception {
        List<Path> classPath = new ArrayList<>(List.of(Jars.testClasses(), Jars.THIN));
        classPath.addAll(Jars.dependencies());
        String said = Jars.java(directory, "-verbose:class", "-cp", Jars.path(classPath), Journey.class.getName());
        assertThat(said)
                .contains(JOURNEY)
                .contains("io.github.prtbackup.jdbc.BackupDriver source:")
                .doesNotContainPattern(
                        Pattern.compile(
                                "\\] (picocli|io\\.micrometer|org\\.flywaydb|liquibase|org\\.springframework|org\\.hibernate)\\."))
                .doesNotContainPattern(Pattern.compile("\\] io\\.github\\.prtbackup\\.(cli|metrics|integration)\\."));
    }

    /** As Spring Data does, which parses every native query with it if it is there. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoLooksForJsqlparserFindsTheApplicationsOrNone(boolean theApplicationHasIt) throws Exception {
        List<Path> classPath = new ArrayList<>(List.of(Jars.testClasses(), Jars.THIN));
        classPath.addAll(Jars.dependencies());
        if (theApplicationHasIt) {
            classPath.addAll(Jars.others());
        }
        String said = Jars.java(directory, "-cp", Jars.path(classPath), Finder.class.getName());
        assertThat(said)
                .contains(JOURNEY)
                .contains("JSqlParser: " + (theApplicationHasIt ? "jsqlparser-4.9.jar" : "none"));
    }

    /** Spring Boot and Flyway bring a Jackson 2 of their own choice, the one by its dependency management. */
    @Test
    void theDriverRunsWithTheJacksonOfTheApplication() throws Exception {
        List<Path> classPath = new ArrayList<>(Jars.others());
        classPath.addAll(List.of(Jars.testClasses(), Jars.THIN));
        assertThat(Jars.java(directory, "-cp", Jars.path(classPath), Finder.class.getName()))
                .contains(JOURNEY)
                .contains("Jackson: jackson-databind-2.15.2.jar");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theAllInOneJarLeavesTheLibrariesOfTheApplicationAlone(boolean first) throws Exception {
        List<Path> classPath = new ArrayList<>(Jars.others());
        assertThat(classPath).hasSize(7);
        classPath.add(first ? 0 : classPath.size(), Jars.ALL_IN_ONE);
        classPath.add(Jars.testClasses());
        String said = Jars.java(directory, "-cp", Jars.path(classPath), Neighbours.class.getName());
        assertThat(said)
                .contains(
                        "com.fasterxml.jackson.databind.ObjectMapper from jackson-databind-2.15.2.jar",
                        "com.fasterxml.jackson.core.JsonFactory from jackson-core-2.15.2.jar",
                        "net.sf.jsqlparser.parser.CCJSqlParser from jsqlparser-4.9.jar",
                        "org.slf4j.Logger from slf4j-api-1.7.36.jar",
                        "picocli.CommandLine from picocli-4.7.5.jar",
                        "org.sqlite.JDBC from " + (first ? "prtbackup.jar" : "sqlite-jdbc-3.53.4.0.jar"),
                        "io.github.prtbackup.jdbc.BackupDriver from prtbackup.jar",
                        "JSON: 1.2345678901234567E9",
                        "SQL: SELECT a FROM t WHERE b = 1",
                        "driver: class io.github.prtbackup.jdbc.BackupDriver",
                        "driver: class org.sqlite.JDBC")
                .contains(JOURNEY)
                .doesNotContain("No SLF4J providers");
    }

    @Test
    void theAllInOneJarAloneIsEnough() throws Exception {
        String said = Jars.java(
                directory, "-cp", Jars.path(List.of(Jars.ALL_IN_ONE, Jars.testClasses())), Journey.class.getName());
        assertThat(said).contains(JOURNEY).doesNotContain("SLF4J");
    }

    @Test
    void modulesRequireIt() throws Exception {
        Path sources = Files.createDirectories(directory.resolve("sources/app"));
        Files.writeString(
                sources.getParent().resolve("module-info.java"),
                "module app { requires java.sql; requires io.github.prtbackup; }");
        Files.writeString(sources.resolve("Main.java"), """
                package app;
                public class Main {
                    public static void main(String[] arguments) throws Exception {
                        try (var connection = java.sql.DriverManager.getConnection("jdbc:prtbackup:sqlite:module.db");
                                var statement = connection.createStatement();
                                var backups = io.github.prtbackup.PrtBackup.of(connection)) {
                            statement.executeUpdate("CREATE TABLE t (a)");
                            System.out.println(connection.getClass().getModule() + " backups: "
                                    + backups.getBackupHistory().size());
                        }
                    }
                }
                """);
        List<Path> jars = new ArrayList<>(Jars.dependencies());
        jars.add(Jars.THIN);
        Path classes = directory.resolve("classes");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--module-path",
                        Jars.path(jars),
                        "-d",
                        classes.toString(),
                        sources.getParent().resolve("module-info.java").toString(),
                        sources.resolve("Main.java").toString());
        assertThat(status).isZero();
        jars.add(classes);
        // A module without a descriptor cannot say which others it needs.
        String all = "--add-modules=ALL-MODULE-PATH";
        assertThat(Jars.java(directory, all, "--module-path", Jars.path(jars), "-m", "app/app.Main"))
                .contains("module io.github.prtbackup backups: 1");
    }
}
