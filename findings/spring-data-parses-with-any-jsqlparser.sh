#!/usr/bin/env bash
# Spring Boot 4.1.2 (Spring Data JPA 4.1) with sqlite-jdbc 3.54.1.0: an application with a native query that says GLOB starts, and
# its query answers. With JSqlParser 5.4 on the class path, that nothing of the application asks for, it does not start any more:
# Spring Data JPA parses native queries with a JSqlParser that it finds, and JSqlParser does not know GLOB.
# https://github.com/spring-projects/spring-data-jpa/issues/2989 tells that it is used where it is on the class path.
# Exits with 0 as long as that is so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>4.1.2</version>
    <relativePath/>
  </parent>
  <groupId>seen</groupId>
  <artifactId>seen</artifactId>
  <version>1</version>
  <properties>
    <java.version>17</java.version>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-data-jpa</artifactId>
    </dependency>
    <dependency>
      <groupId>org.hibernate.orm</groupId>
      <artifactId>hibernate-community-dialects</artifactId>
    </dependency>
    <dependency>
      <groupId>org.xerial</groupId>
      <artifactId>sqlite-jdbc</artifactId>
      <version>3.54.1.0</version>
    </dependency>
  </dependencies>
</project>
XML
mkdir -p src/main/java/seen
cat > src/main/java/seen/Word.java <<'JAVA'
package seen;

@jakarta.persistence.Entity
public class Word {
    @jakarta.persistence.Id
    public String text;
}
JAVA
cat > src/main/java/seen/Words.java <<'JAVA'
package seen;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface Words extends JpaRepository<Word, String> {
    @Query(value = "SELECT text FROM word WHERE text GLOB 'a*'", nativeQuery = true)
    List<String> beginningWithA();
}
JAVA
cat > src/main/java/seen/Application.java <<'JAVA'
package seen;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Application {
    public static void main(String[] arguments) {
        try (var context = SpringApplication.run(Application.class)) {
            Word word = new Word();
            word.text = "apple";
            Words words = context.getBean(Words.class);
            words.save(word);
            System.out.println("SEEN " + words.beginningWithA());
        } catch (RuntimeException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.out.println("SEEN " + cause.getClass().getName());
        }
    }
}
JAVA
mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=path.txt
mvn -q -B dependency:copy -Dartifact=com.github.jsqlparser:jsqlparser:5.4 -DoutputDirectory=. -Dmdep.stripVersion=true
options=(-Dspring.datasource.url=jdbc:sqlite:words.db -Dspring.jpa.hibernate.ddl-auto=update
  -Dspring.jpa.database-platform=org.hibernate.community.dialect.SQLiteDialect)
without=$(java "${options[@]}" -cp "target/classes:$(cat path.txt)" seen.Application 2>&1 | grep SEEN)
with=$(java "${options[@]}" -cp "target/classes:$(cat path.txt):jsqlparser.jar" seen.Application 2>&1 | grep SEEN)
echo "without JSqlParser: $without"
echo "with JSqlParser: $with"
[ "$without" = "SEEN [apple]" ]
[ "$with" = "SEEN net.sf.jsqlparser.parser.ParseException" ]
