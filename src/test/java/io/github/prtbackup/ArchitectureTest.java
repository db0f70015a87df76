package io.github.prtbackup;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The shape of the house. */
class ArchitectureTest {

    private static final String ROOT = "io.github.prtbackup";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void eachPackageKnowsOnlyThoseBelow() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("config")
                .definedBy(ROOT + ".config")
                .layer("sql")
                .definedBy(ROOT + ".sql")
                .layer("observe")
                .definedBy(ROOT + ".observe")
                .layer("metrics")
                .definedBy(ROOT + ".metrics")
                .layer("files")
                .definedBy(ROOT + ".files")
                .layer("timeline")
                .definedBy(ROOT + ".timeline")
                .layer("catalog")
                .definedBy(ROOT + ".catalog")
                .layer("backup")
                .definedBy(ROOT + ".backup..")
                .layer("restore")
                .definedBy(ROOT + ".restore")
                .layer("diff")
                .definedBy(ROOT + ".diff")
                .layer("jdbc")
                .definedBy(ROOT + ".jdbc")
                .layer("root")
                .definedBy(ROOT)
                .layer("cli")
                .definedBy(ROOT + ".cli")
                .layer("integration")
                .definedBy(ROOT + ".integration")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("integration")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("root")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("jdbc")
                .mayOnlyBeAccessedByLayers("root", "integration")
                .whereLayer("diff")
                .mayOnlyBeAccessedByLayers("root", "cli")
                .whereLayer("restore")
                .mayOnlyBeAccessedByLayers("diff", "root", "cli")
                .whereLayer("backup")
                .mayOnlyBeAccessedByLayers("jdbc", "restore", "diff", "root")
                .whereLayer("catalog")
                .mayOnlyBeAccessedByLayers("backup", "restore", "diff", "root")
                .whereLayer("metrics")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("observe")
                .mayOnlyBeAccessedByLayers("catalog", "backup", "root", "metrics")
                .whereLayer("timeline")
                .mayOnlyBeAccessedByLayers("catalog", "backup", "restore", "diff", "root")
                .whereLayer("files")
                .mayOnlyBeAccessedByLayers("timeline", "catalog", "backup", "restore", "diff", "root")
                .whereLayer("sql")
                .mayOnlyBeAccessedByLayers("jdbc", "cli")
                .check(CLASSES);
    }

    @Test
    void sqlKnowsNothingOfSqliteJdbc() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".sql")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.sqlite..")
                .check(CLASSES);
    }

    @Test
    void filesAndTimelinesNeedTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage(ROOT + ".files")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", ROOT + ".files")
                .check(CLASSES);
        classes()
                .that()
                .resideInAPackage(ROOT + ".timeline")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", ROOT + ".files", ROOT + ".timeline")
                .check(CLASSES);
    }

    @Test
    void optionalLibrariesStayOffTheDriversPath() {
        classes()
                .that()
                .resideOutsideOfPackages(ROOT + ".cli", ROOT + ".metrics", ROOT + ".integration")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "jdk.jfr..",
                        ROOT + "..",
                        "org.sqlite..",
                        "net.sf.jsqlparser..",
                        "com.fasterxml.jackson..",
                        "org.slf4j..")
                .check(CLASSES);
    }

    @Test
    void whatFindsTheDriverForAToolKnowsThatToolOnly() {
        // Each of these classes is loaded where none of the other tools is.
        Map.of(
                        "Flyway", "org.flywaydb..",
                        "Hibernate", "org.hibernate..",
                        "Liquibase", "liquibase..",
                        "Spring", "org.springframework..")
                .forEach((tool, library) -> classes()
                        .that()
                        .resideInAPackage(ROOT + ".integration")
                        .and()
                        .haveSimpleNameStartingWith(tool)
                        .should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage("java..", ROOT + ".config", ROOT + ".jdbc", "org.sqlite..", library)
                        .check(CLASSES));
    }

    @Test
    void onlyOneClassTouchesADatabaseAsAFile() {
        // Closing a file that SQLite has open drops its locks. jdbc never opens files; restore has one class that may.
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".jdbc")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.FileChannel")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".jdbc")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.RandomAccessFile")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".jdbc")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.File(In|Out)putStream")
                .check(CLASSES);
    }

    @Test
    void nothingThatReadsPagesCanBeClosedByAnInterrupt() {
        // A channel closes itself when its thread is interrupted, and with the database file go SQLite's locks.
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".backup.pages")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.nio.channels")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".backup.pages")
                .and()
                .haveSimpleNameNotEndingWith("Log")
                .and()
                .haveSimpleNameNotEndingWith("Journal")
                .and()
                .haveSimpleNameNotEndingWith("HeldFile")
                .should()
                .callConstructor(java.io.RandomAccessFile.class, java.io.File.class, String.class)
                .check(CLASSES);
    }

    @Test
    void channelsThatAnInterruptClosesAreKnownInOnePackageOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".files", ROOT + ".timeline")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.channels.FileChannel")
                .check(CLASSES);
    }

    @Test
    void whoMayHoldSqlitesLockWaitsForNoMonitor() {
        // A virtual thread that parks there gives its carrier to others, who wait for SQLite's lock on it.
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(ROOT + ".files", ROOT + ".timeline", ROOT + ".backup.pages")
                .should()
                .haveModifier(JavaModifier.SYNCHRONIZED)
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".files", ROOT + ".timeline", ROOT + ".backup..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.locks.ReentrantLock")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage(ROOT + ".files", ROOT + ".timeline", ROOT + ".backup..")
                .and()
                .doNotHaveSimpleName("Pause")
                .and()
                .doNotHaveSimpleName("SpinLock")
                .and()
                .doNotHaveSimpleName("Polling")
                .and()
                // Of threads of ours, which hold no lock.
                .doNotHaveSimpleName("Nap")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.locks.LockSupport")
                .check(CLASSES);
    }

    @Test
    void nothingStaticCanChangeButTheRegistryOfLocks() {
        noFields()
                .that()
                .areStatic()
                .and()
                .areNotFinal()
                .should()
                .bePublic()
                .orShould()
                .bePrivate()
                .orShould()
                .bePackagePrivate()
                .allowEmptyShould(true)
                .check(CLASSES);
    }
}
