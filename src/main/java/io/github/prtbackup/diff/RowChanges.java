package io.github.prtbackup.diff;

import io.github.prtbackup.diff.Scope.Ranges;
import io.github.prtbackup.diff.TableSchema.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The rows of a table that differ, read as they are asked for: both sides come in the order of the key, so that no more than
 * a row of each is in memory. Not thread-safe.
 */
public final class RowChanges implements AutoCloseable {
    private final TablePair pair;
    private final boolean isOneSided;
    private final List<String> order;
    /** By which rows are told apart as well that have a NULL in their key. */
    private final List<String> orderWithoutKey;
    /** For each column after: where it was before, or -1. */
    private final int[] places;
    /** For each column after that was not there before: what rows had in it by default. */
    private final Value[] defaults;

    private final RowCursor before;
    private final RowCursor after;
    private Row earlier;
    private Row later;
    /** Whether the sides go on before the next comparison: rows may be large, so none is read that is not needed yet. */
    private boolean isEarlierTaken = true;

    private boolean isLaterTaken = true;
    private boolean isRenumbered;

    private RowChanges(TablePair pair, State from, State to, boolean hasCommonOrder) throws SQLException {
        this.pair = pair;
        this.isOneSided = !hasCommonOrder || !pair.isComparable();
        this.order = pair.order();
        this.orderWithoutKey = pair.orderWithoutKey();
        this.places = places(pair);
        this.defaults = defaults(pair, places, to);
        boolean hasRanges = pair.scope() instanceof Ranges;
        this.before = pair.before() == null
                ? null
                : RowCursor.open(
                        from,
                        pair.before(),
                        order,
                        orderWithoutKey,
                        hasRanges ? ((Ranges) pair.scope()).before() : null);
        try {
            this.after = pair.after() == null
                    ? null
                    : RowCursor.open(
                            to,
                            pair.after(),
                            order,
                            orderWithoutKey,
                            hasRanges ? ((Ranges) pair.scope()).after() : null);
        } catch (SQLException | RuntimeException e) {
            try (before) {
                throw e;
            }
        }
    }

    /** @param hasCommonOrder whether a text of one side can be compared with a text of the other */
    static RowChanges of(TablePair pair, State from, State to, boolean hasCommonOrder) throws SQLException {
        return new RowChanges(pair, from, to, hasCommonOrder);
    }

    private static int[] places(TablePair pair) {
        if (!pair.isComparable()) {
            return new int[0];
        }
        List<String> names = pair.before().columnNames();
        return pair.after().columnNames().stream().mapToInt(names::indexOf).toArray();
    }

    private static Value[] defaults(TablePair pair, int[] places, State to) throws SQLException {
        Value[] defaults = new Value[places.length];
        for (int i = 0; i < places.length; i++) {
            if (places[i] < 0) {
                Column column = pair.after().columns().get(i);
                defaults[i] = column.defaultSql() == null ? Value.NULL : DefaultValue.of(column, to);
            }
        }
        return defaults;
    }

    /**
     * The next row that differs.
     *
     * @return null behind the last
     * @throws SQLException if a side cannot be read
     */
    public RowChange next() throws SQLException {
        while (hasNext()) {
            int order = compare();
            if (order < 0) {
                return RowChange.deleted(takeEarlier());
            }
            if (order > 0) {
                return RowChange.inserted(takeLater());
            }
            Row from = takeEarlier();
            Row to = takeLater();
            isRenumbered |= !from.rowid().equals(to.rowid());
            List<String> changed = changed(from, to);
            if (!changed.isEmpty()) {
                return RowChange.updated(from, sharing(from, to), changed);
            }
        }
        return null;
    }

    private boolean hasNext() throws SQLException {
        if (isEarlierTaken) {
            earlier = null;
            earlier = next(before);
            isEarlierTaken = false;
        }
        if (isLaterTaken) {
            later = null;
            later = next(after);
            isLaterTaken = false;
        }
        return earlier != null || later != null;
    }

    /** Whether one of the rows until now is on both sides under different rowids. */
    boolean isRenumbered() {
        return isRenumbered;
    }

    private int compare() {
        if (earlier == null || later == null || isOneSided) {
            return earlier == null ? 1 : -1;
        }
        switch (pair.present().identity()) {
            case ROWID, VIRTUAL -> {
                return Long.compare(earlier.rowid().orElseThrow(), later.rowid().orElseThrow());
            }
            case KEY, WITHOUT_ROWID, CONTENT -> {
                int result = compare(order);
                boolean hasKey =
                        order.stream().noneMatch(column -> earlier.value(column).type() == Value.Type.NULL);
                return result != 0 || hasKey ? result : compare(orderWithoutKey);
            }
        }
        throw new AssertionError(pair.present().identity());
    }

    private int compare(List<String> columns) {
        for (String column : columns) {
            int result = earlier.value(column).compareInOrder(later.value(column));
            if (result != 0) {
                return result;
            }
        }
        return 0;
    }

    private List<String> changed(Row from, Row to) {
        List<String> changed = List.of();
        for (int i = 0; i < places.length; i++) {
            Value old = places[i] < 0 ? defaults[i] : from.values().get(places[i]);
            if (!old.equals(to.values().get(i))) {
                if (changed.isEmpty()) {
                    changed = new ArrayList<>();
                }
                changed.add(to.columns().get(i));
            }
        }
        return changed;
    }

    /** The later row, with what has not changed in the memory that it has already. */
    private Row sharing(Row from, Row to) {
        Value[] values = to.values().toArray(Value[]::new);
        for (int i = 0; i < values.length; i++) {
            if (places[i] >= 0 && values[i].equals(from.values().get(places[i]))) {
                values[i] = from.values().get(places[i]);
            }
        }
        return new Row(to.columns(), Collections.unmodifiableList(Arrays.asList(values)), to.rowid());
    }

    private Row takeEarlier() {
        Row taken = earlier;
        earlier = null;
        isEarlierTaken = true;
        return taken;
    }

    private Row takeLater() {
        Row taken = later;
        later = null;
        isLaterTaken = true;
        return taken;
    }

    private static Row next(RowCursor cursor) throws SQLException {
        return cursor == null ? null : cursor.next();
    }

    /** Ends the reading. */
    @Override
    public void close() throws SQLException {
        try (before;
                after) {
            // Null where there is no table.
        }
    }
}
