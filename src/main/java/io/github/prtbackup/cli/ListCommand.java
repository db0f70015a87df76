package io.github.prtbackup.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.prtbackup.BackupInfo;
import io.github.prtbackup.HistoryQuery;
import io.github.prtbackup.PrtBackup;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "list", description = "Lists the backups, newest first.")
final class ListCommand extends DatabaseCommand {
    @Mixin
    private HistoryOptions options;

    @Option(
            names = "--changes",
            description =
                    "Say as well which tables and how many rows changed from each to the next. Compares them, which"
                            + " takes time where they are large and full.")
    private boolean changes;

    ListCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() throws Failure {
        options.check(this);
        super.check();
    }

    @Override
    int run(PrtBackup backups) throws IOException, SQLException {
        HistoryQuery query = options.query(!changes);
        List<BackupInfo> history = backups.getBackupHistory(query);
        Map<Long, Changes> known = null;
        if (changes) {
            Map<Long, Changes> found = copying(backups, () -> compare(backups, history));
            known = found;
        }
        List<BackupInfo> shown = ofTable(history, known);
        if (json()) {
            print(toJson(shown, known));
        } else if (shown.isEmpty()) {
            terminal()
                    .line((query.equals(HistoryQuery.ALL) ? "No backups of " : "No such backups of ") + database()
                            + ".");
        } else {
            BackupTable.of(shown, known, terminal().width()).forEach(terminal()::line);
        }
        return Main.DONE;
    }

    /** What cannot be compared is left out. */
    private Map<Long, Changes> compare(PrtBackup backups, List<BackupInfo> history) {
        Map<Long, Changes> found = new HashMap<>();
        for (BackupInfo backup : history) {
            Changes.after(backups, backup.backupId(), terminal())
                    .ifPresent(after -> found.put(backup.backupId(), after));
        }
        return found;
    }

    private List<BackupInfo> ofTable(List<BackupInfo> history, Map<Long, Changes> known) {
        if (known == null || options.table() == null) {
            return history;
        }
        return history.stream()
                .filter(backup -> known.containsKey(backup.backupId())
                        && known.get(backup.backupId()).concern(options.table()))
                .toList();
    }

    private static ObjectNode toJson(List<BackupInfo> shown, Map<Long, Changes> known) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (BackupInfo backup : shown) {
            ObjectNode json = Json.backup(backup);
            if (known != null) {
                Changes changes = known.get(backup.backupId());
                json.set("changes", changes == null ? null : changes.toJson());
            }
            array.add(json);
        }
        return Json.object().set("backups", array);
    }
}
