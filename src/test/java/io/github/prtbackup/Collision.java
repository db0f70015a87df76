package io.github.prtbackup;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/** Finds paths of the same file name whose checksums are the same. */
final class Collision {
    private Collision() {}

    /** Two paths in two directories that do not exist. */
    static List<Path> below(Path root) {
        Map<Integer, Integer> seen = new HashMap<>();
        for (int number = 0; ; number++) {
            CRC32C crc = new CRC32C();
            crc.update(path(root, number).toString().getBytes(StandardCharsets.UTF_8));
            Integer other = seen.put((int) crc.getValue(), number);
            if (other != null) {
                return List.of(path(root, other), path(root, number));
            }
        }
    }

    private static Path path(Path root, int number) {
        return root.resolve("d" + number).resolve("x.db");
    }
}
